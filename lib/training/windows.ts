/**
 * Borders of the windows of a stream, in examples: they double from one batch up to `window` examples and are
 * `window` apart from there, so that the early part of a learning curve is fine and the late part not too long.
 *
 * @example
 * ```ts
 * import { windowBorders } from "recscale/training";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(windowBorders(10_000, 1000, 4000), [0, 1000, 2000, 4000, 8000, 10_000]);
 * ```
 *
 * @param total examples of the stream; the last border
 * @param batchSize all borders but the last are multiples of it
 * @param window rounded to a whole number of batches
 */
export function windowBorders(total: number, batchSize: number, window: number): number[] {
  const widest = Math.max(1, Math.round(window / batchSize)) * batchSize;
  const borders = [0];
  for (let next = batchSize; next < total;) {
    borders.push(next);
    next += Math.min(next, widest);
  }
  return [...borders, total];
}
