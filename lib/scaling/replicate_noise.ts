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
  const { groups, count } = groupsOf(observations);
  const sizes = new Float64Array(count), means = new Float64Array(count), squares = new Float64Array(count);
  const logs = observations.map(({ loss }) => Math.log(loss));
  logs.forEach((value, i) => {
    sizes[groups[i]]++;
    means[groups[i]] += value;
  });
  for (let g = 0; g < count; g++) means[g] /= sizes[g];
  logs.forEach((value, i) => squares[groups[i]] += (value - means[groups[i]]) ** 2);
  const degrees = observations.length - count;
  const pooled = squares.reduce((sum, square) => sum + square, 0) / degrees;
  if (!(degrees > 0 && pooled > 1e-30)) return undefined;
  const variances = Array.from(groups, (g) => (PRIOR_DEGREES * pooled + squares[g]) / (PRIOR_DEGREES + sizes[g] - 1));
  return { deviation: Math.sqrt(pooled), degrees, variances };
}

/** Numbers the distinct x, in the order in which they first occur. */
export function groupsOf(observations: readonly Observation[]): { groups: Int32Array; count: number } {
  const groups = new Int32Array(observations.length);
  let count = 1;
  for (let input = 0; input < observations[0].x.length; input++) {
    // pairs of the group so far and the value of this input
    const seen = new Map<number, Map<number, number>>();
    count = 0;
    observations.forEach(({ x }, i) => {
      let values = seen.get(groups[i]);
      if (!values) seen.set(groups[i], values = new Map());
      let group = values.get(x[input]);
      if (group === undefined) values.set(x[input], group = count++);
      groups[i] = group;
    });
  }
  return { groups, count };
}
