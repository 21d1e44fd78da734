import { mean, sampleStandardDeviation } from "simple-statistics";
import studentQuantile from "@stdlib/stats-base-dists-t-quantile";

/** A mean with its 95 % confidence interval. */
export interface Estimate {
  readonly mean: number;
  /** Standard error of the mean; NaN for a single value. */
  readonly standardError: number;
  /** 95 % interval by Student's t; infinite for a single value. */
  readonly low: number;
  readonly high: number;
  readonly count: number;
}

/**
 * Mean, standard error and 95 % t interval of independent values.
 *
 * @throws {Error} when there is none
 */
export function estimate(values: readonly number[]): Estimate {
  const count = values.length;
  if (count === 0) throw new Error("Cannot estimate a mean from no values: wanted at least one.");
  const centre = mean([...values]);
  if (count === 1) return { mean: centre, standardError: NaN, low: -Infinity, high: Infinity, count };
  const standardError = sampleStandardDeviation([...values]) / Math.sqrt(count);
  const reach = studentQuantile(0.975, count - 1) * standardError;
  return { mean: centre, standardError, low: centre - reach, high: centre + reach, count };
}

/**
 * Differences `100 (a - b) / b` in percent of runs that are paired: same stream, order and seed.
 *
 * @throws {Error} when the numbers of runs differ
 *
 * @example
 * ```ts
 * import { estimate, pairedPercent } from "recscale/experiments";
 * import assert from "node:assert/strict";
 *
 * const { mean, low, high } = estimate(pairedPercent([0.99, 0.98, 0.97], [1, 1, 1]));
 * assert.equal(mean.toFixed(6), "-2.000000");
 * assert.ok(low < -4.4 && high > 0.4); // three pairs tell little
 * ```
 */
export function pairedPercent(a: readonly number[], b: readonly number[]): number[] {
  if (a.length !== b.length) {
    throw new Error(`Cannot pair ${a.length} runs with ${b.length}: wanted the same number of each.`);
  }
  return a.map((value, i) => 100 * (value - b[i]) / b[i]);
}
