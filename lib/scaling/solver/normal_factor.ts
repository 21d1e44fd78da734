import type { PivotedQr } from "./pivoted_qr.ts";

/** A pivot that small against the largest has no digits left: half of the digits of J are lost in `J^T J`. */
const SMALLEST_PIVOT = 1e-12;

/**
 * R of the QR factorization with column pivoting from `J^T J = P R^T R P^T` by Cholesky: a fifth of the work, half of the digits. Good
 * for the steps of a search that is polished with `factor` at the end.
 *
 * @param j the columns, `[n, m]`
 * @param gradient `J^T r`
 * @param small room for n rows: R is put there
 * @param qtr becomes the first n of `Q^T r`
 * @returns false where J is too near to singular
 */
export function factorNormal(
  j: Float64Array,
  m: number,
  n: number,
  gradient: ArrayLike<number>,
  small: PivotedQr,
  qtr: Float64Array,
): boolean {
  const { a, m: stride, diagonal, order } = small;
  small.n = n;
  // the lower triangle in a[p * stride + q], q <= p, which becomes R^T
  for (let p = 0; p < n; p++) {
    order[p] = p;
    qtr[p] = gradient[p];
    for (let q = 0; q <= p; q++) {
      let sum = 0;
      for (let i = 0, left = p * m, right = q * m; i < m; i++) sum += j[left + i] * j[right + i];
      a[p * stride + q] = sum;
    }
  }
  let largestPivot = 0;
  for (let k = 0; k < n; k++) {
    let largest = k;
    for (let p = k + 1; p < n; p++) if (a[p * stride + p] > a[largest * stride + largest]) largest = p;
    if (largest !== k) swap(small, k, largest, n, qtr);
    const pivot = a[k * stride + k];
    if (k === 0) largestPivot = pivot;
    if (!(pivot > SMALLEST_PIVOT * largestPivot)) return false;
    const root = Math.sqrt(pivot);
    diagonal[k] = root;
    qtr[k] /= root;
    for (let p = k + 1; p < n; p++) {
      a[p * stride + k] /= root;
      qtr[p] -= a[p * stride + k] * qtr[k];
    }
    for (let p = k + 1; p < n; p++) {
      for (let q = k + 1; q <= p; q++) a[p * stride + q] -= a[p * stride + k] * a[q * stride + k];
    }
  }
  return true;
}

/** Exchanges rows and columns k < l of the lower triangle. */
function swap({ a, m: stride, order }: PivotedQr, k: number, l: number, n: number, qtr: Float64Array): void {
  const exchange = (first: number, second: number) => {
    const kept = a[first];
    a[first] = a[second];
    a[second] = kept;
  };
  for (let q = 0; q < k; q++) exchange(k * stride + q, l * stride + q);
  for (let p = k + 1; p < l; p++) exchange(p * stride + k, l * stride + p);
  for (let p = l + 1; p < n; p++) exchange(p * stride + k, p * stride + l);
  exchange(k * stride + k, l * stride + l);
  [order[k], order[l]] = [order[l], order[k]];
  [qtr[k], qtr[l]] = [qtr[l], qtr[k]];
}
