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
