/**
 * `ln(1 + e^s)`, without overflow and without losing small values: `max(s, 0) + ln(1 + e^-|s|)`.
 *
 * @example
 * ```ts
 * import { softplus } from "recscale/training";
 * import assert from "node:assert/strict";
 *
 * assert.equal(softplus(0), Math.LN2);
 * assert.equal(softplus(1000), 1000);
 * assert.equal(softplus(-1000), 0);
 * ```
 */
export function softplus(s: number): number {
  return Math.max(s, 0) + Math.log1p(Math.exp(-Math.abs(s)));
}

/**
 * Log loss in nats of a logit s, expected where a click has probability y: `softplus(s) - y s`. With a label 0 or 1 in the
 * place of y it is the loss of that example.
 *
 * @param s logit; ±Infinity is allowed (a prediction of exactly 0 or 1)
 * @param y in [0, 1]
 */
export function logLoss(s: number, y: number): number {
  if (y === 0) return softplus(s);
  if (y === 1) return softplus(-s);
  return Math.abs(s) === Infinity ? Infinity : softplus(s) - y * s;
}

/** The probability of a logit: `1 / (1 + e^-s)`. */
export function sigmoid(s: number): number {
  return 1 / (1 + Math.exp(-s));
}

/** The logit of a probability: `ln q - ln(1 - q)`; ∓Infinity at 0 and 1. */
export function logit(q: number): number {
  return Math.log(q) - Math.log1p(-q);
}
