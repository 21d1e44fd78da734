/**
 * Zipf-like ids without tables: the floor of a bounded Pareto variable. With a = 1 - s and u uniform in (0, 1),
 *
 * ```text
 * rank = floor( (((R+1)^a - 1) u + 1)^(1/a) ),   P(rank = r) = (r^a - (r+1)^a) / (1 - (R+1)^a),   r = 1..R
 * ```
 *
 * exactly; for large r this falls as r^-s. At s = 1 the limits are (R+1)^u and log(1 + 1/r) / log(R+1).
 */
export function zipfRank(u: number, cardinality: number, exponent: number): number {
  const a = 1 - exponent;
  const x = a === 0 ? Math.pow(cardinality + 1, u) : Math.pow((Math.pow(cardinality + 1, a) - 1) * u + 1, 1 / a);
  return Math.min(Math.floor(x), cardinality) - 1;
}

/**
 * P(id = rank) of {@link zipfRank}, for a 0-based rank.
 *
 * @example
 * ```ts
 * import { zipfProbability } from "recscale/data";
 * import assert from "node:assert/strict";
 *
 * const total = [0, 1, 2].reduce((sum, rank) => sum + zipfProbability(rank, 3, 1.1), 0);
 * assert.ok(Math.abs(total - 1) < 1e-12);
 * ```
 */
export function zipfProbability(rank: number, cardinality: number, exponent: number): number {
  const a = 1 - exponent;
  const r = rank + 1;
  if (a === 0) return Math.log1p(1 / r) / Math.log(cardinality + 1);
  return (Math.pow(r, a) - Math.pow(r + 1, a)) / (1 - Math.pow(cardinality + 1, a));
}

/** log2 of the guide's length: 16 kB per field, so that the guides of all fields stay in the cache. */
const GUIDE_BITS = 12;
const GUIDE_SHIFT = 32 - GUIDE_BITS;

/**
 * {@link zipfRank} made fast: where all u with the same leading 12 bits give the same rank, that rank is looked up; only
 * the others, in the tail, take the two powers.
 */
export interface ZipfSampler {
  readonly cardinality: number;
  readonly exponent: number;
  /** The rank that belongs to the leading bits of u, or -1 where they do not decide it. */
  readonly guide: Int32Array<ArrayBuffer>;
}

/** The sampler of a field with ids `0 .. cardinality - 1`. */
export function zipfSampler(cardinality: number, exponent: number): ZipfSampler {
  const guide = new Int32Array(1 << GUIDE_BITS);
  const width = 2 ** GUIDE_SHIFT;
  for (let bucket = 0; bucket < guide.length; bucket++) {
    const first = zipfRank((bucket * width + 0.5) / 2 ** 32, cardinality, exponent);
    const last = zipfRank(((bucket + 1) * width - 0.5) / 2 ** 32, cardinality, exponent);
    guide[bucket] = first === last ? first : -1;
  }
  return { cardinality, exponent, guide };
}

/** The id that belongs to a hash: `zipfRank(uniformFromHash(state), cardinality, exponent)`. */
export function sampleRank(sampler: ZipfSampler, state: number): number {
  const rank = sampler.guide[state >>> GUIDE_SHIFT];
  return rank >= 0 ? rank : zipfRank(((state >>> 0) + 0.5) / 4294967296, sampler.cardinality, sampler.exponent);
}
