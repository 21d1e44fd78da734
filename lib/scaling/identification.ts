import fCdf from "@stdlib/stats-base-dists-f-cdf";
import studentQuantile from "@stdlib/stats-base-dists-t-quantile";
import { bestWithHeld } from "./hold_parameter.ts";
import type { SearchableLaw } from "./laws/log_data.ts";
import type { Prepared } from "./prepare.ts";
import { type SearchSpace } from "./solver/levenberg_marquardt.ts";
import { totalLoss } from "./solver/robust_loss.ts";

/** An exponent counts as known when the data reject a third of it and three times it. */
const FACTOR = 3;
const CONFIDENCE = 0.95;
/** Beyond that condition the parameters have no digits left in double precision. */
const LARGEST_CONDITION = 1e13;

/** What was found at the optimum. */
export interface Optimum {
  readonly inner: Float64Array;
  readonly objective: number;
  readonly conditionNumber: number;
  /** Parameters at the end of their range. */
  readonly atBound: readonly string[];
  /** Parameters that are given. */
  readonly held: readonly string[];
}

/**
 * Why the data do not determine a law's exponents, as sentences; none where they do.
 *
 * A standard error is no judge of it: at a flat optimum, or at a floor of zero, it can be small while exponents that differ by factors
 * fit as well. So the fit is repeated with each exponent held at a third and at three times its value.
 */
export function whyNotIdentified(
  law: SearchableLaw,
  { data, distinct, levels }: Prepared,
  { inner, objective, conditionNumber, atBound, held }: Optimum,
  space: SearchSpace,
): string[] {
  const parameters = law.parameters.length - held.length, degrees = data.m - parameters;
  const needed = `${parameters} parameters`;
  if (distinct < parameters) return [`${distinct} distinct x cannot determine ${needed}`];
  const alone = levels.findIndex((count) => count < 2);
  if (alone >= 0) return [`input ${alone + 1} has the same value in every observation`];
  if (degrees < 1) return [`${data.m} observations leave nothing to judge ${needed} by`];

  // against a constant
  const constant = constantObjective(data);
  const rounding = 0.5 * data.m * (4 * 2 ** -52) ** 2;
  const f = (constant - objective) / Math.max(parameters - 1, 1) / (Math.max(objective, rounding) / degrees);
  if (constant <= rounding || 1 - fCdf(Math.max(f, 0), Math.max(parameters - 1, 1), degrees) > 1 - CONFIDENCE) {
    return ["a constant loss explains the observations as well: the curve is flat within its noise"];
  }

  const reasons = atBound.filter((name) => law.exponents.includes(name) || law.amplitudes.includes(name))
    .map((name) => `${name} runs to the end of its range: too few observations show a term that falls`);
  if (!(conditionNumber < LARGEST_CONDITION)) {
    reasons.push("some parameters can change together and leave the curve as it is");
  }
  const variance = 2 * Math.max(objective, rounding) / degrees;
  const threshold = 0.5 * variance * studentQuantile((1 + CONFIDENCE) / 2, degrees) ** 2;
  for (const name of law.exponents.filter((name) => !held.includes(name))) {
    const index = law.parameters.indexOf(name), value = inner[index];
    const fitsAsWell = [value / FACTOR, value * FACTOR].filter((held) =>
      bestWithHeld(law, data, inner, index, held, space).objective - objective <= threshold
    );
    if (fitsAsWell.length > 0) {
      const others = fitsAsWell.map((held) => held.toPrecision(2)).join(" or ");
      reasons.push(`${name} = ${others} fits about as well as ${value.toPrecision(3)}`);
    }
  }
  return reasons;
}

/** The objective of the best constant, by a few rounds of reweighting. */
function constantObjective({ m, logL, roots, delta }: Prepared["data"]): number {
  const r = new Float64Array(m);
  let level = logL.toSorted()[Math.floor(m / 2)];
  for (let round = 0; round < 50; round++) {
    let sum = 0, total = 0;
    for (let i = 0; i < m; i++) {
      const deviation = Math.abs(roots[i] * (logL[i] - level));
      const weight = roots[i] ** 2 * (deviation > delta ? delta / deviation : 1);
      sum += weight * (logL[i] - level);
      total += weight;
    }
    level += sum / total;
    if (Math.abs(sum / total) <= 1e-12) break;
  }
  for (let i = 0; i < m; i++) r[i] = roots[i] * (level - logL[i]);
  return totalLoss(r, delta);
}
