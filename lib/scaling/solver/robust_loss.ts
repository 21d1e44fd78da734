/**
 * Huber's loss: `r^2 / 2` up to `delta`, `delta (|r| - delta / 2)` beyond (Huber 1964). Squares for an infinite delta.
 */
export function huber(r: number, delta: number): number {
  const size = Math.abs(r);
  return size <= delta ? 0.5 * r * r : delta * (size - 0.5 * delta);
}

/** The sum of losses of residuals. */
export function totalLoss(r: Float64Array, delta: number): number {
  let sum = 0;
  if (delta === Infinity) {
    for (let i = 0; i < r.length; i++) sum += r[i] * r[i];
    return 0.5 * sum;
  }
  for (let i = 0; i < r.length; i++) sum += huber(r[i], delta);
  return sum;
}

/**
 * The variance that scales `(J^T J)^-1`: that of the residuals, or Huber's estimate `K^2 (sum psi^2 / df) / (mean psi')^2` with
 * `K = 1 + (p / n) (1 - mean psi') / mean psi'` (Huber 1981, section 7.6).
 */
export function huberVariance(r: Float64Array, delta: number, degreesOfFreedom: number): number {
  if (delta === Infinity) return sumOfSquares(r) / degreesOfFreedom;
  let squares = 0, inside = 0;
  for (const value of r) {
    squares += Math.min(Math.abs(value), delta) ** 2;
    if (Math.abs(value) <= delta) inside++;
  }
  const share = Math.max(inside, 1) / r.length;
  const k = 1 + (r.length - degreesOfFreedom) / r.length * (1 - share) / share;
  return k * k * squares / degreesOfFreedom / (share * share);
}

/** With the rounding of the sum carried along (Neumaier 1974). */
export function sumOfSquares(r: Float64Array): number {
  let sum = 0, lost = 0;
  for (const value of r) {
    const square = value * value, next = sum + square;
    lost += Math.abs(sum) >= square ? (sum - next) + square : (square - next) + sum;
    sum = next;
  }
  return sum + lost;
}
