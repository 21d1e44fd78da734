import assert from "node:assert/strict";
import { fitNumericTransform } from "../../lib/data/numeric_transform.ts";

const near = (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-12, `${a} is not ${b}`);

Deno.test("standardize subtracts the window's mean and divides by its population deviation", () => {
  const fit = fitNumericTransform({ column: "x", transform: "standardize" }, [2, 4, 4, 4, 5, 5, 7, 9], "mean");
  near(fit.dense(9), 2); // mean 5, deviation 2
  near(fit.dense(5), 0);
  near(fit.dense(null), 0);
});

Deno.test("log1p keeps the sign and standardizeLog1p standardizes after it", () => {
  const log = fitNumericTransform({ column: "x", transform: "log1p" }, [0], "zero");
  near(log.dense(Math.E - 1), 1);
  near(log.dense(1 - Math.E), -1);
  near(log.dense(null), 0);
  const both = fitNumericTransform({ column: "x", transform: "standardizeLog1p" }, [0, Math.exp(2) - 1], "zero");
  near(both.dense(Math.exp(2) - 1), 1); // logs 0 and 2: mean 1, deviation 1
  near(both.dense(null), -1);
});

Deno.test("a missing number is the window's mean or zero, before standardizing", () => {
  near(fitNumericTransform({ column: "x", transform: "none" }, [1, 2, 6], "mean").dense(null), 3);
  near(fitNumericTransform({ column: "x", transform: "standardize" }, [1, 3], "zero").dense(null), -2);
});

Deno.test("a column with one value in the window is centred, not divided by zero", () => {
  const fit = fitNumericTransform({ column: "x", transform: "standardize", buckets: 4 }, [3, 3, 3], "mean");
  near(fit.dense(3), 0);
  near(fit.dense(8), 5);
  assert.deepEqual([2.9, 3, 4, null].map(fit.bucket), [1, 2, 2, 0]);
});

Deno.test("buckets hold equal shares of the window and values beyond it fall in the outer ones", () => {
  const window = Array.from({ length: 100 }, (_, i) => 99 - i);
  const fit = fitNumericTransform({ column: "x", transform: "none", buckets: 4 }, window, "mean");
  const counts = [0, 0, 0, 0, 0];
  for (const value of window) counts[fit.bucket(value)]++;
  assert.deepEqual(counts, [0, 25, 25, 25, 25]);
  assert.deepEqual([-1e9, 24.9, 25, 1e9].map(fit.bucket), [1, 1, 2, 4]);
});

Deno.test("a window without values says how to go on", () => {
  assert.throws(() => fitNumericTransform({ column: "x", transform: "standardize" }, [], "zero"), {
    message: 'Cannot fit column "x": the first window has no value of it. Raise "statisticsFraction", ' +
      'or set its "transform" to "none" or "log1p" without "buckets", and "missing.numeric" to "zero".',
  });
  assert.equal(fitNumericTransform({ column: "x", transform: "none" }, [], "zero").dense(null), 0);
});
