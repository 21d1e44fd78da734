import { huber } from "../solver/robust_loss.ts";
import type { LogData } from "./log_data.ts";

/** Room for {@link fitAmplitudes} on one set of observations. */
export interface AmplitudeSpace {
  readonly loss: Float64Array;
  readonly predicted: Float64Array;
  readonly residual: Float64Array;
  readonly normal: Float64Array;
  readonly rhs: Float64Array;
}

export function createAmplitudeSpace({ m, logL }: LogData): AmplitudeSpace {
  const column = () => new Float64Array(m);
  return {
    ...{ loss: logL.map(Math.exp), predicted: column(), residual: column() },
    ...{ normal: new Float64Array(9), rhs: new Float64Array(3) },
  };
}

/**
 * The inner problem of variable projection: amplitudes `c >= 0` of `L = sum_k c_k phi_k` that are best for given exponents.
 *
 * On logs the problem is a weighted linear one, repeated: with `r = ln(predicted) - ln(observed)` a Gauss-Newton step solves
 * `min sum w / predicted^2 (sum_k c_k phi_k - predicted (1 - r))^2`, where Huber's loss has `w` multiplied by `delta / |r|` beyond
 * delta. The first round takes the observed loss for the predicted one.
 *
 * @param columns phi, at most three, each above 0
 * @param c is filled
 * @returns the objective, which is that of the logs
 */
export function fitAmplitudes(
  columns: readonly Float64Array[],
  data: LogData,
  c: Float64Array,
  rounds: number,
  space: AmplitudeSpace,
): number {
  const { m, logL, roots, delta } = data;
  const { loss, predicted, residual, normal, rhs } = space;
  const k = columns.length;
  let objective = Infinity;
  for (let round = 0; round < rounds; round++) {
    normal.fill(0);
    rhs.fill(0);
    for (let i = 0; i < m; i++) {
      const first = round === 0;
      const level = first ? loss[i] : predicted[i];
      const r = first ? 0 : residual[i];
      const root = roots[i] / level;
      const deviation = Math.abs(roots[i] * r);
      const weight = root * root * (deviation > delta ? delta / deviation : 1);
      const target = level * (1 - r);
      for (let p = 0; p < k; p++) {
        const left = weight * columns[p][i];
        rhs[p] += left * target;
        for (let q = 0; q <= p; q++) normal[3 * p + q] += left * columns[q][i];
      }
    }
    solveNonNegative(normal, rhs, k, c);
    objective = 0;
    for (let i = 0; i < m; i++) {
      let sum = 0;
      for (let p = 0; p < k; p++) sum += c[p] * columns[p][i];
      predicted[i] = sum;
      const r = Math.log(sum) - logL[i];
      residual[i] = r;
      objective += huber(roots[i] * r, delta);
    }
    if (!(objective < Infinity)) return Infinity;
  }
  return objective;
}

/**
 * Non-negative least squares of up to three unknowns, from normal equations: the best of all subsets whose solution is non-negative.
 *
 * @param normal `[3, 3]`, the lower triangle
 * @param c is filled
 * @returns by how much the solution lowers the sum of squares against that of zero amplitudes
 */
export function solveNonNegative(normal: Float64Array, rhs: Float64Array, k: number, c: Float64Array): number {
  let most = -1;
  const full = (1 << k) - 1;
  const x = [0, 0, 0];
  for (let subset = full; subset > 0; subset--) {
    const reduction = solveSubset(normal, rhs, k, subset, x);
    if (reduction > most) {
      most = reduction;
      for (let p = 0; p < k; p++) c[p] = x[p];
    }
    if (subset === full && reduction >= 0) break; // nothing can be better than all of them
  }
  return most;
}

/** @returns by how much the subset lowers the sum of squares; -1 where its solution is negative or not determined */
function solveSubset(normal: Float64Array, rhs: Float64Array, k: number, subset: number, x: number[]): number {
  const members: number[] = [];
  for (let p = 0; p < k; p++) {
    x[p] = 0;
    if (subset & (1 << p)) members.push(p);
  }
  const size = members.length, l = [0, 0, 0, 0, 0, 0, 0, 0, 0], z = [0, 0, 0];
  for (let a = 0; a < size; a++) {
    const p = members[a];
    for (let b = 0; b <= a; b++) {
      let sum = normal[3 * p + members[b]];
      for (let e = 0; e < b; e++) sum -= l[3 * a + e] * l[3 * b + e];
      if (a === b) {
        if (!(sum > 1e-15 * normal[3 * p + p])) return -1;
        l[3 * a + a] = Math.sqrt(sum);
      } else l[3 * a + b] = sum / l[3 * b + b];
    }
    let sum = rhs[p];
    for (let e = 0; e < a; e++) sum -= l[3 * a + e] * z[e];
    z[a] = sum / l[3 * a + a];
  }
  let reduction = 0;
  for (let a = 0; a < size; a++) reduction += z[a] * z[a];
  for (let a = size - 1; a >= 0; a--) {
    let sum = z[a];
    for (let e = a + 1; e < size; e++) sum -= l[3 * e + a] * x[members[e]];
    const value = sum / l[3 * a + a];
    if (!(value >= 0)) return -1;
    x[members[a]] = value;
  }
  return reduction;
}
