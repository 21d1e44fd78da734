import studentQuantile from "@stdlib/stats-base-dists-t-quantile";
import { extendHash, hash, uniformFromHash } from "../data/counter_hash.ts";
import { bcaEnds, percentileEnds } from "../statistics/bootstrap_ends.ts";
import { jackknifeError } from "../statistics/jackknife_error.ts";
import { standardNormal } from "../statistics/standard_normal.ts";
import type { Fit, FitReport } from "./fit.ts";
import { fitLaw, type FitOptions } from "./fit_law.ts";
import type { Law, LawName } from "./law.ts";
import { lawNamed } from "./laws/law_named.ts";
import type { Observation } from "./observation.ts";
import { createRefitter } from "./refitter.ts";
import { replicateNoise } from "./replicate_noise.ts";

/**
 * What is drawn again.
 *
 * - `"points"`: observations with replacement. For runs that have nothing in common.
 * - `"seeds"`: whole seeds with replacement (see `Observation.seed`). For learning curves: the points of one run, or of runs on
 *   the same examples, move together, and intervals over points would be too narrow.
 * - `"parametric"`: the fitted curve with normal noise of `ln L`, the same at every point. For a known noise, and few points. A noise
 *   that is not given but estimated is drawn anew as well, as `s sqrt(degrees / chi^2)`: of a straight line that gives Student's
 *   intervals, where the estimate itself would give the normal's, which are too narrow.
 */
export type Resampling = "points" | "seeds" | "parametric";

/** How a law is fitted, and what is drawn again. */
export interface ResampleOptions extends FitOptions {
  /** Default: `"seeds"` where the observations name at least two seeds, else `"points"`. */
  readonly method?: Resampling;
  /** Default 1,000. */
  readonly resamples?: number;
  /** The same seed gives the same resamples. Default 1. */
  readonly drawSeed?: number;
  /** Standard deviation of `ln L` for `"parametric"`. Default: that of replicates, else of the residuals. */
  readonly noise?: number;
}

/** A curve with the law's best parameters, of the observations or of a resample. */
export type FittedCurve = Pick<FitReport, "law" | "x0" | "best" | "theta" | "predict">;

/** A fit, and the fits of what might have been observed instead. */
export interface ResampledFits {
  readonly fit: Fit;
  readonly method: Resampling;
  /** Of `"seeds"`: the seeds, in the order in which {@link jackknife} leaves them out. */
  readonly seedNames: readonly (number | string)[];
  readonly resampled: readonly FittedCurve[];
  /** Curves with each independent unit (a point, a seed) left out. Computed when first asked for. */
  jackknife(): readonly FittedCurve[];
}

/**
 * Fits a law, and again to resamples, each begun from the first fit and from two cells of the grid.
 *
 * @throws {Error} what `fitLaw` throws, or for a method that the observations do not allow
 *
 * @example
 * ```ts
 * import { fitInterval, resampleFits } from "recscale/scaling";
 * import assert from "node:assert/strict";
 *
 * const noise = [2, -1, 0, 1, -2, 1, -1, 0, 2, -2]; // in thousandths
 * const runs = noise.map((e, i) => ({ x: [2 ** i], loss: (0.2 * 2 ** (-0.5 * i) + 0.8) * Math.exp(e / 1000) }));
 * const fits = resampleFits("powerLawConstant", runs, { resamples: 200 });
 * const { value, low, high } = fitInterval(fits, (fit) => fit.best.gamma);
 * assert.ok(low < 0.8 && 0.8 < high && low <= value && value <= high);
 * ```
 */
export function resampleFits(
  law: Law | LawName,
  observations: readonly Observation[],
  options: ResampleOptions = {},
): ResampledFits {
  const seeds = new Set(observations.map(({ seed }) => seed)).difference(new Set([undefined]));
  const { method = seeds.size > 1 ? "seeds" : "points", resamples = 1000, drawSeed = 1, noise, ...fitOptions } =
    options;
  if (!(Number.isInteger(resamples) && resamples >= 2)) {
    throw new Error(`Cannot resample a fit ${resamples} times: wanted a whole number from 2.`);
  }
  const fit = fitLaw(law, observations, fitOptions);
  const refit = createRefitter(fit, observations);
  const again = (rows: readonly number[], logLosses?: ArrayLike<number>) => curve(fit, refit(rows, logLosses).theta);
  const all = observations.map((_, i) => i);
  const units = method === "seeds" ? bySeed(observations) : all.map((i) => [i]);
  const draw = method === "parametric" ? parametric(fit, observations, noise) : null;
  let left: readonly FittedCurve[] | undefined;
  return {
    fit,
    method,
    seedNames: method === "seeds" ? [...new Set(observations.map(({ seed }) => seed!))] : [],
    resampled: Array.from({ length: resamples }, (_, r) => {
      const state = hash(drawSeed, r);
      if (draw) return again(all, draw(state));
      return again(units.flatMap((_, i) => units[Math.floor(uniformFromHash(extendHash(state, i)) * units.length)]));
    }),
    jackknife: () => left ??= units.map((_, i) => again(units.toSpliced(i, 1).flat())),
  };
}

