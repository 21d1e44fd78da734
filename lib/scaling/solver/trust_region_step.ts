import type { PivotedQr } from "./pivoted_qr.ts";

/** Room for {@link trustRegionStep}. */
export interface StepSpace {
  /** The step, in the order of the columns of J. */
  readonly step: Float64Array;
  readonly s: Float64Array;
  readonly sDiagonal: Float64Array;
  readonly work: Float64Array;
  readonly rhs: Float64Array;
}

export function createStepSpace(n: number): StepSpace {
  return {
    step: new Float64Array(n),
    s: new Float64Array(n * n),
    sDiagonal: new Float64Array(n),
    work: new Float64Array(n),
    rhs: new Float64Array(n),
  };
}

const SMALLEST = 2.3e-308;
/** The step's scaled length may miss the radius by that share (MINPACK). */
const SLACK = 0.1;

/**
 * The step of Levenberg and Marquardt whose scaled length is the radius of the trust region: minimal `|J p + r|^2` under
 * `|D p| <= radius`, by a safeguarded Newton iteration for the multiplier (Moré 1978, MINPACK's `lmpar`). Each trial solves the
 * damped problem from the one factorization of J by Givens rotations.
 *
 * @param qr the factored J, columns in use only
 * @param scale D
 * @param qtr the first n of `Q^T r`
 * @param lambda the multiplier of the step before: where the iteration starts
 * @returns the multiplier; 0 for a full Gauss-Newton step. `space.step` holds p.
 */
export function trustRegionStep(
  qr: PivotedQr,
  scale: Float64Array,
  qtr: Float64Array,
  radius: number,
  lambda: number,
  space: StepSpace,
): number {
  const { a, m, n, diagonal, order } = qr;
  const { step, work } = space;
  // Gauss-Newton direction; where R is singular, the least squares step that leaves the last columns alone
  let rank = n;
  for (let k = 0; k < n; k++) {
    work[k] = -qtr[k];
    if (Math.abs(diagonal[k]) <= 1e-15 * Math.abs(diagonal[0]) && rank === n) rank = k;
    if (rank < n) work[k] = 0;
  }
  for (let k = rank - 1; k >= 0; k--) {
    work[k] /= diagonal[k];
    for (let i = 0; i < k; i++) work[i] -= a[k * m + i] * work[k];
  }
  for (let k = 0; k < n; k++) step[order[k]] = work[k];
  let length = scaledLength(scale, step, n);
  let excess = length - radius;
  if (excess <= SLACK * radius) return 0;

  // bounds of the multiplier
  let low = 0;
  if (rank === n) {
    for (let k = 0; k < n; k++) work[k] = scale[order[k]] * (scale[order[k]] * step[order[k]] / length);
    low = excess / radius / forwardSolveSquare(qr, work);
  }
  let gradient = 0;
  for (let k = 0; k < n; k++) {
    let sum = 0;
    for (let i = 0; i < k; i++) sum += a[k * m + i] * qtr[i];
    sum += diagonal[k] * qtr[k];
    gradient += (sum / scale[order[k]]) ** 2;
  }
  gradient = Math.sqrt(gradient);
  let high = gradient / radius;
  if (high === 0) high = SMALLEST / Math.min(radius, SLACK);
  lambda = Math.min(Math.max(lambda, low), high);
  if (lambda === 0) lambda = gradient / length;

  for (let iteration = 1;; iteration++) {
    if (lambda === 0) lambda = Math.max(SMALLEST, 1e-3 * high);
    solveDamped(qr, scale, qtr, Math.sqrt(lambda), space);
    length = scaledLength(scale, step, n);
    const before = excess;
    excess = length - radius;
    if (Math.abs(excess) <= SLACK * radius || (low === 0 && excess <= before && before < 0) || iteration === 10) {
      return lambda;
    }
    // Newton correction by the factor S of the damped problem
    for (let k = 0; k < n; k++) work[k] = scale[order[k]] * (scale[order[k]] * step[order[k]] / length);
    let square = 0;
    for (let k = 0; k < n; k++) {
      work[k] /= space.sDiagonal[k];
      for (let i = k + 1; i < n; i++) work[i] -= space.s[i + k * n] * work[k];
      square += work[k] * work[k];
    }
    const correction = excess / radius / square;
    if (excess > 0) low = Math.max(low, lambda);
    else high = Math.min(high, lambda);
    lambda = Math.max(low, lambda + correction);
  }
}

/** Solves `R^T z = work` in place. @returns the square of the length of z */
function forwardSolveSquare({ a, m, n, diagonal }: PivotedQr, work: Float64Array): number {
  let square = 0;
  for (let k = 0; k < n; k++) {
    let sum = work[k];
    for (let i = 0; i < k; i++) sum -= a[k * m + i] * work[i];
    work[k] = sum / diagonal[k];
    square += work[k] * work[k];
  }
  return square;
}

/** The step of `min |J p + r|^2 + |root D p|^2`: rotates the rows `root D` into R (MINPACK's `qrsolv`). */
function solveDamped(qr: PivotedQr, scale: Float64Array, qtr: Float64Array, root: number, space: StepSpace): void {
  const { a, m, n, diagonal, order } = qr;
  const { s, sDiagonal, rhs, step, work } = space;
  for (let k = 0; k < n; k++) {
    s[k + k * n] = diagonal[k];
    for (let i = k + 1; i < n; i++) s[i + k * n] = a[i * m + k]; // S^T: row k of R down column k
    rhs[k] = -qtr[k];
  }
  for (let j = 0; j < n; j++) {
    work.fill(0, j);
    work[j] = root * scale[order[j]];
    let carried = 0;
    for (let k = j; k < n; k++) {
      if (work[k] === 0) continue;
      const pivot = s[k + k * n];
      const length = Math.hypot(pivot, work[k]);
      const cos = pivot / length, sin = work[k] / length;
      s[k + k * n] = length;
      const kept = cos * rhs[k] + sin * carried;
      carried = -sin * rhs[k] + cos * carried;
      rhs[k] = kept;
      for (let i = k + 1; i < n; i++) {
        const above = cos * s[i + k * n] + sin * work[i];
        work[i] = -sin * s[i + k * n] + cos * work[i];
        s[i + k * n] = above;
      }
    }
  }
  for (let k = n - 1; k >= 0; k--) {
    sDiagonal[k] = s[k + k * n];
    let sum = rhs[k];
    for (let i = k + 1; i < n; i++) sum -= s[i + k * n] * work[i];
    work[k] = sDiagonal[k] === 0 ? 0 : sum / sDiagonal[k];
  }
  for (let k = 0; k < n; k++) step[order[k]] = work[k];
}

function scaledLength(scale: Float64Array, step: Float64Array, n: number): number {
  let sum = 0;
  for (let j = 0; j < n; j++) sum += (scale[j] * step[j]) ** 2;
  return Math.sqrt(sum);
}
