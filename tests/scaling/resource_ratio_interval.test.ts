import assert from "node:assert/strict";
import { normal } from "../../lib/data/counter_hash.ts";
import { type Observation, resampleFits, resourceRatioInterval } from "../../lib/scaling/mod.ts";

const SEEDS = 5;
const shift = (seed: number, of = 8) => 0.02 * normal(of, seed);

/** Runs `2 (x / factor)^-0.2`, all of a seed's losses off by the same factor. */
function runs(factor: number, name = (seed: number) => seed, of = 8): Observation[] {
  return Array.from({ length: SEEDS }, (_, seed) =>
    Array.from({ length: 6 }, (_, i): Observation => ({
      x: [2 ** i],
      loss: 2 * (2 ** i / factor) ** -0.2 * Math.exp(shift(seed, of)),
      seed: name(seed),
    }))).flat();
}

const resampled = (observations: readonly Observation[], method: "seeds" | "points" = "seeds", resamples = 100) =>
  resampleFits("powerLaw", observations, { loss: "squared", method, resamples });

Deno.test("what seeds do to both schemes cancels in the ratio where both have the same seeds", () => {
  const ratio = resourceRatioInterval(resampled(runs(1)), resampled(runs(3)), 1);
  assert.ok(ratio.paired && ratio.reached === "both");
  assert.ok(Math.abs(ratio.low - 3) < 1e-8 && Math.abs(ratio.high - 3) < 1e-8);
  const drawn = resourceRatioInterval(resampled(runs(1)), resampled(runs(3)), 1, { ends: "percentile" });
  assert.ok(Math.abs(drawn.low - 3) < 1e-8 && Math.abs(drawn.high - 3) < 1e-8);
});

Deno.test("with seeds of their own the interval of the log ratio is Welch's", () => {
  const ratio = resourceRatioInterval(resampled(runs(1)), resampled(runs(3, (seed) => seed + 100, 9)), 1);
  assert.ok(!ratio.paired);
  // ln x at loss 1 is (ln 2 + shift) / 0.2, a mean over seeds
  const [meanA, errorA] = meanAndError(8), [meanB, errorB] = meanAndError(9);
  const error = Math.hypot(errorA, errorB), degrees = error ** 4 / ((errorA ** 4 + errorB ** 4) / (SEEDS - 1));
  // Student's 97.5 % quantile lies between those of 4 and of 8 degrees of freedom
  assert.ok(degrees > 4 && degrees < 8);
  const reach = Math.log(ratio.high / ratio.low) / 2 / error;
  assert.ok(reach > 2.306004135204166 && reach < 2.7764451051977987);
  assert.ok(Math.abs(Math.log(ratio.high * ratio.low) / 2 - (Math.log(3) + meanB - meanA)) < 1e-8);
});

function meanAndError(of: number): [number, number] {
  const logs = Array.from({ length: SEEDS }, (_, seed) => shift(seed, of) / 0.2);
  const mean = logs.reduce((sum, value) => sum + value) / SEEDS;
  return [mean, Math.sqrt(logs.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (SEEDS - 1) / SEEDS)];
}

Deno.test("resamples of points are independent between schemes, though both begin from the same draws", () => {
  const one = (seed: number): Observation[] =>
    Array.from({ length: 12 }, (_, i) => ({
      x: [2 ** i],
      loss: 2 * 2 ** (-0.2 * i) * Math.exp(0.01 * normal(seed, i)),
    }));
  const same = resampled(one(3), "points", 1000);
  const { low, high } = resourceRatioInterval(same, same, 1);
  assert.ok(high / low > 1.01, "a scheme beside itself, run again, is not known to be exactly as good");
});

Deno.test("schemes that never come down to the loss are told apart", () => {
  const floor = (gamma: number): Observation[] =>
    Array.from({ length: 10 }, (_, i) => ({
      x: [2 ** i],
      loss: (0.3 * 2 ** (-0.6 * i) + gamma) * Math.exp(1e-4 * normal(5, i)),
    }));
  const [low, high] = [0.6, 0.7].map((gamma) =>
    resampleFits("powerLawConstant", floor(gamma), { resamples: 60, method: "points" })
  );
  const onlyA = resourceRatioInterval(low, high, 0.65);
  assert.deepEqual([onlyA.reached, onlyA.value, onlyA.low, onlyA.high], ["only a", Infinity, Infinity, Infinity]);
  assert.deepEqual(onlyA.reaching, { a: 1, b: 0 });
  const onlyB = resourceRatioInterval(high, low, 0.65);
  assert.deepEqual([onlyB.reached, onlyB.value, onlyB.low, onlyB.high], ["only b", 0, 0, 0]);
  const neither = resourceRatioInterval(low, high, 0.5);
  assert.ok(neither.reached === "neither" && Number.isNaN(neither.value));
  assert.deepEqual([neither.low, neither.high], [0, Infinity], "nothing is known");
  assert.throws(() => resourceRatioInterval(low, high, 0), /a loss of 0/);
});
