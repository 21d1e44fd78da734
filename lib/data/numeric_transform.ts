import { MISSING_ROW } from "./hash_text.ts";
import type { LogConfig, NumericColumn } from "./log_config.ts";

/** A numeric column's way into a batch, fitted on the first window of its log. */
export interface NumericTransform {
  /** The value that `Batch.dense` holds; null is a missing value. */
  dense(value: number | null): number;
  /** The row of the column's bucket field: 1 .. buckets, or 0 for a missing value. */
  bucket(value: number | null): number;
}

/**
 * Fits a numeric column on the values of the first window:
 *
 * ```text
 * f(x)  = x                          for "standardize" and "none"
 *       = sign(x) ln(1 + |x|)        for "log1p" and "standardizeLog1p"
 * dense = (f(x) - mean) / deviation  for the two that standardize; mean and deviation of f over the window
 *       = f(x)                       for the others
 * ```
 *
 * A missing x counts as f(x) = mean, or as x = 0 where `missing` is `"zero"`. The deviation is the population's; where
 * it is 0 (one value in the whole window), the column is only centred.
 *
 * Buckets: the window's distinct k/buckets quantiles, k = 1 .. buckets-1 (of n sorted values the one at index
 * `floor(k n / buckets)`), are boundaries; x is in bucket 1 + (how many boundaries are <= x).
 *
 * @param column the column's configuration
 * @param window its values in the first window, without the missing ones
 * @param missing what stands for a missing number
 * @throws {Error} when the window holds no value and one is needed
 *
 * @example
 * ```ts
 * import { fitNumericTransform } from "recscale/data";
 * import assert from "node:assert/strict";
 *
 * const age = fitNumericTransform({ column: "age", transform: "standardize", buckets: 2 }, [10, 20, 30], "mean");
 * assert.equal(age.dense(20), 0);
 * assert.equal(age.dense(null), 0);
 * assert.deepEqual([19, 20, null].map(age.bucket), [1, 2, 0]);
 * ```
 */
export function fitNumericTransform(
  column: NumericColumn,
  window: ArrayLike<number>,
  missing: LogConfig["missing"]["numeric"],
): NumericTransform {
  const { transform, buckets } = column;
  const standardize = transform === "standardize" || transform === "standardizeLog1p";
  if (window.length === 0 && (standardize || buckets !== undefined || missing === "mean")) {
    throw new Error(
      `Cannot fit column "${column.column}": the first window has no value of it. Raise "statisticsFraction", ` +
        `or set its "transform" to "none" or "log1p" without "buckets", and "missing.numeric" to "zero".`,
    );
  }
  const f = transform === "log1p" || transform === "standardizeLog1p" ? signedLog1p : (x: number) => x;
  const { mean, deviation } = moments(Float64Array.from(window, f));
  const centre = standardize ? mean : 0;
  const scale = standardize && deviation > 0 ? deviation : 1;
  const whenMissing = ((missing === "mean" ? mean : f(0)) - centre) / scale;
  const boundaries = buckets === undefined ? new Float64Array() : quantiles(window, buckets);
  return {
    dense: (value) => value === null ? whenMissing : (f(value) - centre) / scale,
    bucket: (value) => value === null ? MISSING_ROW : 1 + countUpTo(boundaries, value),
  };
}

function signedLog1p(x: number): number {
  return Math.sign(x) * Math.log1p(Math.abs(x));
}

/** Mean and population deviation in two passes. */
function moments(values: Float64Array): { mean: number; deviation: number } {
  if (values.length === 0) return { mean: 0, deviation: 0 };
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / values.length) };
}

function quantiles(values: ArrayLike<number>, buckets: number): Float64Array {
  const sorted = Float64Array.from(values).sort();
  const boundaries: number[] = [];
  for (let k = 1; k < buckets; k++) {
    const boundary = sorted[Math.floor(k * sorted.length / buckets)];
    if (boundary !== boundaries.at(-1)) boundaries.push(boundary);
  }
  return Float64Array.from(boundaries);
}

/** How many of the sorted boundaries are at most `value`, by bisection. */
function countUpTo(boundaries: Float64Array, value: number): number {
  let low = 0;
  let high = boundaries.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (boundaries[middle] <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}
