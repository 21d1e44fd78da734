/**
 * The area under the ROC curve, exactly and with ties: the probability that a clicked example has a higher score than one
 * that was not clicked, equal scores counting one half (Mann and Whitney's U over P N).
 *
 * ```text
 * AUC = sum over clicked i, unclicked j of [s_i > s_j] + [s_i = s_j] / 2,   divided by P N
 * ```
 *
 * @param positives scores of clicked examples, ascending
 * @param negatives scores of the others, ascending
 * @returns a number in [0, 1]; NaN when either list is empty
 *
 * @example
 * ```ts
 * import { areaUnderCurve } from "recscale/training";
 * import assert from "node:assert/strict";
 *
 * assert.equal(areaUnderCurve(new Float64Array([1, 2]), new Float64Array([0, 1])), 3.5 / 4);
 * ```
 */
export function areaUnderCurve(positives: Float64Array, negatives: Float64Array): number {
  let below = 0; // negatives below the positive
  let upTo = 0; // negatives not above it
  let wins = 0;
  for (const score of positives) {
    while (below < negatives.length && negatives[below] < score) below++;
    while (upTo < negatives.length && negatives[upTo] <= score) upTo++;
    wins += (below + upTo) / 2;
  }
  return wins / (positives.length * negatives.length);
}
