import { hash, normal } from "../data/counter_hash.ts";
import { percentileEnds } from "../statistics/bootstrap_ends.ts";
import type { ResampledFits } from "./resampled_fits.ts";

/** The loss that a law forecasts. */
export interface Forecast {
  readonly x: readonly number[];
  readonly loss: number;
  /** Of the curve: where the mean of many runs would lie. */
  readonly low: number;
  readonly high: number;
  /** Of one more run, with its own noise. */
  readonly runLow: number;
  readonly runHigh: number;
}

/** How a forecast's intervals are made. */
export interface ForecastOptions {
  /** Default 0.95. */
  readonly confidence?: number;
  /** Standard deviation of `ln L` of one run. Default: of the residuals of the fit. */
  readonly noise?: number;
}

/**
 * The loss at any x, also far beyond what was observed, with intervals over resampled fits. They hold what the data say of the
 * law's parameters, and not that another law may be right: see {@link rollout} for what the law has been worth so far.
 *
 * @throws {Error} for x that are not above 0, or as many as the law has inputs
 *
 * @example
 * ```ts
 * import { forecast, resampleFits } from "recscale/scaling";
 * import assert from "node:assert/strict";
 *
 * const noise = [2, -1, 0, 1, -2, 1, -1, 0, 2, -2]; // in thousandths
 * const runs = noise.map((e, i) => ({ x: [2 ** i], loss: (0.2 * 2 ** (-0.5 * i) + 0.8) * Math.exp(e / 1000) }));
 * const { low, high, runLow, runHigh } = forecast(resampleFits("powerLawConstant", runs, { resamples: 200 }), [2 ** 12]);
 * const truth = 0.2 * 2 ** -6 + 0.8;
 * assert.ok(low < truth && truth < high && runLow < low && high < runHigh);
 * ```
 */
export function forecast(
  { fit, resampled }: ResampledFits,
  x: readonly number[],
  { confidence = 0.95, noise = fit.residualDeviation }: ForecastOptions = {},
): Forecast {
  const curves = resampled.map((each) => each.predict(x));
  const [low, high] = percentileEnds(curves, confidence);
  const runs = curves.map((loss, r) => loss * Math.exp(noise * normal(hash(r), 1)));
  const [runLow, runHigh] = percentileEnds(runs, confidence);
  return { x, loss: fit.predict(x), low, high, runLow, runHigh };
}
