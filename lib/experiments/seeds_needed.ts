import studentQuantile from "@stdlib/stats-base-dists-t-quantile";
import { gammaln, sampleStandardDeviation } from "simple-statistics";
import { normalCdf } from "../statistics/distributions.ts";

/**
 * Power of Student's two-sided test on `pairs` paired differences: the chance that its interval excludes 0.
 *
 * With `s` the ratio of the estimated to the true standard deviation, the test rejects when
 * `|Z + delta| > t s` for a standard normal `Z`, `delta = effect sqrt(pairs)` and the critical value `t`; this is averaged
 * over the distribution of `s` (chi over the root of its degrees of freedom) by Simpson's rule.
 *
 * @param effect true mean difference in units of the true standard deviation of a difference
 * @param level of the test. Default 0.05
 * @throws {Error} for fewer than two pairs
 */
export function powerOfPairs(pairs: number, effect: number, level = 0.05): number {
  const degrees = pairs - 1;
  if (!(degrees >= 1)) throw new Error(`Cannot test with ${pairs} pairs: wanted at least two.`);
  const t = studentQuantile(1 - level / 2, degrees), delta = Math.abs(effect) * Math.sqrt(pairs);
  const logConstant = Math.log(2) + (degrees / 2) * Math.log(degrees / 2) - gammaln(degrees / 2);
  const density = (s: number) =>
    s === 0
      ? degrees === 1 ? Math.exp(logConstant) : 0
      : Math.exp(logConstant + (degrees - 1) * Math.log(s) - degrees * s * s / 2);
  const rejects = (s: number) => normalCdf(delta - t * s) + normalCdf(-delta - t * s);
  // s has mean near 1 and standard deviation near 1 / sqrt(2 degrees); ten of those hold all but 1e-20 of it
  const spread = 10 / Math.sqrt(2 * degrees);
  // and beyond (delta + 9) / t the test never rejects
  const from = Math.max(0, 1 - spread), to = Math.max(from, Math.min(1 + spread, (delta + 9) / t));
  const steps = 2000, h = (to - from) / steps;
  let sum = 0;
  for (let i = 0; i <= steps; i++) {
    const s = from + i * h;
    sum += (i === 0 || i === steps ? 1 : i % 2 === 1 ? 4 : 2) * density(s) * rejects(s);
  }
  return Math.min(1, sum * h / 3);
}

/** What {@link seedsNeeded} goes by. */
export interface SeedsNeededOptions {
  /**
   * The smallest true difference worth finding, in the unit of the differences. To ask how many seeds would settle an
   * undecided result, give its margin; the mean of the few runs in hand is noise.
   */
  readonly difference: number;
  /** The chance of finding it. Default 0.8. */
  readonly power?: number;
  /** Of the two-sided test. Default 0.05. */
  readonly level?: number;
}

const MOST_SEEDS = 100_000;

/**
 * How many paired seeds would tell a difference from 0, judged by the spread of a few pairs in hand.
 *
 * @param differences a pilot of at least two; the fewer, the rougher the answer
 * @returns the number of pairs in all, `Infinity` when more than 100,000
 * @throws {Error} for fewer than two differences, or a difference of 0
 *
 * @example
 * ```ts
 * import { seedsNeeded } from "recscale/experiments";
 * import assert from "node:assert/strict";
 *
 * // standard deviation 1: a difference of half of it takes 34 pairs
 * assert.equal(seedsNeeded([-1, 0, 1], { difference: 0.5 }), 34);
 * ```
 */
export function seedsNeeded(differences: readonly number[], options: SeedsNeededOptions): number {
  const { difference, power = 0.8, level = 0.05 } = options;
  if (differences.length < 2) {
    throw new Error(`Cannot judge the spread of ${differences.length} differences: wanted at least two.`);
  }
  if (!(Math.abs(difference) > 0)) {
    throw new Error(`Cannot find a difference of ${difference}: wanted a number other than 0.`);
  }
  const spread = sampleStandardDeviation([...differences]);
  if (spread === 0) return 2;
  const enough = (pairs: number) => powerOfPairs(pairs, difference / spread, level) >= power;
  let low = 1, high = 2; // power at low is not enough, at high it is
  while (!enough(high)) {
    if (high > MOST_SEEDS) return Infinity;
    low = high;
    high *= 2;
  }
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (enough(middle)) high = middle;
    else low = middle;
  }
  return high;
}
