import type { Observation } from "./observation.ts";

/** How much runs that differ in nothing but their seed scatter. */
export interface ReplicateNoise {
  /** Standard deviation of `ln L` among runs at the same x, pooled over all x. */
  readonly deviation: number;
  /** Runs beyond the first at each x. */
  readonly degrees: number;
  /** Variance of `ln L` of each observation: that at its x, shrunk towards the pooled one. */
  readonly variances: readonly number[];
}

/**
 * Degrees of freedom that the pooled variance counts for in the variance at one x. A variance of two or three seeds is worth little
 * alone: weights made of it would be random by factors of ten.
 */
const PRIOR_DEGREES = 4;

/**
 * The seed noise of `ln L`, from observations at the same x.
 *
 * @returns nothing where no x occurs twice, or where runs at the same x are the same to the last digit
 *
 * @example
 * ```ts
 * import { replicateNoise } from "recscale/scaling";
 * import assert from "node:assert/strict";
 *
 * const runs = [1, Math.exp(0.02), 0.9, 0.9 * Math.exp(0.02)].map((loss, i) => ({ x: [i < 2 ? 1e6 : 2e6], loss }));
 * const noise = replicateNoise(runs);
 * assert.equal(noise?.degrees, 2);
 * assert.ok(Math.abs(noise.deviation - Math.SQRT2 * 0.01) < 1e-12);
 * ```
 */
export function replicateNoise(observations: readonly Observation[]): ReplicateNoise | undefined {
  const groups = Map.groupBy(observations.keys(), (i) => observations[i].x.join(" "));
  const squares = new Map<string, number>();
  let total = 0, degrees = 0;
  for (const [key, members] of groups) {
    const logs = members.map((i) => Math.log(observations[i].loss));
    const mean = logs.reduce((sum, value) => sum + value, 0) / logs.length;
    const square = logs.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    squares.set(key, square);
    total += square;
    degrees += members.length - 1;
  }
  const pooled = total / degrees;
  if (!(degrees > 0 && pooled > 1e-30)) return undefined;
  const variances = observations.map(({ x }) => {
    const key = x.join(" "), own = groups.get(key)!.length - 1;
    return (PRIOR_DEGREES * pooled + squares.get(key)!) / (PRIOR_DEGREES + own);
  });
  return { deviation: Math.sqrt(pooled), degrees, variances };
}