function curve({ law: { name, parameters }, x0 }: Fit, theta: readonly number[]): FittedCurve {
  const law = lawNamed(name);
  return {
    law,
    x0,
    theta,
    best: Object.fromEntries(parameters.map((parameter, j) => [parameter, theta[j]])),
    predict: (x) => law.loss(theta, x.map((value, k) => value / x0[k])),
  };
}

/** Positions of the observations, by seed. */
function bySeed(observations: readonly Observation[]): number[][] {
  const missing = observations.findIndex(({ seed }) => seed === undefined);
  if (missing >= 0) {
    throw new Error(`Cannot resample seeds: observation ${missing + 1} names none. Wanted one in each, or "points".`);
  }
  const groups = [...Map.groupBy(observations.keys(), (i) => observations[i].seed).values()];
  if (groups.length < 2) throw new Error(`Cannot resample seeds: there is only one. Wanted at least two, or "points".`);
  return groups;
}

/** Logarithms of losses that might have been observed. */
function parametric(fit: Fit, observations: readonly Observation[], given: number | undefined) {
  const replicates = replicateNoise(observations);
  const noise = given ?? replicates?.deviation ?? fit.residualDeviation;
  const degrees = given !== undefined
    ? Infinity
    : replicates?.degrees ?? fit.count - fit.theta.length + fit.held.length;
  if (!(noise > 0 && noise < Infinity)) {
    throw new Error(`Cannot resample with normal noise of deviation ${noise}: wanted a number above 0.`);
  }
  const logs = observations.map(({ x }) => Math.log(fit.predict(x)));
  return (state: number) => {
    const drawn = noise *
      (degrees < KNOWN_DEGREES ? Math.sqrt(degrees / chiSquared(extendHash(state, -1), degrees)) : 1);
    return logs.map((log, i) => log + drawn * standardNormal(extendHash(state, i)) / Math.sqrt(fit.weights[i]));
  };
}

/** From so many degrees of freedom on a deviation counts as known: it is, to 5 %. */
const KNOWN_DEGREES = 200;

function chiSquared(state: number, degrees: number): number {
  let sum = 0;
  for (let i = 0; i < degrees; i++) sum += standardNormal(extendHash(state, i)) ** 2;
  return sum;
}

/** A number that follows from a fit, with its interval. */
export interface FitInterval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** How an interval is read from resampled fits. */
export interface FitIntervalOptions {
  /**
   * - `"percentile"`: quantiles over the resampled fits
   * - `"bca"`: those shifted for bias and for a spread that changes with the value (Efron 1987)
   * - `"jackknife"`: the value plus and minus Student's t times the jackknife's standard error, with as many degrees of freedom as
   *   there are units less one
   *
   * The last two need units to leave out, `"points"` or `"seeds"`. Default: the jackknife for seeds, which are few, so that bootstrap
   * intervals are too narrow (the coverage of each is measured in the README of this folder), else percentiles.
   */
  readonly ends?: "percentile" | "bca" | "jackknife";
  /** Default 0.95. */
  readonly confidence?: number;
  /**
   * `"log"`: the jackknife works on the logarithm of a number that is positive and spans orders of magnitude, such as a saturation
   * point or an optimal size, whose interval would else reach below zero. Quantiles do not depend on it. Default `"linear"`.
   */
  readonly scale?: "linear" | "log";
}

/**
 * The interval of any number that follows from a fit: a parameter, a forecast, a saturation point.
 *
 * @throws {Error} for BCa or the jackknife of parametric resamples, or where BCa has no meaning (see `bcaEnds`)
 */
export function fitInterval(
  fits: ResampledFits,
  statistic: (fit: FittedCurve) => number,
  options: FitIntervalOptions = {},
): FitInterval {
  const { ends = fits.method === "seeds" ? "jackknife" : "percentile", confidence = 0.95, scale = "linear" } = options;
  const value = statistic(fits.fit);
  if (ends !== "percentile" && fits.method === "parametric") {
    throw new Error(
      `Cannot leave units out of parametric resamples: wanted "points" or "seeds", or ends "percentile".`,
    );
  }
  if (ends === "jackknife") {
    const left = fits.jackknife().map(statistic);
    if (scale === "linear") return jackknifeInterval(value, left, confidence);
    const { low, high } = jackknifeInterval(Math.log(value), left.map(Math.log), confidence);
    return { value, low: Math.exp(low), high: Math.exp(high) };
  }
  const drawn = fits.resampled.map(statistic);
  const [low, high] = ends === "percentile"
    ? percentileEnds(drawn, confidence)
    : bcaEnds(drawn, { value, jackknife: fits.jackknife().map(statistic), confidence });
  return { value, low, high };
}

/**
 * The jackknife interval of a statistic (Tukey 1958): its value plus and minus Student's t times
 * `sqrt((n - 1) / n sum (v_i - v)^2)`, from its values `v_i` with each of n units left out.
 *
 * @returns an infinite interval where a value is not finite, unless all are the same
 */
export function jackknifeInterval(value: number, left: readonly number[], confidence = 0.95): FitInterval {
  if (left.every((each) => each === value)) return { value, low: value, high: value };
  if (!Number.isFinite(value) || !left.every(Number.isFinite)) return { value, low: -Infinity, high: Infinity };
  const reach = studentQuantile((1 + confidence) / 2, left.length - 1) * jackknifeError(left);
  return { value, low: value - reach, high: value + reach };
}
