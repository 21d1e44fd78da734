import { hash, uniform } from "../../data/counter_hash.ts";
import { applyTransposed, createQr, factor } from "./pivoted_qr.ts";
import type { ResidualProblem } from "./residual_problem.ts";

/** Places whose residuals are averaged. */
const PLACES = 4000;
/** How far they lie from the optimum, as a share of each parameter: far above rounding, far below curvature. */
const SPREAD = 2 ** -40;
const SEED = 7;

/**
 * Residuals and parameters of a fit so good that its residuals are mostly the rounding of the model: the linear model of the residuals is
 * fitted to many places around the optimum, where rounding differs, so that it averages out.
 *
 * @param lost what is to be subtracted from every residual: what the data lost when they were stored
 * @returns the parameters and their residuals
 */
export function refineNearRounding(
  problem: ResidualProblem,
  theta: Float64Array,
  lost: Float64Array,
): { theta: Float64Array; r: Float64Array } {
  const { m, n } = problem;
  const jac = new Float64Array(m * n), r = new Float64Array(m), mean = new Float64Array(m), at = new Float64Array(n);
  problem.evaluate(theta, r);
  problem.jacobian(theta, jac);
  for (let place = 0; place < PLACES; place++) {
    const state = hash(SEED, place);
    for (let j = 0; j < n; j++) at[j] = theta[j] * (1 + SPREAD * (2 * uniform(state, j) - 1));
    problem.evaluate(at, r);
    for (let i = 0; i < m; i++) {
      let value = r[i];
      for (let j = 0; j < n; j++) value -= jac[j * m + i] * (at[j] - theta[j]);
      mean[i] += value / PLACES;
    }
  }
  for (let i = 0; i < m; i++) mean[i] -= lost[i];
  const qr = createQr(m, n), rhs = mean.slice(), step = new Float64Array(n);
  qr.a.set(jac);
  factor(qr);
  applyTransposed(qr, rhs);
  for (let k = n - 1; k >= 0; k--) {
    let sum = -rhs[k];
    for (let l = k + 1; l < n; l++) sum -= qr.a[l * m + k] * step[qr.order[l]];
    step[qr.order[k]] = sum / qr.diagonal[k];
  }
  for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) mean[i] += jac[j * m + i] * step[j];
  return { theta: theta.map((value, j) => value + step[j]), r: mean };
}
