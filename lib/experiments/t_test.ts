import studentQuantile from "@stdlib/stats-base-dists-t-quantile";
import { mean, sampleStandardDeviation, sampleVariance } from "simple-statistics";
import { studentTail } from "../statistics/distributions.ts";
import { type Estimate, estimate } from "./paired.ts";

/** What a t test says of a mean of 0. */
export interface TTest {
  readonly t: number;
  readonly degrees: number;
  /** Two-sided. */
  readonly p: number;
}

/**
 * Student's test of the hypothesis that paired differences have mean 0.
 *
 * @throws {Error} for fewer than two differences
 *
 * @example
 * ```ts
 * import { tTest } from "recscale/experiments";
 * import assert from "node:assert/strict";
 *
 * assert.equal(tTest([1.2, 2.4, 1.3, 1.3, 0, 1, 1.8, 0.8, 4.6, 1.4]).p.toFixed(6), "0.002833"); // Student's sleep data
 * ```
 */
export function tTest(differences: readonly number[]): TTest {
  const degrees = differences.length - 1;
  if (degrees < 1) throw new Error(`Cannot test a mean with ${differences.length} differences: wanted at least two.`);
  const { mean, standardError } = estimate(differences);
  // equal differences leave no doubt: t is infinite, or nothing at all differs
  const t = standardError === 0 ? (mean === 0 ? 0 : Math.sign(mean) * Infinity) : mean / standardError;
  return { t, degrees, p: Number.isFinite(t) ? 2 * studentTail(Math.abs(t), degrees) : 0 };
}

/**
 * By how much an effect exceeds what its control shows, with a 95 % interval.
 *
 * @param effect paired differences where the reason of a claim is present, one a seed
 * @param control the same differences where it is absent
 * @param paired `true` (default): seed by seed, both were made with the same seeds, in the same order. `false`: they are
 *   independent samples; the interval is Welch's, with the degrees of freedom of Satterthwaite (1946)
 * @throws {Error} when paired and of different lengths, or when there are too few
 *
 * @example
 * ```ts
 * import { effectMinusControl } from "recscale/experiments";
 * import assert from "node:assert/strict";
 *
 * const { mean, high } = effectMinusControl([-2.1, -2.3, -2.2], [-0.1, 0.1, 0]);
 * assert.ok(Math.abs(mean + 2.2) < 1e-12 && high < 0);
 * ```
 */
export function effectMinusControl(
  effect: readonly number[],
  control: readonly number[],
  { paired = true }: { readonly paired?: boolean } = {},
): Estimate {
  if (paired) {
    if (effect.length !== control.length) {
      throw new Error(
        `Cannot subtract ${control.length} control values from ${effect.length} effects seed by seed: wanted equally ` +
          `many, or { paired: false } for independent samples.`,
      );
    }
    return estimate(effect.map((value, i) => value - control[i]));
  }
  if (effect.length < 2 || control.length < 2) {
    throw new Error(
      `Cannot compare independent samples of ${effect.length} and ${control.length} values: wanted two of each at least.`,
    );
  }
  const [u, v] = [effect, control].map((values) => sampleVariance([...values]) / values.length);
  const centre = mean([...effect]) - mean([...control]);
  const standardError = Math.sqrt(u + v);
  const degrees = (u + v) ** 2 / (u ** 2 / (effect.length - 1) + v ** 2 / (control.length - 1));
  const reach = standardError === 0 ? 0 : studentQuantile(0.975, degrees) * standardError;
  return {
    mean: centre,
    standardError,
    low: centre - reach,
    high: centre + reach,
    count: Math.min(effect.length, control.length),
  };
}

/** What a test of equivalence says. */
export interface Equivalence {
  /** Whether the mean lies within the margin, by the level of the test. */
  readonly equivalent: boolean;
  /** The larger of the two one-sided p values. */
  readonly p: number;
  /** The interval of confidence `1 - 2 level` that must lie inside the margin. */
  readonly low: number;
  readonly high: number;
  readonly margin: number;
}

/**
 * Two one-sided t tests (Schuirmann 1987): whether the mean of paired differences lies inside `-margin .. margin`. An
 * interval that merely includes 0 proves no equivalence: few runs cannot tell.
 *
 * @param margin the largest difference that counts as none, in the unit of the differences; fixed before the runs are made
 * @param level of each one-sided test. Default 0.05
 * @throws {Error} for fewer than two differences, or a margin that is not positive
 *
 * @example
 * ```ts
 * import { equivalence } from "recscale/experiments";
 * import assert from "node:assert/strict";
 *
 * assert.ok(equivalence([0.01, -0.02, 0.015, -0.005], 0.1).equivalent);
 * assert.ok(!equivalence([0.3, -0.4, 0.2, -0.1], 0.1).equivalent); // nothing proven either way
 * ```
 */
export function equivalence(differences: readonly number[], margin: number, level = 0.05): Equivalence {
  if (!(margin > 0)) throw new Error(`Cannot test equivalence within a margin of ${margin}: wanted a positive number.`);
  const count = differences.length;
  if (count < 2) throw new Error(`Cannot test equivalence with ${count} differences: wanted at least two.`);
  const centre = mean([...differences]);
  const standardError = sampleStandardDeviation([...differences]) / Math.sqrt(count);
  if (standardError === 0) {
    const equivalent = Math.abs(centre) < margin;
    return { equivalent, p: equivalent ? 0 : 1, low: centre, high: centre, margin };
  }
  const above = studentTail((centre + margin) / standardError, count - 1); // of the hypothesis mean <= -margin
  const below = studentTail((margin - centre) / standardError, count - 1); // of the hypothesis mean >= margin
  const reach = studentQuantile(1 - level, count - 1) * standardError;
  const p = Math.max(above, below);
  return { equivalent: p < level, p, low: centre - reach, high: centre + reach, margin };
}
