import { conditionNumber, inverseNormal } from "./solver/covariance.ts";
import { createSearchSpace, minimize, type Minimum } from "./solver/levenberg_marquardt.ts";
import { linearParameters } from "./solver/linear_parameters.ts";
import { modelProblem, type ModelVector } from "./solver/model_problem.ts";
import { decimalRest } from "./solver/decimal_rest.ts";
import { createQr, factor } from "./solver/pivoted_qr.ts";
import { projectedModel } from "./solver/projected_problem.ts";
import { huberVariance, sumOfSquares } from "./solver/robust_loss.ts";
import { refineNearRounding } from "./solver/refine_near_rounding.ts";
import { hash, normal } from "../data/counter_hash.ts";

/** A model, data and where to begin. `X` is whatever the model wants to know of a point: a number, or an array of them. */
export interface LeastSquaresProblem<X> {
  readonly model: (theta: Float64Array, x: X) => number;
  readonly x: ArrayLike<X>;
  readonly y: ArrayLike<number>;
  readonly start: ArrayLike<number>;
  /** Derivatives of the model by the parameters. Default: numeric, by extrapolated central differences. */
  readonly jacobian?: (theta: Float64Array, x: X) => ArrayLike<number>;
  /** One over the variance of each y, up to a common factor. Default: all alike. */
  readonly weights?: ArrayLike<number>;
  /** Smallest and largest values of the parameters. */
  readonly lower?: ArrayLike<number>;
  readonly upper?: ArrayLike<number>;
  /** Where Huber's loss of a weighted residual turns from squares to lines. Default: infinite, plain least squares. */
  readonly huberDelta?: number;
  /**
   * `"several"` (default) searches from the start in up to four ways, and from places around it while no two of them agree;
   * `"one"` is Levenberg and Marquardt's way alone, for models that take long to evaluate.
   */
  readonly searches?: "several" | "one";
  /** Most trial steps of one search. Default 2,000. */
  readonly maxTrials?: number;
}

/** What {@link nonlinearLeastSquares} found. */
export interface LeastSquaresFit {
  readonly parameters: readonly number[];
  readonly standardErrors: readonly number[];
  readonly covariance: readonly (readonly number[])[];
  /** `f(x_i) - y_i`, not weighted. */
  readonly residuals: readonly number[];
  /** Weighted. */
  readonly residualSumOfSquares: number;
  /** Square root of the sum over the degrees of freedom. */
  readonly residualDeviation: number;
  readonly degreesOfFreedom: number;
  /** Half the sum of squares; with Huber's loss, the sum of losses. */
  readonly objective: number;
  /** Of the Jacobian with columns of length 1. */
  readonly conditionNumber: number;
  /** Cosine of the angle between the residuals and the nearest column of the Jacobian: 0 at an exact optimum. */
  readonly gradientCosine: number;
  readonly status: "converged" | "at a bound" | "singular" | "not converged";
  /** What the status rests on, as a sentence. */
  readonly reason: string;
  readonly searches: { readonly count: number; readonly agreeing: number };
}

/** A cosine beyond which a point is no optimum. Numeric derivatives leave about 1e-9. */
const LARGEST_COSINE = 1e-5;
/** Beyond it the Jacobian is singular up to the rounding of numeric derivatives. */
const LARGEST_CONDITION = 1e12;
/** Residuals that are no more than 10,000 times their rounding are refined: their sum of squares has lost half of its digits. */
const NEAR_ROUNDING = 1e-4;
const SEED = 20221;
const PLACES_AROUND = 12;

/**
 * Fits any model to data by nonlinear least squares, in full double precision.
 *
 * The search is a trust region method (see `minimize`), begun in several ways: with a wide and a narrow first region, with the
 * parameters in which the model is linear solved for exactly, and in logarithms of the parameters. The lowest objective counts.
 *
 * @throws {Error} for fewer points than parameters, lengths that differ, or values that are not finite, the model's at the start
 *   included
 *
 * @example
 * ```ts
 * import { nonlinearLeastSquares } from "recscale/scaling";
 * import assert from "node:assert/strict";
 *
 * const x = [1, 2, 3, 5, 7, 10], y = x.map((x) => 3 * (1 - Math.exp(-0.4 * x)));
 * const fit = nonlinearLeastSquares({ model: ([a, b], x) => a * (1 - Math.exp(-b * x)), x, y, start: [1, 1] });
 * assert.ok(Math.abs(fit.parameters[1] - 0.4) < 1e-12);
 * ```
 */
