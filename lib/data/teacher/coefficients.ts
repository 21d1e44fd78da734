import { extendHash, hash, normalFromHash, uniformFromHash } from "../counter_hash.ts";
import type { TeacherConfig, TermName } from "./config.ts";
import { walkAt } from "./drift.ts";

/** Position of a term's counters: `900 + code` for z, `940 + code` and `950 + code` for its walk. */
const CODE: Readonly<Record<TermName, number>> = { main: 0, dense: 1, pair: 2, cross: 3, local: 4, attn: 5, hier: 6 };

/**
 * The coefficients of a term at a time: c = z |z| with z standard normal, which is long-tailed (few strong terms, many
 * weak ones). With concept drift z = sqrt(1 - share) z_static + sqrt(share) W(t).
 */
export function coefficients(config: TeacherConfig, term: TermName, count: number, time: number): Float64Array {
  const { share, spacing } = config.drift.concept;
  const fixed = hash(config.seed, 900 + CODE[term]);
  const knots = hash(config.seed, 950 + CODE[term]);
  const phases = hash(config.seed, 940 + CODE[term]);
  return Float64Array.from({ length: count }, (_, m) => {
    let z = normalFromHash(extendHash(fixed, m));
    if (share > 0) {
      const walk = walkAt(time, spacing, uniformFromHash(extendHash(phases, m)), extendHash(knots, m));
      z = Math.sqrt(1 - share) * z + Math.sqrt(share) * walk;
    }
    return z * Math.abs(z);
  });
}

/**
 * The coefficient kept away from 0, `sgn(c) (0.5 + |c|)`, where few terms must not all vanish. Under concept drift a
 * jump at 0 would be a shock instead of a drift: there the coefficient itself is used.
 */
export function awayFromZero(config: TeacherConfig, c: number): number {
  return config.drift.concept.share > 0 ? c : Math.sign(c) * (0.5 + Math.abs(c));
}
