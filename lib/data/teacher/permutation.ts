import { extendHash } from "../counter_hash.ts";

/** Rounds of the Feistel network: four make a good permutation of few elements too. */
const ROUNDS = 4;

/**
 * A random permutation of `0 .. count - 1` that needs no table: a Feistel network over the next even power of two, walked
 * until it lands inside (Black and Rogaway 2002, cycle walking).
 *
 * @param count at most 2^32
 * @param key state of the hash chain
 * @returns the permutation, a function from position to element
 */
export function permutation(count: number, key: number): (position: number) => number {
  const half = Math.max(1, Math.ceil(Math.log2(count) / 2));
  const size = 2 ** half;
  const mask = size - 1;
  return (position) => {
    let x = position;
    do {
      let left = Math.floor(x / size);
      let right = x % size;
      for (let round = 0; round < ROUNDS; round++) {
        [left, right] = [right, left ^ (extendHash(extendHash(key, round), right) & mask)];
      }
      x = left * size + right;
    } while (x >= count);
    return x;
  };
}
