/**
 * Bisection: the largest whole number n from 0 to `most` whose cost is within the budget. The cost must not fall as n grows.
 *
 * @throws {RangeError} when even n = 0 costs more than the budget
 *
 * @example
 * ```ts
 * import { largestWithin } from "recscale/pruning";
 * import assert from "node:assert/strict";
 *
 * assert.equal(largestWithin(100, 50, (n) => n ** 2), 7);
 * ```
 */
export function largestWithin(most: number, budget: number, cost: (n: number) => number): number {
  if (!(cost(0) <= budget)) {
    throw new RangeError(`Cannot stay within a budget of ${budget}: the least that can be kept costs ${cost(0)}.`);
  }
  let [low, high] = [0, most + 1]; // cost(low) <= budget < cost(high)
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (cost(middle) <= budget) low = middle;
    else high = middle;
  }
  return low;
}
