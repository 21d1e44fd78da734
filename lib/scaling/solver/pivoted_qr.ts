/**
 * QR factorization with column pivoting by Householder reflections, in place: `J P = Q R` with the diagonal of R not rising in
 * size (Golub and Van Loan, algorithm 5.4.1; MINPACK's `qrfac`). Never forms `J^T J`, whose condition is the square of J's.
 */
export interface PivotedQr {
  /** `[n, m]`, column by column: above the diagonal R, from the diagonal on the reflections. */
  readonly a: Float64Array;
  readonly m: number;
  /** Columns in use. */
  n: number;
  /** Diagonal of R. */
  readonly diagonal: Float64Array;
  /** Column k of R is column `order[k]` of J. */
  readonly order: Int32Array;
  readonly norms: Float64Array;
}

/** Room for matrices of `m` rows and up to `n` columns. */
export function createQr(m: number, n: number): PivotedQr {
  return {
    a: new Float64Array(m * n),
    m,
    n,
    diagonal: new Float64Array(n),
    order: new Int32Array(n),
    norms: new Float64Array(n),
  };
}

/** Factors what stands in `qr.a`. */
export function factor(qr: PivotedQr): void {
  const { a, m, n, diagonal, order, norms } = qr;
  for (let j = 0; j < n; j++) {
    order[j] = j;
    norms[j] = columnNorm(a, j * m, (j + 1) * m);
  }
  for (let k = 0; k < n; k++) {
    let largest = k;
    for (let j = k + 1; j < n; j++) if (norms[j] > norms[largest]) largest = j;
    if (largest !== k) swapColumns(qr, k, largest);
    const from = k * m + k, end = (k + 1) * m;
    if (k >= m) {
      diagonal[k] = 0;
      continue;
    }
    let length = columnNorm(a, from, end);
    if (length === 0) {
      diagonal[k] = 0;
      continue;
    }
    if (a[from] < 0) length = -length;
    for (let i = from; i < end; i++) a[i] /= length;
    a[from] += 1;
    for (let j = k + 1; j < n; j++) {
      const shift = (j - k) * m;
      let sum = 0;
      for (let i = from; i < end; i++) sum += a[i] * a[i + shift];
      const scale = sum / a[from];
      for (let i = from; i < end; i++) a[i + shift] -= scale * a[i];
      // what is left below row k, afresh: downdating loses it to rounding
      norms[j] = columnNorm(a, from + shift + 1, end + shift);
    }
    diagonal[k] = -length;
  }
}

/** `Q^T b`, in place. */
export function applyTransposed(qr: PivotedQr, b: Float64Array): void {
  const { a, m, n } = qr;
  for (let k = 0; k < n && k < m; k++) {
    const from = k * m;
    const head = a[from + k];
    if (qr.diagonal[k] === 0) continue;
    let sum = 0;
    for (let i = k; i < m; i++) sum += a[from + i] * b[i];
    const scale = sum / head;
    for (let i = k; i < m; i++) b[i] -= scale * a[from + i];
  }
}

/** Euclidean length of `a[from..end)`, safe from overflow only within about 1e150: residuals are scaled. */
function columnNorm(a: Float64Array, from: number, end: number): number {
  let sum = 0;
  for (let i = from; i < end; i++) sum += a[i] * a[i];
  if (sum > 1e-280 && sum < 1e280) return Math.sqrt(sum);
  let largest = 0;
  for (let i = from; i < end; i++) largest = Math.max(largest, Math.abs(a[i]));
  if (largest === 0 || !Number.isFinite(largest)) return largest;
  sum = 0;
  for (let i = from; i < end; i++) sum += (a[i] / largest) ** 2;
  return largest * Math.sqrt(sum);
}

function swapColumns({ a, m, order, norms }: PivotedQr, k: number, l: number): void {
  for (let i = 0; i < m; i++) {
    const kept = a[k * m + i];
    a[k * m + i] = a[l * m + i];
    a[l * m + i] = kept;
  }
  [order[k], order[l]] = [order[l], order[k]];
  [norms[k], norms[l]] = [norms[l], norms[k]];
}
