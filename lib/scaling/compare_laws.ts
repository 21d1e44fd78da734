import type { Fit } from "./fit.ts";
import { fitLaw, type FitOptions } from "./fit_law.ts";
import { searchableLaw } from "./laws/searchable_law.ts";
import type { Law, LawName } from "./law.ts";
import type { Observation } from "./observation.ts";
import { replicateNoise } from "./replicate_noise.ts";

/** How laws are fitted and compared. */
export interface CompareOptions extends Omit<FitOptions, "warmStart" | "held"> {
  /**
   * How far beyond the fitted observations the laws have to see, in doublings of the resources taken together (their product): the
   * observations within so many doublings of the largest are held out. Default 2. A small number takes at least the largest x.
   */
  readonly heldOutDoublings?: number;
}

/** How one law did. */
export interface ComparedLaw {
  readonly law: Law;
  /** To what was not held out. */
  readonly fit: Fit;
  /** To everything. */
  readonly fullFit: Fit;
  /** Root of the mean squared error of `ln L` on what was held out, weighted: about the relative error. Infinite: no prediction. */
  readonly heldOutError: number;
  /** Mean error of `ln L` there: above 0, the law predicted too high a loss. */
  readonly heldOutBias: number;
  /** Akaike's criterion for small samples on everything, less the smallest among the laws: a second view, of the fit. */
  readonly aiccDifference: number;
}

/** Laws, the best on what was held out first. */
export interface LawComparison {
  readonly laws: readonly ComparedLaw[];
  readonly heldOut: { readonly count: number; readonly doublings: number; readonly fitted: number };
  /** Seed noise of `ln L`, to judge the errors by: differences below it mean nothing. `null` without replicates. */
  readonly noise: number | null;
}

/**
 * Ranks laws by how well they predict larger x than they were fitted on. How well they fit says little: a law of more parameters fits
 * better and extrapolates worse.
 *
 * @throws {Error} where the laws differ in their number of inputs, or hold out too much to fit the rest
 *
 * @example
 * ```ts
 * import { compareLaws } from "recscale/scaling";
 * import assert from "node:assert/strict";
 *
 * const runs = Array.from({ length: 12 }, (_, k) => ({ x: [2 ** k * 1e6], loss: 0.4 * 2 ** (-0.3 * k) + 0.6 }));
 * const { laws, heldOut } = compareLaws(runs, ["powerLaw", "logarithmic", "powerLawConstant"]);
 * assert.equal(heldOut.count, 2);
 * assert.equal(laws[0].law.name, "powerLawConstant");
 * ```
 */
export function compareLaws(
  observations: readonly Observation[],
  laws: readonly (Law | LawName)[],
  options: CompareOptions = {},
): LawComparison {
  const { heldOutDoublings = 2, ...fitOptions } = options;
  const named = laws.map((law): Law => searchableLaw(law));
  const fail = (what: string): never => {
    throw new Error(`Cannot compare ${named.length} laws on ${observations.length} observations: ${what}.`);
  };
  if (named.length === 0 || named.some(({ inputs }) => inputs !== named[0].inputs)) {
    fail("wanted at least one, all of the same number of inputs");
  }
  if (!(heldOutDoublings >= 0)) fail(`got ${heldOutDoublings} doublings to hold out, wanted a number from 0`);
  const sizes = observations.map(({ x }) => x.reduce((sum, value) => sum + Math.log2(value), 0));
  const largest = Math.max(...sizes);
  // the largest itself is beyond the border, and what lies on it is not: 2 doublings of a grid of doublings are two of its points
  const isHeldOut = (i: number) => sizes[i] > largest - Math.max(heldOutDoublings, 1e-9) + 1e-9;
  const fitted = observations.filter((_, i) => !isHeldOut(i)), heldOut = observations.filter((_, i) => isHeldOut(i));
  if (fitted.length < 2) {
    fail(`${heldOutDoublings} doublings hold out ${heldOut.length}, which leaves ${fitted.length} to fit`);
  }
  const compared = named.map((law) => {
    const fit = fitLaw(law, fitted, fitOptions), fullFit = fitLaw(law, observations, fitOptions);
    const weight = heldOut.reduce((sum, { weight = 1 }) => sum + weight, 0);
    let square = 0, bias = 0;
    for (const { x, loss, weight: own = 1 } of heldOut) {
      const predicted = fit.predict(x);
      const error = predicted > 0 ? Math.log(predicted) - Math.log(loss) : -Infinity;
      square += own * error ** 2 / weight;
      bias += own * error / weight;
    }
    return { law, fit, fullFit, heldOutError: Math.sqrt(square), heldOutBias: bias };
  });
  const least = Math.min(...compared.map(({ fullFit }) => fullFit.aicc));
  return {
    laws: compared
      .map((each) => ({ ...each, aiccDifference: Number.isFinite(least) ? each.fullFit.aicc - least : Infinity }))
      .sort((a, b) => a.heldOutError - b.heldOutError),
    heldOut: { count: heldOut.length, doublings: heldOutDoublings, fitted: fitted.length },
    noise: replicateNoise(observations)?.deviation ?? null,
  };
}
