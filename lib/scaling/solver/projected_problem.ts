import type { ModelVector } from "./model_problem.ts";
import { applyTransposed, createQr, factor } from "./pivoted_qr.ts";

/** A model in which some parameters are always the best for the others. */
export interface ProjectedModel {
  /** Positions of the other parameters. */
  readonly others: readonly number[];
  /** The model as a function of the others. */
  readonly model: ModelVector;
  /** All parameters, from the others. */
  expand(others: Float64Array): Float64Array;
}

/**
 * Takes the linear parameters out of a model by least squares on the spot: `f(nu) = phi_0(nu) + Phi(nu) c(nu)`. The valley in which
 * they and the others hang together, which makes a search slow or leads it astray, is gone.
 *
 * @param linear from `linearParameters`
 * @param roots square roots of the weights
 */
export function projectedModel(
  model: ModelVector,
  linear: readonly number[],
  y: Float64Array,
  roots: Float64Array,
  n: number,
): ProjectedModel {
  const m = y.length, count = linear.length;
  const others = Array.from({ length: n }, (_, j) => j).filter((j) => !linear.includes(j));
  const qr = createQr(m, count), theta = new Float64Array(n);
  const base = new Float64Array(m), rhs = new Float64Array(m);
  const columns = linear.map(() => new Float64Array(m));
  const solve = (nu: Float64Array): void => {
    theta.fill(0);
    others.forEach((j, k) => theta[j] = nu[k]);
    model(theta, base);
    linear.forEach((j, k) => {
      theta[j] = 1;
      model(theta, columns[k]);
      theta[j] = 0;
      for (let i = 0; i < m; i++) {
        columns[k][i] -= base[i];
        qr.a[k * m + i] = roots[i] * columns[k][i];
      }
    });
    for (let i = 0; i < m; i++) rhs[i] = roots[i] * (y[i] - base[i]);
    qr.n = count;
    factor(qr);
    applyTransposed(qr, rhs);
    const solution = new Float64Array(count);
    for (let k = count - 1; k >= 0; k--) {
      if (!(Math.abs(qr.diagonal[k]) > 1e-14 * Math.abs(qr.diagonal[0]))) continue;
      let sum = rhs[k];
      for (let l = k + 1; l < count; l++) sum -= qr.a[l * m + k] * solution[l];
      solution[k] = sum / qr.diagonal[k];
    }
    for (let k = 0; k < count; k++) theta[linear[qr.order[k]]] = solution[k];
  };
  return {
    others,
    model(nu, values) {
      solve(nu);
      for (let i = 0; i < m; i++) {
        values[i] = base[i];
        for (let k = 0; k < count; k++) values[i] += columns[k][i] * theta[linear[k]];
      }
    },
    expand(nu) {
      solve(nu);
      return theta.slice();
    },
  };
}
