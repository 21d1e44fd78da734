import assert from "node:assert/strict";
import { denseOptimizer, stepScalars } from "../../lib/training/dense_optimizer.ts";
import { type TrainingConfigInput, trainingConfigSchema } from "../../lib/training/training_config.ts";
import { assertClose } from "../engine/assert_close.ts";

const scalarsOf = (config: TrainingConfigInput, steps: readonly number[]) => {
  const parsed = trainingConfigSchema.parse(config);
  const all = steps.map((t) => stepScalars(parsed, t));
  return (name: keyof ReturnType<typeof stepScalars>) =>
    all.map((scalars) => {
      assert.deepEqual(scalars[name].shape, []);
      return scalars[name].data[0];
    });
};
const float32 = { relative: 1e-6 };

Deno.test("both learning rates rise linearly over the warm-up and then stay", () => {
  const of = scalarsOf({
    dense: { optimizer: { name: "sgd" }, learningRate: 0.5 },
    embedding: { optimizer: { name: "sgd" }, learningRate: 2 },
    warmupSteps: 4,
  }, [1, 2, 3, 4, 5, 1000]);
  assertClose(of("denseRate"), [0.125, 0.25, 0.375, 0.5, 0.5, 0.5], float32);
  assertClose(of("embeddingRate"), [0.5, 1, 1.5, 2, 2, 2], float32);
});

Deno.test("without a warm-up the first step has the full rate", () => {
  const of = scalarsOf({ dense: { optimizer: { name: "sgd" }, learningRate: 0.5 }, warmupSteps: 0 }, [1, 2]);
  assertClose(of("denseRate"), [0.5, 0.5], float32);
});

Deno.test("Adam's powers are beta to the number of the step", () => {
  const optimizer = { name: "adam", beta1: 0.75, beta2: 0.875 } as const;
  const of = scalarsOf({ dense: { optimizer, learningRate: 1 } }, [1, 2, 3]);
  assertClose(of("beta1Power"), [0.75, 0.5625, 0.421875], float32);
  assertClose(of("beta2Power"), [0.875, 0.765625, 0.669921875], float32);
});

Deno.test("the moving average warms up as (1 + t) / (10 + t), and none is kept without one", () => {
  assertClose(scalarsOf({ averageDecay: 0.5 }, [1, 2, 8, 9])("averageKept"), [2 / 11, 3 / 12, 0.5, 0.5], float32);
  assertClose(scalarsOf({ averageDecay: 0 }, [1, 100])("averageKept"), [0, 0], float32);
});

Deno.test("an optimiser keeps as many numbers per weight as its formula has", () => {
  const slots = (optimizer: NonNullable<TrainingConfigInput["dense"]>["optimizer"]) =>
    denseOptimizer(trainingConfigSchema.parse({ dense: { optimizer, learningRate: 1 } }).dense.optimizer).slots;
  assert.deepEqual(slots({ name: "sgd" }), {});
  assert.deepEqual(slots({ name: "adagrad", initialAccumulator: 0.25 }), { accumulator: 0.25 });
  assert.deepEqual(slots({ name: "adam" }), { m: 0, v: 0 });
  assert.deepEqual(slots({ name: "adamw" }), { m: 0, v: 0 });
});

Deno.test("both learning rates follow the schedule after the warm-up, and AdamW's powers go on", () => {
  const of = scalarsOf({
    dense: { optimizer: { name: "adamw", beta1: 0.5, beta2: 0.25 }, learningRate: 0.5 },
    embedding: { optimizer: { name: "sgd" }, learningRate: 2 },
    warmupSteps: 4,
    schedule: { name: "linear", steps: 8 },
  }, [2, 4, 6, 8, 9]);
  assertClose(of("denseRate"), [0.25, 0.5, 0.25, 0, 0], float32);
  assertClose(of("embeddingRate"), [1, 2, 1, 0, 0], float32);
  assertClose(of("beta1Power"), [1 / 4, 1 / 16, 1 / 64, 1 / 256, 1 / 512], float32);
  assertClose(of("beta2Power"), [2, 4, 6, 8, 9].map((t) => 4 ** -t), float32);
});
