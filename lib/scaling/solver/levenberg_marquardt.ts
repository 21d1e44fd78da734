import { applyTransposed, createQr, factor, type PivotedQr } from "./pivoted_qr.ts";
import { factorNormal } from "./normal_factor.ts";
import { clip, type ResidualProblem } from "./residual_problem.ts";
import { totalLoss } from "./robust_loss.ts";
import { createStepSpace, type StepSpace, trustRegionStep } from "./trust_region_step.ts";

export interface MinimizeOptions {
  /** Where Huber's loss turns from squares to lines. Default: infinite, plain least squares. */
  readonly delta?: number;
  /** Most trial steps. Default 200. */
  readonly maxTrials?: number;
  /** First radius of the trust region over the scaled length of the start. Default 1; MINPACK's is 100. */
  readonly firstRadius?: number;
  /** Stops when an accepted step lowers the objective by less than this share, and then polishes. Default 1e-13. */
  readonly tolerance?: number;
  /** Rounding of one residual: an objective of residuals no larger is as good as zero. Default 2^-52. */
  readonly rounding?: number;
  /**
   * Whether parameters are wanted to a few digits only: no polish, and steps from normal equations, where they have enough digits.
   * Default false.
   */
  readonly coarse?: boolean;
}

/** Where a search ended. */
export interface Minimum {
  readonly theta: Float64Array;
  readonly objective: number;
  /** Cosine of the angle between the residuals and the columns of J, over free parameters: the largest. */
  readonly cosine: number;
  readonly trials: number;
  /** Whether it stopped for lack of descent and not for lack of trials. */
  readonly settled: boolean;
}

/** Buffers of a search, for problems of one size. Refits of resamples use one space over and over. */
export interface SearchSpace {
  readonly r: Float64Array;
  readonly trialR: Float64Array;
  readonly jac: Float64Array;
  readonly weightedR: Float64Array;
  readonly qtr: Float64Array;
  readonly qr: PivotedQr;
  /** For R alone. */
  readonly small: PivotedQr;
  readonly freeGradient: Float64Array;
  readonly stepSpace: StepSpace;
  readonly gradient: Float64Array;
  readonly norms: Float64Array;
  readonly scale: Float64Array;
  readonly freeScale: Float64Array;
  readonly free: Int32Array;
  readonly theta: Float64Array;
  readonly trial: Float64Array;
  readonly step: Float64Array;
}

export function createSearchSpace(m: number, n: number): SearchSpace {
  const column = () => new Float64Array(m), row = () => new Float64Array(n);
  return {
    ...{ r: column(), trialR: column(), weightedR: column(), qtr: column(), jac: new Float64Array(m * n) },
    ...{
      qr: createQr(m, n),
      small: createQr(n, n),
      freeGradient: row(),
      stepSpace: createStepSpace(n),
      free: new Int32Array(n),
    },
    ...{ gradient: row(), norms: row(), scale: row(), freeScale: row(), theta: row(), trial: row(), step: row() },
  };
}

/** Weight in the curvature of a residual on the lines of Huber's loss, which has none: keeps J of full rank. */
const LINE_WEIGHT = 1e-3;

/**
 * Minimizes a sum of squares, or of Huber losses, within bounds: Levenberg and Marquardt's method as a trust region with scaling by
 * the columns of J (Moré 1978), QR throughout, parameters at a bound left out while the gradient pushes them against it, and a last
 * few Gauss-Newton steps that look at the gradient alone, since the objective cannot tell parameters apart to more than half of
 * its digits.
 *
 * Huber's loss is minimized by weighted least squares: weights `delta / |r|` far away (a majorant, so it descends), those of Newton's
 * method close by, where a residual on the lines has no curvature.
 */
