/**
 * Akima's interpolation (1970, J. ACM 17(4)): cubics whose slopes at the points are averages of neighbouring secants that a far
 * point cannot bend. Ends and ties are treated as in SciPy's `Akima1DInterpolator`.
 *
 * @param x ascending, at least three
 * @param y as many
 * @returns the curve between the first and the last x; NaN outside
 * @throws {RangeError} for fewer than three points, or x that do not ascend
 *
 * @example
 * ```ts
 * import { akima } from "recscale/scaling";
 * import assert from "node:assert/strict";
 *
 * const line = akima([0, 1, 3, 4], [1, 3, 7, 9]);
 * assert.equal(line(2), 5);
 * ```
 */
export function akima(x: readonly number[], y: readonly number[]): (at: number) => number {
  const n = x.length;
  if (n < 3 || y.length !== n || x.some((value, i) => i > 0 && !(value > x[i - 1]))) {
    throw new RangeError(`Cannot interpolate ${n} points: wanted at least three, x ascending, and as many y.`);
  }
  // secants m_0 .. m_(n-2), with two on each side that go on as a parabola would
  const inner = x.slice(1).map((value, i) => (y[i + 1] - y[i]) / (value - x[i]));
  const before = 2 * inner[0] - inner[1], after = 2 * inner[n - 2] - inner[n - 3];
  const m = [2 * before - inner[0], before, ...inner, after, 2 * after - inner[n - 2]];
  const changes = m.slice(1).map((value, i) => Math.abs(value - m[i]));
  const sums = x.map((_, i) => changes[i + 2] + changes[i]);
  const tie = 1e-9 * Math.max(...sums);
  const slopes = x.map((_, i) =>
    sums[i] > tie ? (changes[i + 2] * m[i + 1] + changes[i] * m[i + 2]) / sums[i] : (m[i] + m[i + 3]) / 2
  );
  return (at) => {
    if (!(at >= x[0] && at <= x[n - 1])) return NaN;
    let k = 0;
    while (k < n - 2 && at > x[k + 1]) k++;
    const h = x[k + 1] - x[k], t = at - x[k], secant = inner[k];
    const c = (3 * secant - 2 * slopes[k] - slopes[k + 1]) / h;
    const d = (slopes[k] + slopes[k + 1] - 2 * secant) / h ** 2;
    return y[k] + t * (slopes[k] + t * (c + t * d));
  };
}
