/**
 * Tukey's standard error of a statistic, from its values with each of n independent units left out:
 * `sqrt((n - 1) / n sum (v_i - v)^2)`.
 */
export function jackknifeError(left: readonly number[]): number {
  const n = left.length, mean = left.reduce((sum, value) => sum + value, 0) / n;
  return Math.sqrt((n - 1) / n * left.reduce((sum, value) => sum + (value - mean) ** 2, 0));
}
