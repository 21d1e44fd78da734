import type { FittedCurve } from "./resampled_fits.ts";

/** A fitted curve of one resource. */
type Curve = Pick<FittedCurve, "predict">;

/**
 * By which share the loss falls when a resource doubles from x: `1 - L(2x) / L(x)`.
 *
 * @example
 * ```ts
 * import { gainOfDoubling } from "recscale/scaling";
 * import assert from "node:assert/strict";
 *
 * assert.equal(gainOfDoubling({ predict: ([x]) => 0.5 / x + 0.5 }, 1), 0.25);
 * ```
 */
export function gainOfDoubling(curve: Curve, x: number): number {
  return 1 - curve.predict([2 * x]) / curve.predict([x]);
}

/**
 * Local elasticity `-d ln L / d ln x`: per cent of loss for a per cent of the resource. For a power law plus constant it is
 * beta times the reducible share.
 *
 * @example
 * ```ts
 * import { elasticity } from "recscale/scaling";
 * import assert from "node:assert/strict";
 *
 * assert.ok(Math.abs(elasticity({ predict: ([x]) => 2 * x ** -0.3 }, 1e6) - 0.3) < 1e-9);
 * ```
 */
export function elasticity(curve: Curve, x: number): number {
  const step = 1e-4; // of ln x: a central difference then errs by 1e-9 of the elasticity
  return -Math.log(curve.predict([x * Math.exp(step)]) / curve.predict([x * Math.exp(-step)])) / (2 * step);
}

/**
 * The share of the loss at x that more of the resource can still remove: `1 - floor / L(x)`. 1 for a law without a floor.
 *
 * @example
 * ```ts
 * import { fitLaw, reducibleShare } from "recscale/scaling";
 * import assert from "node:assert/strict";
 *
 * const fit = fitLaw("powerLawConstant", [1, 2, 4, 8, 16, 32].map((x) => ({ x: [x], loss: 0.5 / x + 0.5 })));
 * assert.ok(Math.abs(reducibleShare(fit, 1) - 0.5) < 1e-9);
 * ```
 */
export function reducibleShare(fit: Pick<FittedCurve, "law" | "best" | "predict">, x: number): number {
  return fit.law.floor === null ? 1 : 1 - fit.best[fit.law.floor] / fit.predict([x]);
}

/** A doubling that lowers the loss by less than this share buys nothing: what Wukong (arXiv 2403.02545) calls significant. */
export const SIGNIFICANT_GAIN = 2e-4;

/**
 * Where a resource saturates: the x from which a doubling lowers the loss by less than `threshold`. A resource is in its
 * high-return regime below, and saturated above.
 *
 * @param threshold share of the loss. Default {@link SIGNIFICANT_GAIN}; the noise between seeds is another good choice
 * @returns 0 where no doubling buys as much, Infinity where every one does (a law without a floor)
 *
 * @example
 * ```ts
 * import { gainOfDoubling, saturationPoint } from "recscale/scaling";
 * import assert from "node:assert/strict";
 *
 * const curve = { predict: ([x]: readonly number[]) => 0.1 * x ** -0.5 + 0.7 };
 * assert.ok(Math.abs(gainOfDoubling(curve, saturationPoint(curve)) - 2e-4) < 1e-12);
 * ```
 */
export function saturationPoint(curve: Curve, threshold: number = SIGNIFICANT_GAIN): number {
  if (!(threshold > 0 && threshold < 1)) {
    throw new RangeError(`Cannot find where a doubling gains less than ${threshold}: wanted a share between 0 and 1.`);
  }
  const gains = (lnX: number) => gainOfDoubling(curve, Math.exp(lnX)) >= threshold;
  const [least, most] = [-300, 300]; // of ln x: 1e-130 to 1e130
  if (gains(most)) return Infinity;
  // from the right, as a curve with a break may gain little before it
  let low = most;
  while (low > least && !gains(low)) low -= 1;
  if (low <= least) return 0;
  let high = low + 1;
  for (let halving = 0; halving < 60; halving++) {
    const middle = (low + high) / 2;
    if (gains(middle)) low = middle;
    else high = middle;
  }
  return Math.exp((low + high) / 2);
}

/**
 * Where a resource saturates by another measure: the x from which all that more of it can still remove is less than the noise
 * between seeds, so that single runs no longer show a difference.
 *
 * @param noise standard deviation of `ln L` between seeds, such as `replicateNoise(observations).deviation`
 * @returns Infinity for a law without a floor, or with a floor of 0
 *
 * @example
 * ```ts
 * import { fitLaw, noiseSaturationPoint, reducibleShare } from "recscale/scaling";
 * import assert from "node:assert/strict";
 *
 * const fit = fitLaw("powerLawConstant", [1, 2, 4, 8, 16, 32].map((x) => ({ x: [x], loss: 0.5 / x + 0.5 })));
 * assert.ok(Math.abs(reducibleShare(fit, noiseSaturationPoint(fit, 1e-3)) - 1e-3) < 1e-9);
 * ```
 */
export function noiseSaturationPoint(fit: Pick<FittedCurve, "law" | "best" | "predict">, noise: number): number {
  if (!(noise > 0 && noise < 1)) {
    throw new RangeError(`Cannot find where less than ${noise} of the loss is left: wanted a share between 0 and 1.`);
  }
  return fit.law.floor === null ? Infinity : resourceFor(fit, fit.best[fit.law.floor] / (1 - noise));
}

/**
 * The resource at which a falling curve reaches a loss.
 *
 * @returns Infinity where it never does, 0 where it is never above
 *
 * @example
 * ```ts
 * import { resourceFor } from "recscale/scaling";
 * import assert from "node:assert/strict";
 *
 * const curve = { predict: ([x]: readonly number[]) => 0.1 * (x / 1e6) ** -0.5 + 0.7 };
 * assert.ok(Math.abs(resourceFor(curve, 0.75) / 4e6 - 1) < 1e-12);
 * assert.equal(resourceFor(curve, 0.7), Infinity);
 * ```
 */
export function resourceFor(curve: Curve, loss: number): number {
  let low = -300, high = 300;
  if (!(curve.predict([Math.exp(high)]) < loss)) return Infinity;
  if (curve.predict([Math.exp(low)]) <= loss) return 0;
  for (let halving = 0; halving < 70; halving++) {
    const middle = (low + high) / 2;
    if (curve.predict([Math.exp(middle)]) > loss) low = middle;
    else high = middle;
  }
  return Math.exp((low + high) / 2);
}

/**
 * How many times the resource of curve `a` curve `b` needs for the same loss: above 1, `a` is the more efficient.
 *
 * @returns NaN where neither reaches it, Infinity or 0 where only one does
 */
export function resourceRatio(a: Curve, b: Curve, loss: number): number {
  return resourceFor(b, loss) / resourceFor(a, loss);
}
