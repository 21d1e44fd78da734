/**
 * Random numbers without a generator: every draw is a hash of its own counters, so any draw can be made at any time, in
 * any order, on any thread, and comes out the same.
 *
 * ```text
 * mix(x):     x ^= x>>>16; x *= 0x21f0aaad; x ^= x>>>15; x *= 0xd35a2d97; x ^= x>>>15     ("lowbias32", C. Wellons)
 * H(k1..kn):  h = 0x2545f491;  for each k:  h = mix((h + 0x9e3779b9) ^ (k * 0x85ebca6b))   (all mod 2^32)
 * ```
 *
 * `H` is a chain: `H(a, b, c) = extendHash(H(a, b), c)`. A loop over the last counter hashes the others once.
 */

/** The state of the chain before its first counter. */
export const HASH_START = 0x2545f491;

/**
 * A bijection of the 32-bit integers that changes about half of the output bits when one input bit changes.
 *
 * @param x an integer, taken mod 2^32
 * @returns an integer in `[-2^31, 2^31)`
 */
export function mix(x: number): number {
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
  x = Math.imul(x ^ (x >>> 15), 0xd35a2d97);
  return x ^ (x >>> 15);
}

/**
 * One link of the chain: the state after the counter `key`. The fast form of {@link hash}, for loops.
 *
 * @param state the state so far: {@link HASH_START}, or what `extendHash` or {@link hash} returned
 * @param key an integer, taken mod 2^32
 * @returns an integer in `[-2^31, 2^31)`
 *
 * @example
 * ```ts
 * import { extendHash, hash } from "recscale/data";
 * import assert from "node:assert/strict";
 *
 * assert.equal(extendHash(hash(1, 2), 3) >>> 0, hash(1, 2, 3));
 * ```
 */
export function extendHash(state: number, key: number): number {
  return mix((state + 0x9e3779b9) ^ Math.imul(key, 0x85ebca6b));
}

/**
 * The hash of a list of counters.
 *
 * @param keys integers, each taken mod 2^32
 * @returns an integer in `[0, 2^32)`
 *
 * @example
 * ```ts
 * import { hash } from "recscale/data";
 * import assert from "node:assert/strict";
 *
 * assert.equal(hash(1, 2, 3), 1886772729);
 * ```
 */
export function hash(...keys: readonly number[]): number {
  let state = HASH_START;
  for (const key of keys) state = extendHash(state, key);
  return state >>> 0;
}

/** The uniform number in (0, 1) that belongs to a hash: `(h + 0.5) / 2^32`. */
export function uniformFromHash(state: number): number {
  return ((state >>> 0) + 0.5) / 4294967296;
}

/**
 * A uniform number in (0, 1), a multiple of 2^-33.
 *
 * @example
 * ```ts
 * import { hash, uniform } from "recscale/data";
 * import assert from "node:assert/strict";
 *
 * assert.equal(uniform(7, 1), (hash(7, 1) + 0.5) / 2 ** 32);
 * ```
 */
export function uniform(...keys: readonly number[]): number {
  return uniformFromHash(hash(...keys));
}

const NORMAL_SCALE = Math.fround(Math.sqrt(3) / 65536);

/**
 * The normal number that belongs to a chain's state: {@link normal} for loops.
 *
 * The sum of four 16-bit uniforms (Irwin-Hall), centred and scaled to unit variance: range ±3.46, kurtosis 2.7. No
 * transcendental function is called, so every machine gets the same bits.
 *
 * @returns a number that is exact in float32
 */
export function normalFromHash(state: number): number {
  const a = extendHash(state, 1);
  const b = extendHash(state, 2);
  const sum = (a >>> 16) + (a & 0xffff) + (b >>> 16) + (b & 0xffff);
  return Math.fround((sum - 131070) * NORMAL_SCALE);
}

/**
 * A number with mean 0, variance 1 and a bell-shaped density.
 *
 * @example
 * ```ts
 * import { normal } from "recscale/data";
 * import assert from "node:assert/strict";
 *
 * assert.equal(normal(1, 2, 3).toFixed(7), "-0.8734519");
 * ```
 */
export function normal(...keys: readonly number[]): number {
  return normalFromHash(hash(...keys));
}
