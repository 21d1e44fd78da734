import studentQuantile from "@stdlib/stats-base-dists-t-quantile";
import { percentileEnds } from "../statistics/bootstrap_ends.ts";
import { jackknifeError } from "../statistics/jackknife_error.ts";
import type { FitInterval, ResampledFits } from "./resampled_fits.ts";
import { resourceFor } from "./returns.ts";

/** How many times the resource of one scheme another needs for the same loss, and how well that is known. */
export interface ResourceRatioInterval extends FitInterval {
  /** Which of the fitted curves come down to the loss at all. */
  readonly reached: "both" | "only a" | "only b" | "neither";
  /** Shares of the resampled curves that come down to it. */
  readonly reaching: { readonly a: number; readonly b: number };
  /** Whether both were resampled by the same seeds, so that what a seed does to both cancels. */
  readonly paired: boolean;
}

/** How the interval of a resource ratio is made. */
export interface ResourceRatioOptions {
  /** As in `FitIntervalOptions`, on the logarithm of the ratio. Default: the jackknife where both were resampled by seeds, else percentiles. */
  readonly ends?: "percentile" | "jackknife";
  /** Default 0.95. */
  readonly confidence?: number;
}

/**
 * The ratio `x_b / x_a` of the resources that two fitted curves need for the same loss: above 1, `a` is the more efficient.
 *
 * Curves may never come down to the loss. Where only one does, the ratio is Infinity or 0; where neither does, it is not a number. A
 * resample in which neither does counts against both ends: as 0 for the lower and as Infinity for the upper.
 *
 * @throws {RangeError} for a loss that is not positive
 * @throws {Error} for the jackknife of parametric resamples
 *
 * @example
 * ```ts
 * import { resampleFits, resourceRatioInterval } from "recscale/scaling";
 * import assert from "node:assert/strict";
 *
 * const noise = [2, -1, 0, 1, -2, 1, -1, 0, 2, -2]; // in ten thousandths
 * const runs = (factor: number) =>
 *   noise.map((e, i) => ({ x: [factor * 2 ** i], loss: (0.2 * 2 ** (-0.5 * i) + 0.8) * Math.exp(e / 10_000) }));
 * const [a, b] = [1, 3].map((factor) => resampleFits("powerLawConstant", runs(factor), { resamples: 100 }));
 * const { value, low, high, reached } = resourceRatioInterval(a, b, 0.85);
 * assert.equal(reached, "both");
 * assert.ok(low < 3 && 3 < high && Math.abs(value - 3) < 1e-6);
 * assert.equal(resourceRatioInterval(a, b, 0.7).reached, "neither");
 * ```
 */
export function resourceRatioInterval(
  a: ResampledFits,
  b: ResampledFits,
  loss: number,
  options: ResourceRatioOptions = {},
): ResourceRatioInterval {
  if (!(loss > 0)) throw new RangeError(`Cannot compare resources for a loss of ${loss}: wanted a number above 0.`);
  const { ends = a.method === "seeds" && b.method === "seeds" ? "jackknife" : "percentile", confidence = 0.95 } =
    options;
  const needs = (fits: ResampledFits) => fits.resampled.map((curve) => resourceFor(curve, loss));
  const [needsA, needsB] = [needs(a), needs(b)];
  const [forA, forB] = [resourceFor(a.fit, loss), resourceFor(b.fit, loss)];
  const paired = a.seedNames.length > 0 && a.seedNames.length === b.seedNames.length &&
    a.seedNames.every((seed, i) => seed === b.seedNames[i]);
  const share = (all: readonly number[]) => all.filter(Number.isFinite).length / all.length;
  const result = {
    value: forB / forA,
    reached: forA < Infinity ? forB < Infinity ? "both" : "only a" : forB < Infinity ? "only b" : "neither",
    reaching: { a: share(needsA), b: share(needsB) },
    paired,
  } as const;
  if (ends === "jackknife") {
    if (a.method === "parametric" || b.method === "parametric") {
      throw new Error(
        `Cannot leave units out of parametric resamples: wanted "points" or "seeds", or ends "percentile".`,
      );
    }
    return { ...result, ...jackknifeEnds(a, b, loss, paired, confidence) };
  }
  // both begin from the same draws: without common seeds another resample of b belongs to each of a
  const count = Math.min(needsA.length, needsB.length), shift = paired ? 0 : 1;
  const ratios = Array.from({ length: count }, (_, r) => needsB[(r + shift) % count] / needsA[r]);
  const either = (value: number) => ratios.map((ratio) => Number.isNaN(ratio) ? value : ratio);
  return {
    ...result,
    low: percentileEnds(either(0), confidence)[0],
    high: percentileEnds(either(Infinity), confidence)[1],
  };
}

/** Student's interval of the logarithm; of unpaired units with Welch's degrees of freedom. Everything where a curve does not reach the loss. */
function jackknifeEnds(a: ResampledFits, b: ResampledFits, loss: number, paired: boolean, confidence: number) {
  const logs = (fits: ResampledFits) => fits.jackknife().map((curve) => Math.log(resourceFor(curve, loss)));
  const [logsA, logsB] = [logs(a), logs(b)];
  const [ofA, ofB] = [logsA.length - 1, logsB.length - 1];
  const [errorA, errorB] = [jackknifeError(logsA), jackknifeError(logsB)];
  const error = paired ? jackknifeError(logsB.map((value, i) => value - logsA[i])) : Math.hypot(errorA, errorB);
  const degrees = paired ? ofA : error ** 4 / (errorA ** 4 / ofA + errorB ** 4 / ofB);
  const centre = Math.log(resourceFor(b.fit, loss) / resourceFor(a.fit, loss));
  const reach = error === 0 ? 0 : studentQuantile((1 + confidence) / 2, degrees) * error;
  if (!Number.isFinite(centre) || !Number.isFinite(reach)) return { low: 0, high: Infinity };
  return { low: Math.exp(centre - reach), high: Math.exp(centre + reach) };
}