export function nonlinearLeastSquares<X>(problem: LeastSquaresProblem<X>): LeastSquaresFit {
  const { m, n, y, start, roots, lower, upper } = checked(problem);
  const { model: at, x, jacobian, huberDelta: delta = Infinity, maxTrials = 2000, searches = "several" } = problem;
  const model: ModelVector = (theta, values) => {
    for (let i = 0; i < m; i++) values[i] = at(theta, x[i]);
  };
  const sizes = start.map((value) => Math.abs(value) || 1e-3);
  const common = {
    ...{ y, roots, lower, upper, sizes },
    jacobian: jacobian && ((theta: Float64Array, jac: Float64Array) => {
      for (let i = 0; i < m; i++) {
        const row = jacobian(theta, x[i]);
        for (let j = 0; j < n; j++) jac[j * m + i] = row[j];
      }
    }),
  };
  const plain = modelProblem(model, common), precise = modelProblem(model, { ...common, precise: true });
  const rounding = 2 ** -53 * y.reduce((largest, value, i) => Math.max(largest, roots[i] * Math.abs(value)), 0);
  const space = createSearchSpace(m, n);
  const search = (from: Float64Array, firstRadius: number) => {
    const coarse = minimize(plain, from, { delta, maxTrials, firstRadius, rounding }, space);
    if (coarse.objective === Infinity) return coarse;
    const fine = minimize(precise, coarse.theta, { delta, maxTrials: 30, tolerance: 1e-15, rounding }, space);
    return fine.objective <= coarse.objective * (1 + 1e-12) ? fine : coarse;
  };

  const noise = 10 * rounding * Math.sqrt(m);
  const found: Minimum[] = [search(start, 1)];
  if (searches === "several") {
    const bounded = lower.some((bound) => bound > -Infinity) || upper.some((bound) => bound < Infinity);
    const linear = linearParameters(model, start, m);
    const projected = (from: Float64Array) => {
      const { others, model: reduced, expand } = projectedModel(model, linear, y, roots, n);
      const pick = (values: Float64Array) => Float64Array.from(others, (j) => values[j]);
      const reducedProblem = modelProblem(reduced, {
        ...{ y, roots, lower: pick(lower), upper: pick(upper), sizes: pick(sizes) },
      });
      const reducedMinimum = minimize(reducedProblem, pick(from), { delta, maxTrials, firstRadius: 1, rounding });
      if (reducedMinimum.objective < Infinity) found.push(search(expand(reducedMinimum.theta), 1));
    };
    const projects = linear.length > 0 && linear.length < n && !bounded;
    found.push(search(start, 100));
    if (projects) projected(start);
    found.push(search(logarithmicSearch(), 1));
    for (let place = 0; place < PLACES_AROUND && agreeing(found, noise) < 2; place++) {
      // log-normal around the start, wider and wider: starts are often right in sign and wrong in size
      const around = start.map((value, j) => value * Math.exp(normal(hash(SEED, place), j) * (0.3 + 0.2 * place)));
      if (projects) projected(around);
      else found.push(search(around, 1));
    }
  }
  return described(best(found, noise));

  /** Searches in logarithms of the sizes, which keeps every sign. */
  function logarithmicSearch(): Float64Array {
    const inLogs = start.map((value) => value === 0 ? 0 : Math.log(Math.abs(value)));
    const expanded = new Float64Array(n);
    const expand = (phi: Float64Array) => {
      for (let j = 0; j < n; j++) expanded[j] = start[j] === 0 ? phi[j] : Math.sign(start[j]) * Math.exp(phi[j]);
      return expanded;
    };
    const unbounded = { lower: new Float64Array(n).fill(-Infinity), upper: new Float64Array(n).fill(Infinity) };
    const ones = new Float64Array(n).fill(1);
    const inner: ModelVector = (phi, values) => model(expand(phi), values);
    const inLogsProblem = modelProblem(inner, { y, roots, ...unbounded, sizes: ones });
    return expand(minimize(inLogsProblem, inLogs, { delta, maxTrials, firstRadius: 1, rounding }).theta).slice();
  }

  function described(minimum: Minimum): LeastSquaresFit {
    const { objective } = minimum;
    let theta = minimum.theta, r: Float64Array = new Float64Array(m);
    const jac = new Float64Array(m * n);
    precise.evaluate(theta, r);
    precise.jacobian(theta, jac);
    const length = Math.sqrt(2 * objective);
    const nearRounding = noise > NEAR_ROUNDING * length && noise < length;
    const free = Array.from({ length: n }, (_, j) => j).filter((j) => theta[j] > lower[j] && theta[j] < upper[j]);
    const qr = createQr(m, free.length);
    free.forEach((j, k) => qr.a.set(jac.subarray(j * m, (j + 1) * m), k * m));
    factor(qr);
    if (nearRounding && free.length === n && delta === Infinity) {
      ({ theta, r } = refineNearRounding(precise, theta, lostByStoring(theta)));
    }
    const condition = conditionNumber(qr), inverse = inverseNormal(qr);
    const degreesOfFreedom = m - free.length;
    const residualSumOfSquares = sumOfSquares(r);
    const variance = degreesOfFreedom > 0 ? huberVariance(r, delta, degreesOfFreedom) : NaN;
    const covariance = Array.from({ length: n }, () => new Array<number>(n).fill(0));
    free.forEach((j, p) => free.forEach((k, q) => covariance[j][k] = variance * inverse[p][q]));
    const [status, reason] = judged(minimum, condition, free.length);
    return {
      parameters: [...theta],
      standardErrors: covariance.map((row, j) => Math.sqrt(row[j])),
      covariance,
      residuals: Array.from(r, (value, i) => value / roots[i]),
      residualSumOfSquares,
      residualDeviation: Math.sqrt(residualSumOfSquares / degreesOfFreedom),
      degreesOfFreedom,
      objective,
      conditionNumber: condition,
      gradientCosine: minimum.cosine,
      status,
      reason,
      searches: { count: found.length, agreeing: agreeing(found, noise) },
    };
  }

  /** What the weighted residuals lost when x and y were stored: 0 for data that are not short decimals. */
  function lostByStoring(theta: Float64Array): Float64Array {
    return Float64Array.from({ length: m }, (_, i) => {
      const value = x[i];
      let slope = 0, rest = 0;
      if (typeof value === "number" && value !== 0) {
        const h = 1e-4 * Math.abs(value);
        rest = decimalRest(value);
        slope = (at(theta, value + h as X) - at(theta, value - h as X)) / (2 * h);
      }
      return roots[i] * (decimalRest(y[i]) - (rest === 0 ? 0 : slope * rest));
    });
  }

  function judged(minimum: Minimum, condition: number, free: number): [LeastSquaresFit["status"], string] {
    const reachable = Math.max(LARGEST_COSINE, noise / Math.sqrt(2 * minimum.objective));
    if (!minimum.settled || minimum.cosine > reachable) {
      return [
        "not converged",
        `the gradient is not zero: its cosine with the residuals is ${minimum.cosine.toPrecision(2)}`,
      ];
    }
    if (!(condition < LARGEST_CONDITION)) {
      return ["singular", "some parameters can change together and leave the curve as it is"];
    }
    if (free < n) return ["at a bound", `${n - free} of ${n} parameters lie at the end of their range`];
    return ["converged", "the gradient is zero and the Jacobian has full rank"];
  }
}

