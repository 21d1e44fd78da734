import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import type { EmbeddingIds, HostTensor } from "../../lib/engine/mod.ts";
import { hash } from "../../lib/data/counter_hash.ts";
import { buildModel } from "../../lib/models/mod.ts";
import { createTrainer } from "../../lib/training/trainer.ts";
import { trainingConfigSchema } from "../../lib/training/training_config.ts";
import { clickBatch, schema } from "../training/click_batch.ts";
import { engine, onTensorFlow } from "./open_test_engine.ts";

// Runs on every backend (see backends.test.ts).

Deno.test(`300 steps leave nothing behind, on ${engine.name}`, async () => {
  const batch = 512, width = onTensorFlow ? 256 : 8, rows = 1000;
  const table = engine.embeddingTable({
    name: "rows",
    fieldRows: [rows],
    dim: width,
    optimizer: { name: "rowwiseAdagrad", initialAccumulator: 0.1, epsilon: 1e-8 },
    fill: (out) => out.fill(0.01),
  });
  const w = engine.variable("w", [width], new Float32Array(width).fill(0.1));
  const a = engine.variable("a", [width], new Float32Array(width).fill(0.1));
  const step = engine.compileStep<{ ids: EmbeddingIds; x: HostTensor }>(({ ids, x }) => {
    const loss = (e: tf.Tensor, w: tf.Tensor) =>
      tf.mean(tf.square(tf.sub(tf.mul(tf.reshape(e, [batch, width]), w), x))) as tf.Scalar;
    const { value, grads } = tf.valueAndGrads(loss)([table.lookup(ids), w.value()]);
    const rate = tf.scalar(0.01);
    engine.updates.adagrad(w, a, rate, 1e-8, grads[1]);
    table.update(ids, grads[0], rate);
    return { loss: value, x: tf.mul(x, 2) };
  }, { name: "leaks?" });
  const run = async (t: number) => {
    const ids = table.ids(Int32Array.from({ length: batch }, (_, i) => hash(t, i) % rows));
    const { loss } = await step.run({
      ids,
      x: { data: new Float32Array(batch * width).fill(1), shape: [batch, width] },
    });
    assert.ok(Number.isFinite(loss[0]));
  };
  for (let t = 0; t < 60; t++) await run(t); // allocators and the compiler settle
  const tensors = engine.tensorCount(), memory = Deno.memoryUsage().rss;
  for (let t = 0; t < 300; t++) await run(t);
  assert.equal(engine.tensorCount(), tensors);
  // TensorFlow's memory is its own: one input or result forgotten at every step would be 300 x 512 kB = 157 MB.
  // Elsewhere tensors are JavaScript's, whose garbage goes when it likes, and their count says all.
  const grown = (Deno.memoryUsage().rss - memory) / 1e6;
  if (onTensorFlow) assert.ok(grown < 80, `the process has grown by ${grown.toFixed(0)} MB`);
  [step, w, a, table].forEach((owned) => owned.dispose());
});

Deno.test(`what is disposed gives all its tensors back, on ${engine.name}`, async () => {
  const before = engine.tensorCount();
  const v = engine.variable("v", [2], Float32Array.of(1, 2));
  const table = engine.embeddingTable({
    name: "rows",
    fieldRows: [3],
    dim: 2,
    optimizer: { name: "adagrad", initialAccumulator: 0.1, epsilon: 1e-8 },
    fill: (out) => out.fill(1),
  });
  const step = engine.compileStep<{ ids: EmbeddingIds }>(
    ({ ids }) => ({ y: tf.add(table.lookup(ids), v.value()) }),
    { name: "sum" },
  );
  assert.deepEqual([...(await step.run({ ids: table.ids(Int32Array.of(1)) })).y], [2, 3]);
  await v.read();
  await table.read();
  [step, v, table].forEach((owned) => owned.dispose());
  assert.equal(engine.tensorCount(), before);
});

const steps = onTensorFlow ? 10_000 : 500; // the others run op by op, and their tensors are JavaScript's

Deno.test(`${steps} training steps leave nothing behind, nor does a trainer that is disposed, on ${engine.name}`, async () => {
  const untouched = engine.tensorCount();
  const model = buildModel({ kind: "dlrm", dim: 8, bottom: [16], overarch: [16] }, schema);
  const config = trainingConfigSchema.parse({
    dense: { optimizer: { name: "adamw" }, learningRate: 1e-3, clipNorm: 1 },
    embedding: { optimizer: { name: "rowwiseAdagrad" }, learningRate: 0.1, averageMaxRows: 7 },
    schedule: { name: "cosine", steps: 12_000 },
  });
  const trainer = createTrainer({ engine, model, schema, config, seed: 1 });
  const batches = Array.from({ length: 8 }, (_, t) => clickBatch(t === 7 ? 100 : 256, t));
  const bad = { ...batches[0], labels: new Float32Array(256).fill(NaN) };
  const run = async (from: number, to: number) => {
    for (let t = from; t < to; t++) {
      await trainer.step(batches[t % 8]);
      if (t % 10 === 0) await trainer.predict(batches[t % 8]);
      if (t % 500 === 0) await assert.rejects(trainer.step(bad), { name: "Diverged" });
    }
  };
  const settle = steps / 10; // allocators and the compiler
  await run(0, settle);
  const tensors = engine.tensorCount(), memory = Deno.memoryUsage().rss;
  await run(settle, steps);
  assert.equal(engine.tensorCount(), tensors);
  // one input or result of 256 numbers or ids forgotten at every step would be 9 MB, the rows of a batch 220 MB
  const grown = (Deno.memoryUsage().rss - memory) / 1e6;
  if (onTensorFlow) assert.ok(grown < 25, `the process has grown by ${grown.toFixed(0)} MB`);
  trainer.dispose();
  assert.equal(engine.tensorCount(), untouched);
});
