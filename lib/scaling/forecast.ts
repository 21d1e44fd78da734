import { normalQuantile } from "../statistics/distributions.ts";
import { fitInterval, type FitIntervalOptions, type ResampledFits } from "./resampled_fits.ts";

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
export interface ForecastOptions extends FitIntervalOptions {
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
  fits: ResampledFits,
  x: readonly number[],
  { noise = fits.fit.residualDeviation, ...options }: ForecastOptions = {},
): Forecast {
  const { value: loss, low, high } = fitInterval(fits, (curve) => curve.predict(x), options);
  // the noise of a run and the doubt about the curve are independent: their reaches add as squares
  const ownReach = loss * noise * normalQuantile((1 + (options.confidence ?? 0.95)) / 2);
  return {
    x,
    loss,
    low,
    high,
    runLow: loss - Math.hypot(loss - low, ownReach),
    runHigh: loss + Math.hypot(high - loss, ownReach),
  };
}