/** Whether a minimum is as low as the lowest, up to the rounding of the residuals. */
function isLow(minimum: Minimum, lowest: number, noise: number): boolean {
  const length = Math.sqrt(2 * lowest);
  return minimum.objective <= lowest * (1 + 1e-6) + noise * (length + noise);
}

/**
 * The lowest. Where several are as low, as with terms that may change places, that of the first search, which began at the start
 * itself; of those that found the same parameters, the one nearest to a gradient of zero.
 */
function best(found: readonly Minimum[], noise: number): Minimum {
  const lowest = Math.min(...found.map(({ objective }) => objective));
  const low = found.filter((minimum) => isLow(minimum, lowest, noise));
  const [first = found[0]] = low;
  const same = low.filter(({ theta }) =>
    theta.every((value, j) => Math.abs(value - first.theta[j]) <= 1e-3 * Math.abs(first.theta[j]))
  );
  // where the residuals are near rounding, so is their angle: then the objective says more
  const measure: "cosine" | "objective" = noise > LARGEST_COSINE * Math.sqrt(2 * lowest) ? "objective" : "cosine";
  return same.reduce((least, minimum) => minimum[measure] < least[measure] ? minimum : least, first);
}

/** How many searches ended as low as the lowest. */
function agreeing(found: readonly Minimum[], noise: number): number {
  const lowest = Math.min(...found.map(({ objective }) => objective));
  return lowest === Infinity ? 0 : found.filter((minimum) => isLow(minimum, lowest, noise)).length;
}

function checked<X>({ model, x, y, start, weights, lower, upper }: LeastSquaresProblem<X>) {
  const m = y.length, n = start.length;
  const fail = (what: string): never => {
    throw new Error(`Cannot fit a model of ${n} parameters to ${m} points: ${what}.`);
  };
  if (n === 0) fail("wanted at least one parameter in `start`");
  if (x.length !== m) fail(`got ${x.length} x, wanted as many as y`);
  if (m < n) fail("wanted at least as many points as parameters");
  for (const [name, values, length] of [["weights", weights, m], ["lower", lower, n], ["upper", upper, n]] as const) {
    if (values && values.length !== length) fail(`got ${values.length} ${name}, wanted ${length}`);
  }
  const theta = Float64Array.from(start);
  for (let i = 0; i < m; i++) {
    if (!Number.isFinite(y[i])) fail(`y of point ${i + 1} is ${y[i]}, wanted a finite number`);
    if (weights && !(weights[i] > 0 && weights[i] < Infinity)) {
      fail(`the weight of point ${i + 1} is ${weights[i]}, wanted a number above 0`);
    }
  }
  theta.forEach((value, j) => {
    if (!Number.isFinite(value)) fail(`the start of parameter ${j + 1} is ${value}, wanted a finite number`);
  });
  const bounds = (values: ArrayLike<number> | undefined, none: number) =>
    values ? Float64Array.from(values) : new Float64Array(n).fill(none);
  for (let i = 0; i < m; i++) {
    const value = model(theta.slice(), x[i]);
    if (!Number.isFinite(value)) fail(`the model is ${value} at the start and point ${i + 1}, wanted a finite number`);
  }
  return {
    ...{ m, n, y: Float64Array.from(y), start: theta },
    roots: Float64Array.from({ length: m }, (_, i) => weights ? Math.sqrt(weights[i]) : 1),
    ...{ lower: bounds(lower, -Infinity), upper: bounds(upper, Infinity) },
  };
}
