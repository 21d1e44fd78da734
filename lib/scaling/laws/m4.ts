import {
  AMPLITUDE_ROOM,
  extent,
  LARGEST_EXPONENT,
  type LogData,
  type SearchableLaw,
  SMALLEST_EXPONENT,
} from "./log_data.ts";
import { applyTransposed, createQr, factor, type PivotedQr } from "../solver/pivoted_qr.ts";
import { totalLoss } from "../solver/robust_loss.ts";

/** Floors to begin from, as shares of the lowest loss, and ceilings above the highest, in units of the range of losses. */
const FLOORS = [0, 0.2, 0.4, 0.6, 0.75, 0.85, 0.92, 0.96, 0.985, 0.995, 0.999];
const CEILINGS = [0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10];
/** Values of alpha to begin from where none follows. */
const GIVEN_BENDS = [0.05, 0.5, 1.5];
/** Bounds of ln alpha. At alpha = 0 the ceiling has no say and the law is a power law plus constant. */
const SMALLEST_BEND = Math.log(1e-4), LARGEST_BEND = Math.log(50);

function softplus(z: number): number {
  return z > 0 ? z + Math.log1p(Math.exp(-z)) : Math.log1p(Math.exp(z));
}

function logistic(z: number): number {
  return z >= 0 ? 1 / (1 + Math.exp(-z)) : Math.exp(z) / (1 + Math.exp(z));
}

/**
 * The `t` with `ln s - alpha ln(1 - s) = v` for `s = logistic(t)`: how far the loss has come from floor (0) to ceiling (1). The left
 * side rises with t, with slope 1 far down and alpha far up, and bends one way only: Newton's method from where both slopes meet.
 */
function solveLogit(v: number, alpha: number): number {
  let t = v < 0 ? v : v / alpha;
  for (let k = 0; k < 60; k++) {
    const up = logistic(t);
    const step = (-softplus(-t) + alpha * softplus(t) - v) / (1 - up + alpha * up);
    t -= step;
    if (Math.abs(step) <= 4e-16 * Math.max(1, Math.abs(t))) break;
  }
  return t;
}

/** Shape of the curve at one point: loss and how it changes with `v`, `alpha` and the span `S = I - E`. */
function curveAt(logU: number, logA: number, a: number, e: number, span: number, alpha: number) {
  const logSpan = Math.log(span);
  const t = solveLogit(logA - a * logU + (alpha - 1) * logSpan, alpha);
  const up = logistic(t), down = logistic(-t);
  const byV = span * up * down / (down + alpha * up); // dL/dv = S s' / h'
  return {
    loss: e + span * up,
    byV,
    byAlpha: byV * (logSpan - softplus(t)),
    byLogSpan: span * up + (alpha - 1) * byV,
  };
}

/**
 * A curve that bends at both ends, from the loss `I` of guessing down to the floor `E`: `(L - E) / (I - L)^alpha = A u^-a`, the estimator
 * M4. It says L only implicitly; L is found by Newton's method to full precision.
 *
 * Inner parameters: `ln A, a, E, ln(I - E), ln alpha`.
 */
