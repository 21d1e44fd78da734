/**
 * Marks the `count` highest scores with 1. Among equals the first are taken, so the same scores give the same marks.
 *
 * @throws {RangeError} when a score is not a number, or more are wanted than there are
 *
 * @example
 * ```ts
 * import { topScores } from "recscale/pruning";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual([...topScores(Float32Array.of(1, 5, 1, 3, 1), 3)], [1, 1, 0, 1, 0]);
 * ```
 */
export function topScores(scores: Float32Array | Float64Array, count: number): Uint8Array<ArrayBuffer> {
  if (!(count >= 0 && count <= scores.length)) {
    throw new RangeError(`Cannot take the ${count} highest of ${scores.length} scores.`);
  }
  const nan = scores.findIndex(Number.isNaN);
  if (nan >= 0) throw new RangeError(`Cannot rank scores: number ${nan} of ${scores.length} is not a number.`);
  const marks = new Uint8Array(scores.length);
  if (count === 0) return marks;
  const sorted = scores.slice().sort();
  const threshold = sorted[scores.length - count];
  let equals = count;
  for (const score of scores) if (score > threshold) equals--;
  for (const [k, score] of scores.entries()) {
    if (score > threshold) marks[k] = 1;
    else if (score === threshold && equals > 0) {
      marks[k] = 1;
      equals--;
    }
  }
  return marks;
}
