import { extendHash, hash, normalFromHash, uniformFromHash } from "../counter_hash.ts";
import type { TeacherConfig } from "./config.ts";
import { generationAt, walkAt } from "./drift.ts";

/** Numbers kept for all fields together: 64 MB. Ids beyond their field's part (rare: Zipf) are computed each time. */
const CACHED_NUMBERS = 1 << 24;

/**
 * The latents of all fields at one time: per slot the vector v (K numbers) and the main effect a.
 *
 * ```text
 * z[f, i, g, k] = normal(seed, f, i, g, k),   k = 0..K-1: v,   k = K: a,   g: generation (0 without churn)
 * with a walk:    sqrt(1 - share) z + sqrt(share) W(t)
 * ```
 */
export interface Latents {
  /** K + 1. */
  readonly width: number;
  /** Numbers in the tables. */
  readonly size: number;
  /** Copies the latents of one slot to `out[offset .. offset + K]`. */
  copy(field: number, slot: number, out: Float32Array, offset: number): void;
}

/** Latents at a time (in periods), computed when first asked for and then kept. */
export function latentsAt(config: TeacherConfig, time: number): Latents {
  const { seed, cardinalities, drift: { churn, walk } } = config;
  const width = config.latent + 1;
  const fixedShare = Math.fround(Math.sqrt(1 - walk.share));
  const walkShare = Math.fround(Math.sqrt(walk.share));
  const keys = cardinalities.map((_, f) => hash(seed, f));
  const churnKeys = cardinalities.map((_, f) => hash(seed, 30 + f));
  const knotKeys = cardinalities.map((_, f) => hash(seed, 100 + f));
  const phaseKeys = cardinalities.map((_, f) => hash(seed, 200 + f));
  const rows = cardinalities.map((cardinality) =>
    Math.min(cardinality, Math.floor(CACHED_NUMBERS / cardinalities.length / width))
  );
  const tables = rows.map((count) => new Float32Array(count * width));
  const known = rows.map((count) => new Uint8Array(count));

  function compute(f: number, slot: number, out: Float32Array, offset: number): void {
    const generation = churn > 0 ? generationAt(time, churn, churnKeys[f], slot) : 0;
    const state = extendHash(extendHash(keys[f], slot), generation);
    for (let k = 0; k < width; k++) out[offset + k] = normalFromHash(extendHash(state, k));
    if (walk.share === 0) return;
    const phase = uniformFromHash(extendHash(extendHash(phaseKeys[f], slot), generation));
    const knots = extendHash(extendHash(knotKeys[f], slot), generation);
    for (let k = 0; k < width; k++) {
      const moved = walkAt(time, walk.spacing, phase, extendHash(knots, k));
      out[offset + k] = fixedShare * out[offset + k] + walkShare * moved;
    }
  }

  function copy(f: number, slot: number, out: Float32Array, offset: number): void {
    if (slot >= rows[f]) return compute(f, slot, out, offset);
    const table = tables[f];
    const start = slot * width;
    if (known[f][slot] === 0) {
      compute(f, slot, table, start);
      known[f][slot] = 1;
    }
    for (let k = 0; k < width; k++) out[offset + k] = table[start + k];
  }

  return { width, size: tables.reduce((sum, table) => sum + table.length, 0), copy };
}
