import studentQuantile from "@stdlib/stats-base-dists-t-quantile";
import { extendHash, hash } from "../data/counter_hash.ts";
import { percentileEnds } from "../statistics/bootstrap_ends.ts";
import { jackknifeError } from "../statistics/jackknife_error.ts";
import { standardNormal } from "../statistics/standard_normal.ts";
import {
  type ComputePowerLaw,
  type IsoflopAnalysis,
  isoflopAnalysis,
  isoflopOptima,
  type IsoflopOptimum,
  type IsoflopOptions,
  type IsoflopRun,
  optimaPowerLaws,
} from "./isoflop.ts";
import type { FitInterval } from "./resampled_fits.ts";

/** How the intervals of an isoFLOP analysis are made. */
export interface IsoflopIntervalOptions extends IsoflopOptions {
  /** Compute for which the best size and data are wanted, also beyond what was run. */
  readonly at?: readonly number[];
  /** Default 1,000. */
  readonly resamples?: number;
  /** The same seed gives the same resamples. Default 1. */
  readonly drawSeed?: number;
  /** Default 0.95. */
  readonly confidence?: number;
}

/** The best size and data at one compute, by the power laws. */
export interface IsoflopAt {
  readonly flops: number;
  readonly parameters: FitInterval;
  readonly data: FitInterval;
}

/** An isoFLOP analysis, and how well its exponents are known. */
export interface IsoflopIntervals {
  readonly analysis: IsoflopAnalysis;
  /**
   * `"noise"`: every loss drawn again with the noise that was given, the optima found and the power laws fitted anew (Porian et al.
   * 2024), percentiles. `"levels"`, without a noise: the jackknife over levels of compute with Student's t, which knows of the optima's
   * scatter alone. A bootstrap over so few levels is too narrow: it held the truth in 91 % of 400 simulated studies.
   */
  readonly over: "noise" | "levels";
  /** Of the exponents. */
  readonly parameters: FitInterval;
  readonly data: FitInterval;
  readonly ratio: FitInterval;
  readonly at: readonly IsoflopAt[];
}

/** Power laws of the optimum in compute. */
type Laws = Pick<IsoflopAnalysis, "parameters" | "data" | "ratio">;
type Quantity = keyof Laws;

/**
 * An isoFLOP analysis with intervals of its exponents, and of the best size and data at any compute.
 *
 * @throws {Error} what `isoflopAnalysis` throws; for two optima without a noise; or where fewer than half of the draws of the noise
 *   leave two levels with an optimum
 *
 * @example
 * ```ts
 * import { isoflopIntervals } from "recscale/scaling";
 * import assert from "node:assert/strict";
 *
 * // E + A / N^0.5 + B / D^0.5: sizes and data grow alike
 * const runs = [1e18, 1e19, 1e20, 1e21].flatMap((flops) =>
 *   Array.from({ length: 9 }, (_, k) => {
 *     const parameters = Math.sqrt(flops / 6) * 2 ** (k - 4), data = flops / 6 / parameters;
 *     return { flops, parameters, data, loss: 1.7 + 400 / parameters ** 0.5 + 400 / data ** 0.5 };
 *   })
 * );
 * const { parameters, at } = isoflopIntervals(runs, { noise: 1e-3, resamples: 100, at: [6e22] });
 * assert.ok(parameters.low < 0.5 && 0.5 < parameters.high);
 * assert.ok(at[0].parameters.low < 1e11 && 1e11 < at[0].parameters.high);
 * ```
 */
export function isoflopIntervals(
  runs: readonly IsoflopRun[],
  options: IsoflopIntervalOptions = {},
): IsoflopIntervals {
  const { at = [], resamples = 1000, drawSeed = 1, confidence = 0.95, ...own } = options;
  if (!(Number.isInteger(resamples) && resamples >= 2)) {
    throw new Error(`Cannot resample an isoFLOP analysis ${resamples} times: wanted a whole number from 2.`);
  }
  const analysis = isoflopAnalysis(runs, own);
  const over = own.noise === undefined ? "levels" : "noise";
  const reach = over === "noise"
    ? percentilesOver(noisyLaws(runs, analysis, own, { resamples, drawSeed }), confidence)
    : jackknifeOver(withoutLevels(analysis), confidence);
  const interval = (of: (laws: Laws) => number): FitInterval => ({ value: of(analysis), ...reach(of, of(analysis)) });
  const exponent = (quantity: Quantity) => interval((laws) => laws[quantity].exponent);
  const positive = (of: (laws: Laws) => number): FitInterval => {
    const { value, low, high } = interval((laws) => Math.log(of(laws)));
    return { value: Math.exp(value), low: Math.exp(low), high: Math.exp(high) };
  };
  const value = ({ coefficient, exponent }: ComputePowerLaw, flops: number) => coefficient * flops ** exponent;
  return {
    analysis,
    over,
    parameters: exponent("parameters"),
    data: exponent("data"),
    ratio: exponent("ratio"),
    at: at.map((flops) => ({
      flops,
      parameters: positive((laws) => value(laws.parameters, flops)),
      data: positive((laws) => value(laws.data, flops)),
    })),
  };
}

type Ends = Pick<FitInterval, "low" | "high">;
/** The ends of a number's interval. */
type Reach = (of: (laws: Laws) => number, value: number) => Ends;

function percentilesOver(drawn: readonly Laws[], confidence: number): Reach {
  return (of) => {
    const [low, high] = percentileEnds(drawn.map(of), confidence);
    return { low, high };
  };
}

function jackknifeOver(left: readonly Laws[], confidence: number): Reach {
  const student = studentQuantile((1 + confidence) / 2, left.length - 1);
  return (of, value) => {
    const error = student * jackknifeError(left.map(of));
    return { low: value - error, high: value + error };
  };
}

/** Laws of the optima of losses with other noise; draws that leave fewer than two levels with an optimum do not count. */
function noisyLaws(
  runs: readonly IsoflopRun[],
  analysis: IsoflopAnalysis,
  { method, nearest, noise = 0, weighted = false }: IsoflopOptions,
  { resamples, drawSeed }: { readonly resamples: number; readonly drawSeed: number },
): Laws[] {
  const known = new Map(analysis.optima.map((optimum) => [optimum.flops, optimum.deviation]));
  const drawn = Array.from({ length: resamples }, (_, r): Laws[] => {
    const state = hash(drawSeed, r);
    const noisy = runs.map((run, i) => ({ ...run, loss: run.loss + noise * standardNormal(extendHash(state, i)) }));
    // weights as of the analysis: another draw does not change how well an optimum is known
    const optima = isoflopOptima(noisy, { method, nearest }).optima.flatMap((optimum): IsoflopOptimum[] => {
      const deviation = known.get(optimum.flops);
      return deviation ? [{ ...optimum, deviation }] : [];
    });
    return optima.length < 2 ? [] : [optimaPowerLaws(optima, weighted)];
  }).flat();
  if (drawn.length >= resamples / 2) return drawn;
  throw new Error(
    `Cannot resample an isoFLOP analysis of ${analysis.optima.length} optima: of ${resamples} resamples only ` +
      `${drawn.length} have them at two levels of compute. Wanted more levels, or sizes further from the optimum.`,
  );
}

/** Laws of the optima without each level. */
function withoutLevels({ optima }: IsoflopAnalysis): Laws[] {
  if (optima.length < 3) {
    throw new Error(
      `Cannot tell how well exponents of ${optima.length} optima are known: wanted at least three levels of compute with one, ` +
        `or a noise of the losses.`,
    );
  }
  return optima.map((_, i) => optimaPowerLaws(optima.toSpliced(i, 1), false));
}
