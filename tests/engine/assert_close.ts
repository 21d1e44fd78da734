import assert from "node:assert/strict";

/**
 * Asserts `|actual - expected| <= relative |expected| + absolute` for every element, and equal lengths.
 * NaN is close to nothing.
 */
export function assertClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  { relative = 0, absolute = 0, what = "values" }: { relative?: number; absolute?: number; what?: string },
): void {
  assert.equal(actual.length, expected.length, `${what}: number of elements`);
  for (let i = 0; i < expected.length; i++) {
    const limit = relative * Math.abs(expected[i]) + absolute;
    const error = Math.abs(actual[i] - expected[i]);
    assert.ok(error <= limit, `${what}[${i}]: ${actual[i]}, wanted ${expected[i]} within ${limit}`);
  }
}
