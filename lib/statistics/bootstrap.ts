import { mean } from "simple-statistics";
import { extendHash, hash, uniformFromHash } from "../data/counter_hash.ts";
import { bcaEnds, percentileEnds } from "./bootstrap_ends.ts";

/** What is estimated, and how its interval is made. */
export interface BootstrapOptions {
  /** What is estimated from the values. Default: their mean. */
  readonly statistic?: (values: readonly number[]) => number;
  /**
   * `"percentile"`: quantiles of the resampled statistic. `"bca"` (default): those quantiles shifted for bias and for a
   * spread that changes with the value (Efron 1987), second-order accurate. Both are too narrow for fewer than about ten
   * values: use `estimate` there.
   */
  readonly method?: "percentile" | "bca";
  /** Default 9,999: the ends then vary by about 1 % of the interval between seeds. */
  readonly resamples?: number;
  /** Confidence. Default 0.95. */
  readonly confidence?: number;
  /** The same seed gives the same interval. Default 1. */
  readonly seed?: number;
}

/** A bootstrapped interval of a statistic. */
export interface BootstrapInterval {
  readonly value: number;
  /** Standard deviation of the resampled statistic. */
  readonly standardError: number;
  readonly low: number;
  readonly high: number;
  readonly count: number;
}

/**
 * Bootstrap interval of a statistic of independent values, such as paired differences. Resample `r` takes value
 * `floor(n u)` with the counters `u = uniform(seed, r, i)` as its `i`-th.
 *
 * @throws {Error} for fewer than two values, for options out of range, or where BCa has no meaning: all resamples give the
 *   same statistic, or all lie on one side of it
 *
 * @example
 * ```ts
 * import { bootstrapInterval } from "recscale/experiments";
 * import assert from "node:assert/strict";
 *
 * const { value, low, high } = bootstrapInterval([3, 5, 4, 6, 5, 4, 7, 5, 4, 6], { resamples: 999 });
 * assert.ok(low > 4 && low < value && value < high && high < 6);
 * ```
 */
export function bootstrapInterval(values: readonly number[], options: BootstrapOptions = {}): BootstrapInterval {
  const { statistic = (all) => mean([...all]), method = "bca", resamples = 9999, confidence = 0.95, seed = 1 } =
    options;
  const n = values.length;
  if (n < 2) throw new Error(`Cannot bootstrap ${n} values: wanted at least two.`);
  if (!(confidence > 0 && confidence < 1)) {
    throw new Error(`Cannot bootstrap with a confidence of ${confidence}: wanted a number between 0 and 1.`);
  }
  if (!Number.isInteger(resamples) || resamples < 2) {
    throw new Error(`Cannot bootstrap with ${resamples} resamples: wanted a whole number from 2.`);
  }
  const drawn = new Float64Array(resamples);
  const sample = new Array<number>(n);
  for (let r = 0; r < resamples; r++) {
    const state = hash(seed, r);
    for (let i = 0; i < n; i++) sample[i] = values[Math.floor(uniformFromHash(extendHash(state, i)) * n)];
    drawn[r] = statistic(sample);
  }
  const value = statistic(values);
  const average = mean([...drawn]);
  const standardError = Math.sqrt(drawn.reduce((sum, x) => sum + (x - average) ** 2, 0) / (resamples - 1));
  const [low, high] = method === "percentile" ? percentileEnds(drawn, confidence) : bcaEnds(drawn, {
    value,
    jackknife: values.map((_, i) => statistic(values.toSpliced(i, 1))),
    confidence,
  });
  return { value, standardError, low, high, count: n };
}
