/**
 * Wilson's score interval for a binomial proportion: the probabilities p for which `successes` of `trials` is within `z`
 * standard errors, (p̂ + z²/2n ± z √(p̂(1 - p̂)/n + z²/4n²)) / (1 + z²/n) with p̂ = successes/n (Wilson 1927). Unlike the
 * normal approximation it stays within [0, 1] and keeps its coverage at the low rates of clicks.
 *
 * `z` is 1.96 for 95%. Throws unless 0 <= successes <= trials and trials > 0.
 *
 * ```ts
 * import { wilsonInterval } from "recscale/figures";
 * import assert from "node:assert/strict";
 *
 * const [lo, hi] = wilsonInterval(0, 100);
 * assert.ok(Math.abs(lo) < 1e-12);
 * assert.ok(Math.abs(hi - 0.0370) < 1e-4); // z² / (n + z²)
 * ```
 */
export function wilsonInterval(successes: number, trials: number, z = 1.959963984540054): [lo: number, hi: number] {
  if (!(trials > 0 && successes >= 0 && successes <= trials)) {
    throw new RangeError(
      `Cannot give an interval for ${successes} successes in ${trials} trials: wanted 0 <= successes <= trials, trials > 0.`,
    );
  }
  const rate = successes / trials, zz = z * z / trials;
  const centre = (rate + zz / 2) / (1 + zz);
  const half = z * Math.sqrt(rate * (1 - rate) / trials + zz / (4 * trials)) / (1 + zz);
  return [Math.max(0, centre - half), Math.min(1, centre + half)];
}
