import studentQuantile from "@stdlib/stats-base-dists-t-quantile";
import type { Fit } from "./fit.ts";
import type { FitInterval } from "./resampled_fits.ts";

/**
 * The profile likelihood interval of a floor or an exponent: the values at which the best objective is at most
 * `s^2 t^2 / 2` above the least, with the residual variance `s^2` and Student's t for the degrees of freedom left (Bates and
 * Watts 1988, section 6.1). It needs no symmetry, and takes points as independent.
 *
 * An end at which the profile still is below that level is infinite, or the bound of the parameter.
 *
 * @throws {Error} for a parameter without a profile
 *
 * @example
 * ```ts
 * import { fitLaw, profileInterval } from "recscale/scaling";
 * import assert from "node:assert/strict";
 *
 * const noise = [2, -1, 0, 1, -2, 1, -1, 0, 2, -2]; // in thousandths
 * const runs = noise.map((e, i) => ({ x: [2 ** i], loss: (0.2 * 2 ** (-0.5 * i) + 0.8) * Math.exp(e / 1000) }));
 * const { low, high } = profileInterval(fitLaw("powerLawConstant", runs), "beta");
 * assert.ok(low < 0.5 && 0.5 < high);
 * ```
 */
export function profileInterval(fit: Fit, parameter: string, confidence = 0.95): FitInterval {
  const profile = fit.profiles[parameter];
  if (!profile) {
    throw new Error(
      `Cannot profile "${parameter}" of ${fit.law.name}: wanted ${Object.keys(fit.profiles).join(" or ")}.`,
    );
  }
  const degrees = fit.count - fit.theta.length;
  const level = degrees > 0
    ? (fit.residualDeviation * studentQuantile((1 + confidence) / 2, degrees)) ** 2 / 2
    : Infinity;
  const { values, objectives } = profile;
  const value = fit.best[parameter], at = values.indexOf(value);
  // the root of the rise is nearly straight in the parameter, so it is interpolated
  const rise = objectives.map((objective) => Math.sqrt(Math.max(0, objective - fit.objective)));
  const wanted = Math.sqrt(level);
  const end = (step: -1 | 1): number => {
    for (let k = at + step; k >= 0 && k < values.length; k += step) {
      if (rise[k] < wanted) continue;
      if (rise[k] === Infinity) return values[k];
      const share = (wanted - rise[k - step]) / (rise[k] - rise[k - step]);
      return values[k - step] + share * (values[k] - values[k - step]);
    }
    return step === 1 ? Infinity : parameter === fit.law.floor ? 0 : -Infinity;
  };
  return { value, low: end(-1), high: end(1) };
}
