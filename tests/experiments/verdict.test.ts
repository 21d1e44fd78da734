import assert from "node:assert/strict";
import { type Estimate, estimate, pairedPercent } from "../../lib/experiments/paired.ts";
import { describePercent, judgeReduction } from "../../lib/experiments/verdict.ts";

const between = (low: number, high: number): Estimate => ({
  mean: (low + high) / 2,
  standardError: (high - low) / 4,
  low,
  high,
  count: 8,
});

Deno.test("estimate gives the textbook interval of Student's sleep data", () => {
  // Student (1908): extra sleep of ten patients under drug 2 minus drug 1; t = 4.0621 on 9 degrees, mean 1.58,
  // 95 % interval 0.7001 to 2.4599 (R: t.test(extra ~ group, data = sleep, paired = TRUE))
  const extra = [1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4];
  const { mean, low, high, standardError } = estimate(extra);
  assert.ok(Math.abs(mean - 1.58) < 1e-12);
  assert.ok(Math.abs(mean / standardError - 4.0621) < 1e-4);
  assert.ok(Math.abs(low - 0.7001142) < 1e-6 && Math.abs(high - 2.4598858) < 1e-6);
});

Deno.test("a single value has no interval", () => {
  const { low, high } = estimate([3]);
  assert.deepEqual([low, high], [-Infinity, Infinity]);
  assert.match(describePercent(estimate([3])), /one pair: no interval/);
});

Deno.test("runs that do not pair up are refused", () => {
  assert.throws(() => pairedPercent([1, 2], [1]), /Cannot pair 2 runs with 1/);
});

Deno.test("a reduction is reproduced only when the effect is clear and the control shows none", () => {
  const effect = between(-3, -2), none = between(-0.2, 0.3), gain = between(1, 4);
  assert.equal(judgeReduction(effect, none, between(-3, -2), 0.5), "reproduced");
  assert.equal(judgeReduction(effect, gain, between(-7, -3), 0.5), "reproduced");
});

Deno.test("a reduction that the control shows as well is only partly reproduced", () => {
  assert.equal(judgeReduction(between(-3, -2), between(-3, -2), between(-0.5, 0.5), 0.5), "partly");
});

Deno.test("runs too few to tell leave a claim undecided, also when it is the control that cannot tell", () => {
  assert.equal(judgeReduction(between(-5, 1), between(-0.2, 0.2), between(-5, 1), 0.5), "undecided");
  assert.equal(judgeReduction(between(-3, -2), between(-9, 9), between(-12, 8), 0.5), "undecided");
  assert.equal(judgeReduction(estimate([-3]), estimate([0]), estimate([-3]), 0.5), "undecided");
});

Deno.test("an increase beyond doubt is not reproduced", () => {
  assert.equal(judgeReduction(between(1, 2), between(-0.1, 0.1), between(1, 2), 0.5), "not reproduced");
});
