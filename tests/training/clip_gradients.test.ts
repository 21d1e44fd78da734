import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import type { HostTensor } from "../../lib/engine/mod.ts";
import { buildModel } from "../../lib/models/mod.ts";
import { clipByGlobalNorm } from "../../lib/training/clip_gradients.ts";
import { singleWorker } from "../../lib/training/parallel_strategy.ts";
import { createTrainer } from "../../lib/training/trainer.ts";
import { trainingConfigSchema } from "../../lib/training/training_config.ts";
import { assertClose } from "../engine/assert_close.ts";
import { engine } from "../engine/open_test_engine.ts";
import { schema } from "./click_batch.ts";

// Runs on every backend (see ../engine/backends.test.ts).

/** Clips the gradients a = [3, 0] x and b = [[0], [4]] x, whose common norm is 5 |x|. */
async function clip(x: number, limit: number): Promise<number[]> {
  const step = engine.compileStep<{ x: HostTensor }>(({ x }) => {
    const { a, b } = clipByGlobalNorm({ a: tf.mul(x, [3, 0]), b: tf.mul(x, [[0], [4]]) }, limit);
    return { a, b };
  }, { name: "clip" });
  const { a, b } = await step.run({ x: { data: Float32Array.of(x), shape: [] } });
  step.dispose();
  return [...a, ...b];
}

Deno.test(`gradients are scaled to the limit by their common norm, and left alone within it, on ${engine.name}`, async () => {
  assertClose(await clip(2, 5), [3, 0, 0, 4], { relative: 1e-6 }); // norm 10, halved
  assertClose(await clip(-1, 0.5), [-0.3, 0, 0, -0.4], { relative: 1e-6 });
  assert.deepEqual(await clip(1, 5), [3, 0, 0, 4]);
  assert.deepEqual(await clip(0.5, 5), [1.5, 0, 0, 2]);
  assert.deepEqual(await clip(0, 5), [0, 0, 0, 0]);
});

Deno.test(`a limit on the norm is refused where a worker keeps parts of parameters, on ${engine.name}`, () => {
  const halves = { ...singleWorker, name: "halves", shard: () => ({ shape: [1], from: 0 }) };
  const config = trainingConfigSchema.parse({
    dense: { optimizer: { name: "sgd" }, learningRate: 0.1, clipNorm: 1 },
  });
  const model = buildModel({ kind: "mlp", dim: 4, hidden: [6] }, schema);
  assert.throws(
    () => createTrainer({ engine, model, schema, config, seed: 1, strategy: halves }),
    /Cannot clip by the global norm with strategy "halves": this worker keeps a part of overarch\/0\/weights/,
  );
});