export function minimize(
  problem: ResidualProblem,
  start: ArrayLike<number>,
  options: MinimizeOptions = {},
  space: SearchSpace = createSearchSpace(problem.m, problem.n),
): Minimum {
  const { m, n, lower, upper } = problem;
  const { delta = Infinity, maxTrials = 200, firstRadius = 1, tolerance = 1e-13, rounding = 2 ** -52 } = options;
  const { coarse = false } = options;
  const { jac, qr, stepSpace, gradient, norms, scale, freeScale, free, theta, trial, step } = space;
  let { r, trialR } = space;
  /** The factorization in use. */
  let factored: PivotedQr = qr;
  for (let j = 0; j < n; j++) theta[j] = clip(start[j], lower[j], upper[j]);
  const failed = (): Minimum => ({ theta: theta.slice(), objective: Infinity, cosine: 1, trials, settled: false });
  let trials = 1;
  if (!problem.evaluate(theta, r) || !problem.jacobian(theta, jac)) return failed();
  let objective = totalLoss(r, delta);
  if (!Number.isFinite(objective)) return failed();
  const zero = 0.5 * m * rounding * rounding;
  scale.fill(0);
  let radius = -1, lambda = 0, near = false, settled = false, fresh = false;

  search: while (trials < maxTrials) {
    linearize();
    if (cosine() < 1e-15 || objective <= zero) {
      settled = true;
      break;
    }
    for (let j = 0; j < n; j++) scale[j] = Math.max(scale[j], norms[j]);
    for (let k = 0; k < qr.n; k++) freeScale[k] = scale[free[k]] || 1;
    if (radius < 0) {
      let length = 0;
      for (let j = 0; j < n; j++) length += (scale[j] * theta[j]) ** 2;
      radius = firstRadius * Math.sqrt(length) || firstRadius;
    }
    while (trials < maxTrials) {
      lambda = trustRegionStep(factored, freeScale, space.qtr, radius, lambda, stepSpace);
      let length = 0;
      for (let k = 0; k < qr.n; k++) length += (freeScale[k] * stepSpace.step[k]) ** 2;
      length = Math.sqrt(length);
      const moved = takeStep();
      trials++;
      const predicted = predictedReduction();
      const finite = problem.evaluate(trial, trialR);
      fresh = false;
      const next = finite ? totalLoss(trialR, delta) : Infinity;
      const actual = objective - next;
      const ratio = predicted > 0 && next < Infinity ? actual / predicted : -1;
      if (ratio < 0.25) {
        radius = next === Infinity ? 0.1 * Math.min(radius, length) : shrunk(radius, length, actual, predicted);
        lambda *= 4;
      } else if (ratio > 0.75 || lambda === 0) {
        radius = Math.max(radius, 2 * length);
        lambda *= 0.5;
      }
      const small = predicted <= tolerance * objective && Math.abs(actual) <= tolerance * objective;
      if (ratio > 1e-4 && next <= objective) {
        near = actual < 0.1 * objective;
        theta.set(trial);
        [r, trialR] = [trialR, r];
        objective = next;
        if (!problem.jacobian(theta, jac)) return failed();
        fresh = true;
        if (small) {
          settled = true;
          break search;
        }
        break;
      }
      near = false;
      if (small || !moved || radius <= 1e-14 * scaledLength()) {
        settled = true;
        break search;
      }
    }
  }
  if (settled && !coarse) polish();
  linearize();
  return { theta: theta.slice(), objective, cosine: cosine(), trials, settled };

  /** Weights the rows for the loss, finds the free parameters, and factors their columns. */
  function linearize(): void {
    const { weightedR, qtr } = space;
    const a = qr.a;
    if (delta === Infinity) weightedR.set(r);
    else {
      for (let i = 0; i < m; i++) {
        const size = Math.abs(r[i]);
        if (size <= delta) weightedR[i] = r[i];
        else {
          const weight = near ? Math.min(LINE_WEIGHT, delta / size) : delta / size;
          weightedR[i] = Math.sign(r[i]) * delta / Math.sqrt(weight);
        }
      }
    }
    let count = 0;
    for (let j = 0; j < n; j++) {
      let sum = 0, square = 0;
      const at = j * m, to = count * m;
      for (let i = 0; i < m; i++) {
        let value = jac[at + i];
        // psi / sqrt(weight) = weightedR and psi = +-delta give the square root of the weight
        if (Math.abs(r[i]) > delta) value *= delta / Math.abs(weightedR[i]);
        sum += value * weightedR[i];
        square += value * value;
        a[to + i] = value;
      }
      gradient[j] = sum;
      norms[j] = Math.sqrt(square);
      const held = lower[j] === upper[j] || (theta[j] <= lower[j] && sum >= 0) || (theta[j] >= upper[j] && sum <= 0);
      if (!held) {
        space.freeGradient[count] = sum;
        free[count++] = j;
      }
    }
    qr.n = count;
    if (coarse && factorNormal(a, m, count, space.freeGradient, space.small, qtr)) {
      factored = space.small;
      return;
    }
    factored = qr;
    qtr.set(weightedR);
    factor(qr);
    applyTransposed(qr, qtr);
  }

  function cosine(): number {
    let square = 0, largest = 0;
    for (let i = 0; i < m; i++) square += space.weightedR[i] ** 2;
    if (square === 0) return 0;
    for (let k = 0; k < qr.n; k++) {
      const j = free[k];
      if (norms[j] > 0) largest = Math.max(largest, Math.abs(gradient[j]) / norms[j]);
    }
    return largest / Math.sqrt(square);
  }

  /** Sets `trial` and `step`, clipped to the bounds. @returns whether anything moved */
  function takeStep(): boolean {
    let moved = false;
    step.fill(0);
    trial.set(theta);
    for (let k = 0; k < qr.n; k++) {
      const j = free[k];
      trial[j] = clip(theta[j] + stepSpace.step[k], lower[j], upper[j]);
      step[j] = trial[j] - theta[j];
      moved ||= step[j] !== 0;
    }
    return moved;
  }

  /** By the linear model, of the clipped step: `-g^T p - |J p|^2 / 2`, where `|J p| = |R P^T p|`. */
  function predictedReduction(): number {
    const { a, m: stride, n: count, order, diagonal } = factored;
    let descent = 0, square = 0;
    for (let k = 0; k < count; k++) descent -= space.freeGradient[k] * step[free[k]];
    for (let k = 0; k < count; k++) {
      let sum = diagonal[k] * step[free[order[k]]];
      for (let l = k + 1; l < count; l++) sum += a[l * stride + k] * step[free[order[l]]];
      square += sum * sum;
    }
    return descent - 0.5 * square;
  }

  /** The radius where the parabola through both ends has its lowest point, between a tenth and a half. */
  function shrunk(radius: number, length: number, actual: number, predicted: number): number {
    const slope = -2 * predicted; // of the objective along the step, about
    const best = actual >= 0 ? 0.5 : 0.5 * slope / (slope + 2 * actual);
    return clip(best, 0.1, 0.5) * Math.min(radius, 10 * length);
  }

  function scaledLength(): number {
    let sum = 0;
    for (let j = 0; j < n; j++) sum += (scale[j] * theta[j]) ** 2;
    return Math.sqrt(sum);
  }

  /** Gauss-Newton steps for as long as they bring the gradient nearer to zero. */
  function polish(): void {
    near = true;
    for (let round = 0; round < 12; round++) {
      if (!fresh) {
        problem.evaluate(theta, r);
        if (!problem.jacobian(theta, jac)) return;
        fresh = true;
      }
      linearize();
      const before = cosine(), objectiveBefore = objective;
      if (before < 1e-15) return;
      trustRegionStep(factored, freeScale.fill(1), space.qtr, Infinity, 0, stepSpace);
      if (!takeStep()) return;
      const kept = theta.slice();
      if (!problem.evaluate(trial, trialR)) return void (fresh = false);
      const next = totalLoss(trialR, delta);
      trials++;
      fresh = false;
      if (!(next <= objective * (1 + 1e-10) + zero)) return restore();
      theta.set(trial);
      [r, trialR] = [trialR, r];
      if (!problem.jacobian(theta, jac)) return;
      objective = next;
      linearize();
      const better = objectiveBefore <= zero ? next < objectiveBefore : cosine() < 0.7 * before;
      if (!better) {
        theta.set(kept);
        [r, trialR] = [trialR, r];
        objective = objectiveBefore;
        return restore();
      }
      fresh = true;
    }
  }

  function restore(): void {
    problem.evaluate(theta, r);
    problem.jacobian(theta, jac);
    fresh = true;
  }
}
