import assert from "node:assert/strict";
import { rateFactor, type RateSchedule } from "../../lib/training/rate_schedule.ts";
import { type TrainingConfigInput, trainingConfigSchema } from "../../lib/training/training_config.ts";
import { canonicalJson } from "../../lib/experiments/run_config.ts";
import { assertClose } from "../engine/assert_close.ts";

const factors = (schedule: RateSchedule, warmupSteps: number, steps: readonly number[]) =>
  steps.map((t) => rateFactor(schedule, warmupSteps, t));
const exact = { absolute: 1e-15 };

Deno.test("every schedule rises linearly over the warm-up and is at its full rate where that ends", () => {
  const schedules: RateSchedule[] = [
    { name: "constant" },
    { name: "linear", steps: 100, finalFraction: 0 },
    { name: "cosine", steps: 100, finalFraction: 0 },
    { name: "inverseSquareRoot" },
  ];
  for (const schedule of schedules) {
    assert.deepEqual(factors(schedule, 4, [1, 2, 3, 4]), [0.25, 0.5, 0.75, 1], schedule.name);
    assert.deepEqual(factors(schedule, 0, [1]), [1], `${schedule.name} without a warm-up`);
  }
});

Deno.test("a constant schedule stays", () => {
  assert.deepEqual(factors({ name: "constant" }, 4, [5, 1e9]), [1, 1]);
});

Deno.test("a linear schedule falls by equal steps to its final share and stays there", () => {
  const linear = { name: "linear", steps: 12, finalFraction: 0.2 } as const;
  assertClose(factors(linear, 2, [2, 3, 7, 11, 12, 13, 500]), [1, 0.92, 0.6, 0.28, 0.2, 0.2, 0.2], exact);
});

Deno.test("a cosine schedule is half-way at half time, a quarter turn at a quarter, and stays at its end", () => {
  const cosine = { name: "cosine", steps: 14, finalFraction: 0 } as const;
  const quarter = (1 + Math.SQRT1_2) / 2;
  assertClose(factors(cosine, 2, [2, 5, 8, 11, 14, 20]), [1, quarter, 0.5, 1 - quarter, 0, 0], exact);
  assertClose(factors({ ...cosine, finalFraction: 0.5 }, 2, [8, 14]), [0.75, 0.5], exact);
});

Deno.test("an inverse square root schedule halves when the steps quadruple", () => {
  assertClose(factors({ name: "inverseSquareRoot" }, 25, [25, 100, 400, 2500]), [1, 0.5, 0.25, 0.1], exact);
  assertClose(factors({ name: "inverseSquareRoot" }, 0, [1, 4, 100]), [1, 0.5, 0.1], exact);
});

Deno.test("a config that can mean nothing is refused with the reason", () => {
  const dense = { optimizer: { name: "sgd" }, learningRate: 1 } as const;
  const embedding = { optimizer: { name: "sgd" }, learningRate: 1 } as const;
  const refused: [TrainingConfigInput, RegExp][] = [
    [{ warmupSteps: 50, schedule: { name: "cosine", steps: 50 } }, /until step 50: the warm-up ends at step 50/],
    [{ averageDecay: 0, embedding: { ...embedding, averageMaxRows: 10 } }, /Cannot average tables with averageDecay 0/],
    [
      { embedding: { ...embedding, averageMaxRows: 200_000 } },
      /touches every row at every step\. Wanted at most 100000/,
    ],
    [{ dense: { ...dense, clipNorm: 0 } }, /clipNorm/],
    [{ schedule: { name: "linear", steps: 99, finalFraction: 1.5 } }, /finalFraction/],
  ];
  for (const [config, message] of refused) assert.throws(() => trainingConfigSchema.parse(config), message);
});

Deno.test("a config without the optional settings reads as it did before there were any, so run names stay", () => {
  const adagrad = { name: "rowwiseAdagrad", initialAccumulator: 0, epsilon: 1e-8 };
  assert.equal(
    canonicalJson(trainingConfigSchema.parse({})),
    canonicalJson({
      batchSize: 1024,
      dense: { optimizer: { name: "adam", beta1: 0.9, beta2: 0.999, epsilon: 1e-8 }, learningRate: 2e-3 },
      embedding: { optimizer: adagrad, learningRate: 0.2 },
      warmupSteps: 51,
      averageDecay: 0.99,
    }),
  );
});
