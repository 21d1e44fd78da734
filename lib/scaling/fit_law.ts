import { conditionNumber, inverseNormal } from "./solver/covariance.ts";
import type { ByParameter, Fit, FitReport, GainPerDoubling, Profile } from "./fit.ts";
import { gainPerDoubling } from "./gain_per_doubling.ts";
import { type Optimum, whyNotIdentified } from "./identification.ts";
import type { Law, LawName } from "./law.ts";
import { withHeld } from "./hold_parameter.ts";
import type { SearchableLaw } from "./laws/log_data.ts";
import { searchableLaw } from "./laws/searchable_law.ts";
import type { Observation } from "./observation.ts";
import { type LossOptions, prepare, type Prepared } from "./prepare.ts";
import { profileOf } from "./profile.ts";
import { searchLaw } from "./search_law.ts";
import { createSearchSpace } from "./solver/levenberg_marquardt.ts";
import { createQr, factor } from "./solver/pivoted_qr.ts";
import { huberVariance } from "./solver/robust_loss.ts";

/** How a law is fitted. */
export interface FitOptions extends LossOptions {
  /**
   * Units of the inputs. Default: the geometric mean of each, or what the warm start has. 1 gives the raw form of the literature, with
   * amplitudes at one parameter and one token.
   */
  readonly x0?: number | readonly number[];
  /** Parameters that are known, such as `{ gamma: 0.43 }` for a Bayes floor: the floor or exponents of the law. */
  readonly held?: Readonly<Record<string, number>>;
  /** A fit to similar observations to begin from, beside the grid. */
  readonly warmStart?: Pick<FitReport, "theta" | "x0">;
  /** Local searches from the best cells of the grid; a broken power law makes four times as many. Default 8, or 2 beside a warm start. */
  readonly starts?: number;
}

/** A gradient beyond this is not zero; it is what an objective without a minimum leaves. */
const LARGEST_COSINE = 1e-6;

/**
 * Fits a scaling law to observations, on the logarithm of the loss.
 *
 * Amplitudes are projected out: for every cell of a grid over the exponents the best ones follow from a linear problem. From the best
 * cells a trust region search with exact derivatives goes on over all parameters, and the best of those is polished to the last
 * digits. The objective is a sum and never a mean, whose small size stops optimizers early (Besiroglu et al. 2024, arXiv:2404.10102).
 *
 * Where the data do not determine the exponents, the status is `not identified`, `parameters` is null, and `gainPerDoubling` says how
 * much another doubling can buy at most.
 *
 * @param observations at least as many distinct x as the law has parameters, and one observation more, or it is not identified
 * @throws {Error} for a law that there is not, fewer than two observations, or values that are not above 0
 *
 * @example
 * ```ts
 * import { fitLaw } from "recscale/scaling";
 * import assert from "node:assert/strict";
 *
 * const runs = [1, 2, 4, 8, 16, 32, 64].map((x) => ({ x: [x * 1e6], loss: 0.1 * x ** -0.3 + 0.8 }));
 * const fit = fitLaw("powerLawConstant", runs);
 * assert.equal(fit.status, "converged");
 * assert.ok(Math.abs(fit.best.beta - 0.3) < 1e-9);
 * assert.ok(Math.abs(fit.predict([1e9]) - (0.1 * 1000 ** -0.3 + 0.8)) < 1e-9);
 * ```
 */
