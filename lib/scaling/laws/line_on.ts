/** The line `y = level + slope x` of weighted least squares; a slope of 0 where all x are the same. */
export function lineOn(
  x: Float64Array,
  y: Float64Array,
  roots: Float64Array,
): { level: number; slope: number } {
  let w = 0, wx = 0, wy = 0;
  for (let i = 0; i < x.length; i++) {
    const weight = roots[i] * roots[i];
    w += weight;
    wx += weight * x[i];
    wy += weight * y[i];
  }
  let sxx = 0, sxy = 0;
  for (let i = 0; i < x.length; i++) {
    const weight = roots[i] * roots[i];
    sxx += weight * (x[i] - wx / w) ** 2;
    sxy += weight * (x[i] - wx / w) * (y[i] - wy / w);
  }
  const slope = sxx > 0 ? sxy / sxx : 0;
  return { level: wy / w - slope * wx / w, slope };
}
