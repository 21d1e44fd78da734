/**
 * Central differences `(f(x + h e_i) - f(x - h e_i)) / 2h` of a function of arrays, for each of its arrays, in double
 * precision. With h = 1e-5 the truncation error is about 1e-10 and the rounding error about 1e-11 for values near 1.
 */
export function numericGradient(f: (...x: Float64Array[]) => number, at: readonly Float64Array[]): Float64Array[] {
  const h = 1e-5;
  return at.map((original, which) => {
    const valueAt = (i: number, shift: number) =>
      f(...at.map((x, k) => k === which ? x.with(i, original[i] + shift) : x));
    return original.map((_, i) => (valueAt(i, h) - valueAt(i, -h)) / (2 * h));
  });
}