export function fitLaw(law: Law | LawName, observations: readonly Observation[], options: FitOptions = {}): Fit {
  const { warmStart, held = {} } = options;
  const searchable = withHeld(searchableLaw(law), held);
  const prepared = prepare(searchable, observations, options);
  const { data, centre } = prepared;
  const x0 = referenceOf(searchable, options, centre);
  const space = createSearchSpace(data.m, searchable.parameters.length);
  const warm = warmStart ? [fromUnits(searchable, warmStart.theta, warmStart.x0, centre)] : [];
  const { minimum, ...starts } = searchLaw(searchable, data, warm, options.starts ?? (warmStart ? 2 : 8), space);
  const { theta: inner, objective } = minimum;

  const problem = searchable.problem(data);
  const isFree = (name: string) => !Object.hasOwn(held, name);
  const count = data.m, size = searchable.parameters.filter(isFree).length;
  const fixed = searchable.parameters.filter((_, j) => inner[j] <= problem.lower[j] || inner[j] >= problem.upper[j]);
  const atBound = fixed.filter(isFree);
  const centred = searchable.toTheta(inner);
  const theta = searchable.rescale(centred, x0.map((unit, k) => unit / centre[k]));
  const predicted = (x: readonly number[]) => searchable.loss(theta, x.map((value, k) => value / x0[k]));
  const weighted = new Float64Array(data.m);
  problem.evaluate(inner, weighted);
  const residuals = Array.from(weighted, (r, i) => r / data.roots[i]);
  const condition = conditionNumber(jacobianAt(searchable, centred, observations, prepared, centre, fixed));
  const covariance = covarianceAt(searchable, theta, observations, prepared, x0, fixed, weighted, count - size);
  const standardErrors = named(searchable, covariance.map((row, j) => Math.sqrt(row[j])));
  const optimum: Optimum = { inner, objective, conditionNumber: condition, atBound, held: Object.keys(held) };
  const unidentified = whyNotIdentified(searchable, prepared, optimum, space);
  const settled = minimum.settled && (minimum.cosine <= LARGEST_COSINE || objective <= 0.5 * data.m * 1e-28);
  const aic = count * Math.log(2 * Math.max(objective, Number.MIN_VALUE) / count) + 2 * (size + 1);
  const furthest = observations.reduce((far, each) => volume(each, centre) > volume(far, centre) ? each : far);
  let profiles: Record<string, Profile> | undefined, gains: GainPerDoubling[] | undefined;

  const report: FitReport = {
    law: searchableLaw(law),
    x0,
    count,
    distinct: prepared.distinct,
    best: named(searchable, theta),
    theta,
    held: Object.keys(held),
    reasons: unidentified.length > 0
      ? unidentified
      : !settled
      ? [`the gradient is not zero: its cosine with the residuals is ${minimum.cosine.toPrecision(2)}`]
      : atBound.map((name) => `${name} lies at the end of its range`),
    loss: prepared.loss,
    objective,
    residuals,
    weights: prepared.weights,
    residualDeviation: Math.sqrt(2 * objective / (count - size)),
    starts,
    gradientNorm: minimum.cosine,
    conditionNumber: condition,
    standardErrors,
    covariance,
    get profiles() {
      return profiles ??= Object.fromEntries(
        [searchable.floor ?? [], searchable.exponents].flat().filter(isFree).map((name) => {
          const index = searchable.parameters.indexOf(name);
          return [name, profileOf(searchable, data, inner, objective, index, standardErrors[name])];
        }),
      );
    },
    aic,
    aicc: count > size + 2 ? aic + 2 * (size + 1) * (size + 2) / (count - size - 2) : Infinity,
    get gainPerDoubling() {
      return gains ??= gainPerDoubling(
        data,
        furthest.x.map((_, k) => {
          const doubled = furthest.x.map((value, j) => j === k ? 2 * value : value);
          return 1 - predicted(doubled) / predicted(furthest.x);
        }),
      );
    },
    predict(x) {
      if (x.length !== searchable.inputs || !x.every((value) => value > 0)) {
        const wanted = `${searchable.inputs} number${searchable.inputs === 1 ? "" : "s"} above 0`;
        throw new Error(`Cannot predict the loss at [${x.join(", ")}] by ${searchable.name}: wanted ${wanted}.`);
      }
      return predicted(x);
    },
  };
  // onto the report itself: a copy would compute what is computed when it is read
  if (unidentified.length > 0) {
    return Object.assign(report, { status: "not identified" as const, parameters: null });
  }
  const status = !settled
    ? "not converged" as const
    : atBound.length > 0
    ? "at a bound" as const
    : "converged" as const;
  return Object.assign(report, { status, parameters: report.best });
}

function referenceOf(law: Law, { x0, warmStart }: FitOptions, centre: readonly number[]): readonly number[] {
  const given = typeof x0 === "number" ? new Array<number>(law.inputs).fill(x0) : x0 ?? warmStart?.x0 ?? centre;
  if (given.length !== law.inputs || !given.every((value) => value > 0 && value < Infinity)) {
    throw new Error(`Cannot fit ${law.name} in units of [${given.join(", ")}]: wanted ${law.inputs} numbers above 0.`);
  }
  return given;
}

/** Inner parameters, from those in other units. */
function fromUnits(
  law: SearchableLaw,
  theta: readonly number[],
  x0: readonly number[],
  centre: readonly number[],
): Float64Array {
  return law.toInner(law.rescale(theta, centre.map((unit, k) => unit / x0[k])));
}

/** The factored Jacobian of the weighted log residuals by the law's parameters, without those that are fixed. */
function jacobianAt(
  law: Law,
  theta: readonly number[],
  observations: readonly Observation[],
  { data }: Prepared,
  x0: readonly number[],
  fixed: readonly string[],
) {
  const free = law.parameters.map((_, j) => j).filter((j) => !fixed.includes(law.parameters[j]));
  const qr = createQr(data.m, free.length);
  observations.forEach(({ x }, i) => {
    const u = x.map((value, k) => value / x0[k]);
    const slope = data.roots[i] / law.loss(theta, u), gradient = law.gradient(theta, u);
    free.forEach((j, k) => qr.a[k * data.m + i] = slope * gradient[j]);
  });
  factor(qr);
  return Object.assign(qr, { free });
}

function covarianceAt(
  law: Law,
  theta: readonly number[],
  observations: readonly Observation[],
  prepared: Prepared,
  x0: readonly number[],
  fixed: readonly string[],
  weighted: Float64Array,
  degrees: number,
): number[][] {
  const qr = jacobianAt(law, theta, observations, prepared, x0, fixed);
  const { data } = prepared, size = law.parameters.length;
  const variance = degrees > 0 ? huberVariance(weighted, data.delta, degrees) : NaN;
  const inverse = inverseNormal(qr);
  const covariance = Array.from({ length: size }, () => new Array<number>(size).fill(0));
  qr.free.forEach((j, p) => qr.free.forEach((k, q) => covariance[j][k] = variance * inverse[p][q]));
  return covariance;
}

function named(law: Law, values: readonly number[]): ByParameter {
  return Object.fromEntries(law.parameters.map((name, j) => [name, values[j]]));
}

/** Product of the resources, in units that keep it finite. */
function volume({ x }: Observation, centre: readonly number[]): number {
  return x.reduce((product, value, k) => product * value / centre[k], 1);
}