export const m4: SearchableLaw = {
  name: "m4",
  formula: "L where (L - E) / (I - L)^alpha = A u^-a",
  source: "Alabdulmohsin et al. 2022 (arXiv:2209.06640), estimator M4",
  inputs: 1,
  parameters: ["A", "a", "E", "I", "alpha"],
  amplitudes: ["A"],
  exponents: ["a"],
  floor: "E",
  loss: ({ 0: a1, 1: a, 2: e, 3: i, 4: alpha }, { 0: u }) =>
    alpha === 0 ? e + a1 * u ** -a : curveAt(Math.log(u), Math.log(a1), a, e, i - e, alpha).loss,
  gradient({ 0: a1, 1: a, 2: e, 3: i, 4: alpha }, { 0: u }) {
    const logU = Math.log(u);
    if (alpha === 0) {
      const t = u ** -a;
      return [t, -a1 * t * logU, 1, 0, a1 * t * Math.log(i - e - a1 * t)];
    }
    const { byV, byAlpha, byLogSpan } = curveAt(logU, Math.log(a1), a, e, i - e, alpha);
    const bySpan = byLogSpan / (i - e);
    return [byV / a1, -byV * logU, 1 - bySpan, bySpan, byAlpha];
  },
  rescale: ({ 0: a1, 1: a, 2: e, 3: i, 4: alpha }, { 0: ratio }) => [a1 * ratio ** -a, a, e, i, alpha],
  toInner: ({ 0: a1, 1: a, 2: e, 3: i, 4: alpha }) =>
    Float64Array.of(Math.log(a1), a, e, Math.log(i - e), Math.log(Math.max(alpha, 1e-300))),
  toTheta: ({ 0: logA, 1: a, 2: e, 3: logSpan, 4: logAlpha }) => [
    Math.exp(logA),
    a,
    e,
    e + Math.exp(logSpan),
    Math.exp(logAlpha),
  ],
  problem({ m, logU: [logU], logL, roots }) {
    const [low, high] = extent(logL);
    const points = new Array<ReturnType<typeof curveAt>>(m);
    return {
      m,
      n: 5,
      lower: Float64Array.of(-400, SMALLEST_EXPONENT, 0, low - AMPLITUDE_ROOM, SMALLEST_BEND),
      upper: Float64Array.of(400, LARGEST_EXPONENT, Infinity, high + AMPLITUDE_ROOM, LARGEST_BEND),
      evaluate({ 0: logA, 1: a, 2: e, 3: logSpan, 4: logAlpha }, r) {
        const span = Math.exp(logSpan), alpha = Math.exp(logAlpha);
        let check = 0;
        for (let i = 0; i < m; i++) {
          points[i] = curveAt(logU[i], logA, a, e, span, alpha);
          r[i] = roots[i] * (Math.log(points[i].loss) - logL[i]);
          check += r[i];
        }
        return Number.isFinite(check);
      },
      jacobian({ 4: logAlpha }, jac) {
        const alpha = Math.exp(logAlpha);
        for (let i = 0; i < m; i++) {
          const { loss, byV, byAlpha, byLogSpan } = points[i];
          const slope = roots[i] / loss;
          jac[i] = slope * byV;
          jac[m + i] = -slope * byV * logU[i];
          jac[2 * m + i] = slope;
          jac[3 * m + i] = slope * byLogSpan;
          jac[4 * m + i] = slope * byAlpha * alpha;
        }
        return true;
      },
    };
  },
  starts(data, count) {
    const problem = m4.problem(data), r = new Float64Array(data.m);
    const found: { inner: Float64Array; objective: number }[] = [];
    for (const floor of FLOORS) {
      for (const ceiling of CEILINGS) {
        for (const inner of straightened(data, floor, ceiling)) {
          if (problem.evaluate(inner, r)) found.push({ inner, objective: totalLoss(r, data.delta) });
        }
      }
    }
    return found.sort((a, b) => a.objective - b.objective).slice(0, count).map(({ inner }) => inner);
  },
};

/**
 * For a given floor and ceiling the law is linear in `ln A, a, alpha`: `ln(L - E) = ln A - a ln u + alpha ln(I - L)`. Solved by least
 * squares in which a point counts as the logarithm of its loss does.
 *
 * @returns inner parameters: those with the best alpha, or with a few given ones where that comes out negative
 */
function straightened(data: LogData, floor: number, ceiling: number): Float64Array[] {
  const { m, logU: [logU], logL, roots } = data;
  const [low, high] = extent(logL);
  const range = Math.max(Math.exp(high) - Math.exp(low), 1e-3 * Math.exp(high));
  const e = floor * Math.exp(low), i = Math.exp(high) + ceiling * range;
  const free = createQr(m, 3), two = createQr(m, 2), target = new Float64Array(m);
  for (let k = 0; k < m; k++) {
    const loss = Math.exp(logL[k]);
    // d ln(L - E) is that many times d ln L
    const weight = roots[k] * (loss - e) / loss;
    free.a[k] = two.a[k] = weight;
    free.a[m + k] = two.a[m + k] = -weight * logU[k];
    free.a[2 * m + k] = weight * Math.log(i - loss);
    target[k] = weight * Math.log(loss - e);
  }
  const bends = free.a.slice(2 * m);
  const inner = ([logA, a]: Float64Array, alpha: number) =>
    Float64Array.of(logA, Math.max(a, SMALLEST_EXPONENT), e, Math.log(i - e), Math.log(alpha));
  const solution = leastSquares(free, target);
  const alpha = solution[2];
  if (alpha > 1e-3 && alpha < 50 && solution[1] > 0) return [inner(solution, alpha)];
  return GIVEN_BENDS.map((alpha) =>
    inner(leastSquares(two, target.map((value, k) => value - alpha * bends[k])), alpha)
  );
}

/** Minimal `|J x - b|` for the columns that stand in `qr.a`, which are kept. */
function leastSquares(qr: PivotedQr, b: Float64Array): Float64Array {
  const columns = qr.a.slice(), rhs = b.slice(), x = new Float64Array(qr.n), { m } = qr;
  factor(qr);
  applyTransposed(qr, rhs);
  for (let k = qr.n - 1; k >= 0; k--) {
    let sum = rhs[k];
    for (let l = k + 1; l < qr.n; l++) sum -= qr.a[l * m + k] * x[qr.order[l]];
    x[qr.order[k]] = sum / qr.diagonal[k];
  }
  qr.a.set(columns);
  return x;
}
