import { fitLaw, type FitOptions } from "./fit_law.ts";
import type { FitStatus } from "./fit.ts";
import type { Law, LawName } from "./law.ts";
import { lawNamed } from "./laws/law_named.ts";
import type { Observation } from "./observation.ts";

/** What a law that was fitted below a cut says of one x above it. */
export interface RolloutPoint {
  readonly x: readonly number[];
  readonly predicted: number;
  /** Geometric mean of the observations at x. */
  readonly observed: number;
  /** `ln(predicted / observed)`. */
  readonly error: number;
  /** Standard error of `ln observed` by its replicates; NaN for a single one. */
  readonly noise: number;
}

/** A law fitted to what lies at or below a cut. */
export interface RolloutCut {
  /** The largest value of the rolled-out input that the fit saw. */
  readonly cut: number;
  /** Distinct x that the fit saw. */
  readonly distinct: number;
  readonly status: FitStatus;
  /** What lies above, ascending in the rolled-out input. */
  readonly points: readonly RolloutPoint[];
}

/** How a rollout is made. */
export interface RolloutOptions extends FitOptions {
  /** The input that is cut: 0 (default) or 1. */
  readonly input?: 0 | 1;
}

/**
 * Fits on the small and predicts the large, at every cut: how far a forecast could have been trusted, had it been made then.
 * Cuts leave the fit at least one distinct x more than the law has parameters.
 *
 * @throws {Error} what `fitLaw` throws, or where there is no such cut
 *
 * @example
 * ```ts
 * import { rollout } from "recscale/scaling";
 * import assert from "node:assert/strict";
 *
 * const runs = [1, 2, 4, 8, 16, 32].map((x) => ({ x: [x], loss: 0.5 / x + 0.5 }));
 * const cuts = rollout("powerLawConstant", runs);
 * assert.deepEqual(cuts.map(({ cut, points }) => [cut, points.length]), [[8, 2], [16, 1]]);
 * assert.ok(cuts.every(({ points }) => points.every(({ error }) => Math.abs(error) < 1e-9)));
 * ```
 */
export function rollout(
  law: Law | LawName,
  observations: readonly Observation[],
  { input = 0, ...options }: RolloutOptions = {},
): RolloutCut[] {
  const { name, parameters } = lawNamed(typeof law === "string" ? law : law.name);
  const levels = [...new Set(observations.map(({ x }) => x[input]))].sort((a, b) => a - b);
  const cuts = levels.slice(0, -1).flatMap((cut): RolloutCut[] => {
    const seen = observations.filter(({ x }) => x[input] <= cut);
    const distinct = new Set(seen.map(({ x }) => x.join(" "))).size;
    if (distinct <= parameters.length) return [];
    const fit = fitLaw(name, seen, options);
    const above = Map.groupBy(observations.filter(({ x }) => x[input] > cut), ({ x }) => x.join(" "));
    const points = [...above.values()].sort(([a], [b]) => a.x[input] - b.x[input])
      .map((own) => pointOf(own, fit.predict(own[0].x)));
    return [{ cut, distinct, status: fit.status, points }];
  });
  if (cuts.length === 0) {
    throw new Error(
      `Cannot roll out ${name} over ${levels.length} values of x: wanted at least ${parameters.length + 2} of them.`,
    );
  }
  return cuts;
}

function pointOf(own: readonly Observation[], predicted: number): RolloutPoint {
  const logs = own.map(({ loss }) => Math.log(loss));
  const mean = logs.reduce((sum, value) => sum + value, 0) / logs.length;
  const squares = logs.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return {
    x: own[0].x,
    predicted,
    observed: Math.exp(mean),
    error: Math.log(predicted) - mean,
    noise: own.length > 1 ? Math.sqrt(squares / (own.length - 1) / own.length) : NaN,
  };
}
