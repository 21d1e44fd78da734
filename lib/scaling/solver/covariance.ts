import { Matrix, SingularValueDecomposition } from "ml-matrix";
import type { PivotedQr } from "./pivoted_qr.ts";

/**
 * `(J^T J)^-1` of the factored J, in the order of its columns, from `R^-1`: no product of J with itself is formed.
 *
 * @returns infinite on the diagonal where J is singular
 */
export function inverseNormal({ a, m, n, diagonal, order }: PivotedQr): number[][] {
  const inverse = Array.from({ length: n }, () => new Float64Array(n)); // R^-1 by columns
  for (let j = 0; j < n; j++) {
    for (let i = j; i >= 0; i--) {
      let sum = i === j ? 1 : 0;
      for (let k = i + 1; k <= j; k++) sum -= a[k * m + i] * inverse[j][k];
      inverse[j][i] = sum / diagonal[i];
    }
  }
  const result = Array.from({ length: n }, () => new Array<number>(n).fill(0));
  for (let p = 0; p < n; p++) {
    for (let q = 0; q < n; q++) {
      let sum = 0;
      for (let k = Math.max(p, q); k < n; k++) sum += inverse[k][p] * inverse[k][q];
      result[order[p]][order[q]] = Number.isFinite(sum) ? sum : p === q ? Infinity : 0;
    }
  }
  return result;
}

/** Condition number of the factored J after its columns are scaled to length 1: largest over smallest singular value of R. */
export function conditionNumber({ a, m, n, diagonal }: PivotedQr): number {
  if (n === 0) return 1;
  const scaled = Matrix.zeros(n, n);
  for (let j = 0; j < n; j++) {
    const column = Array.from({ length: j + 1 }, (_, i) => i === j ? diagonal[j] : a[j * m + i]);
    const length = Math.hypot(...column);
    if (!(length > 0 && length < Infinity)) return Infinity;
    column.forEach((value, i) => scaled.set(i, j, value / length));
  }
  const values = new SingularValueDecomposition(scaled, {
    computeLeftSingularVectors: false,
    computeRightSingularVectors: false,
  }).diagonal;
  const smallest = Math.min(...values);
  return smallest === 0 ? Infinity : Math.max(...values) / smallest;
}
