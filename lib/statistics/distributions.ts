import { gammaln, probit } from "simple-statistics";

/**
 * Upper tail of Student's t: `P(T > t)` with `degrees` of freedom, to about 1e-13.
 *
 * For `t > 0` it is half the regularized incomplete beta function `I_x(degrees/2, 1/2)` at `x = degrees/(degrees + t^2)`
 * (Abramowitz and Stegun 26.7.1).
 *
 * @example
 * ```ts
 * import { studentTail } from "recscale/experiments";
 * import assert from "node:assert/strict";
 *
 * assert.ok(Math.abs(studentTail(1, 1) - 0.25) < 1e-12); // Cauchy: 1/2 - atan(1)/pi
 * ```
 */
export function studentTail(t: number, degrees: number): number {
  const tail = 0.5 * incompleteBeta(degrees / (degrees + t * t), degrees / 2, 0.5);
  return t > 0 ? tail : 1 - tail;
}

/** `I_x(a, b)`: by its continued fraction on the side where that converges fast (Abramowitz and Stegun 26.5.8). */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const front = Math.exp(gammaln(a + b) - gammaln(a) - gammaln(b) + a * Math.log(x) + b * Math.log1p(-x)) / a;
  // Lentz's method: the fraction's value as a product of ratios of successive numerators c and denominators 1/d
  let c = 1, d = 1 / (1 - (a + b) * x / (a + 1)), value = d;
  for (let m = 1; m < 500; m++) {
    const even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / (1 + even * d);
    c = 1 + even / c;
    value *= c * d;
    const odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / (1 + odd * d);
    c = 1 + odd / c;
    value *= c * d;
    if (Math.abs(c * d - 1) < 1e-15) break;
  }
  return front * value;
}

/**
 * Distribution function of the standard normal, to about 1e-15 in absolute terms: the series
 * `1/2 + phi(z) (z + z^3/3 + z^5/(3 5) + ...)` (Marsaglia 2004, J. Stat. Softw. 11(4)).
 */
export function normalCdf(z: number): number {
  if (Math.abs(z) > 8.5) return z > 0 ? 1 : 0;
  let sum = z, term = z;
  for (let i = 3; Math.abs(term) > 1e-17 * Math.abs(sum) && term !== 0; i += 2) {
    term *= z * z / i;
    sum += term;
  }
  return 0.5 + sum * normalDensity(z);
}

/** Inverse of {@link normalCdf}: an approximation of three digits, sharpened by Newton's method. */
export function normalQuantile(p: number): number {
  let z = probit(p);
  for (let step = 0; step < 5; step++) z -= (normalCdf(z) - p) / normalDensity(z);
  return z;
}

function normalDensity(z: number): number {
  return Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI);
}
