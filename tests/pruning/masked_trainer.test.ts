import assert from "node:assert/strict";
import { uniform } from "../../lib/data/counter_hash.ts";
import { engine } from "../engine/open_test_engine.ts";
import { buildModel } from "../../lib/models/build_model.ts";
import type { Model } from "../../lib/models/block.ts";
import { globalMask } from "../../lib/pruning/global_mask.ts";
import { type MaskSet, prunableMatrices, sizeOf } from "../../lib/pruning/mask.ts";
import { createMaskedTrainer, type MaskedTrainer } from "../../lib/pruning/masked_trainer.ts";
import { createTrainer } from "../../lib/training/trainer.ts";
import { trainingConfigSchema } from "../../lib/training/training_config.ts";
import { clickBatch, schema } from "../training/click_batch.ts";

const model = buildModel({ kind: "mlp", dim: 8, hidden: [32, 16] }, schema);
const matrices = prunableMatrices(model);

function drawMask(sparsity: number, seed: number): MaskSet {
  const scores = Object.fromEntries(matrices.map((matrix, l) => [
    matrix.name,
    Float32Array.from({ length: sizeOf(matrix) }, (_, k) => uniform(seed, l, k)),
  ]));
  return globalMask(matrices, scores, { criterion: "random", sparsity, derivedAt: 0 });
}

const optimizers = {
  sgd: { optimizer: { name: "sgd" }, learningRate: 0.1 },
  adagrad: { optimizer: { name: "adagrad" }, learningRate: 0.02 },
  adam: { optimizer: { name: "adam" }, learningRate: 5e-3 },
  adamw: { optimizer: { name: "adamw" }, learningRate: 5e-3 },
} as const;

const configOf = (name: keyof typeof optimizers) =>
  trainingConfigSchema.parse({ batchSize: 128, warmupSteps: 0, dense: optimizers[name] });
const masked = (name: keyof typeof optimizers, of: Model = model): MaskedTrainer =>
  createMaskedTrainer({ engine, model: of, schema, config: configOf(name), seed: 4 });

async function train({ trainer }: Pick<MaskedTrainer, "trainer">, from: number, to: number): Promise<void> {
  for (let k = from; k < to; k++) await trainer.step(clickBatch(128, k));
}

for (const optimizer of ["sgd", "adagrad", "adam", "adamw"] as const) {
  Deno.test(`a removed weight is exactly 0 for ever, through refreshes, under ${optimizer}`, async () => {
    const model = masked(optimizer);
    await train(model, 0, 4);
    for (const [round, sparsity] of [0.5, 0.8, 0.9].entries()) {
      const mask = drawMask(sparsity, round);
      await model.setMask(mask);
      model.resetObservation();
      await train(model, 4 + 3 * round, 7 + 3 * round);
      const { arrays } = await model.trainer.state();
      const { gradient } = await model.observation();
      for (const { name, kept } of mask.layers) {
        for (const [key, values] of Object.entries(arrays)) {
          if (!key.startsWith(name)) continue;
          const wrong = [...kept.keys()].find((k) => kept[k] === 0 && values[k] !== 0);
          assert.equal(wrong, undefined, `${key}[${wrong}] is not 0`);
        }
        const stuck = [...kept.keys()].find((k) => kept[k] === 1 && gradient[name][k] !== 0 && arrays[name][k] === 0);
        assert.equal(stuck, undefined, `${name}[${stuck}] is kept, got gradients and is still 0`);
      }
    }
    model.dispose();
  });
}

Deno.test("what is observed is the gradient by effective weights: what a dense model with zeros would descend", async () => {
  const model = masked("sgd");
  const mask = drawMask(0.7, 1);
  await model.setMask(mask);
  const before = await model.trainer.state();
  const batch = clickBatch(128, 9);
  const loss = await model.trainer.observe(batch);
  const seen = await model.observation();
  assert.deepEqual((await model.trainer.state()).arrays, before.arrays); // nothing was updated

  const dense = createTrainer({
    engine,
    model: buildModel({ kind: "mlp", dim: 8, hidden: [32, 16] }, schema),
    schema,
    config: configOf("sgd"),
    seed: 4,
  });
  dense.restore(before);
  assert.equal(await dense.step(batch), loss);
  const after = (await dense.state()).arrays;
  assert.equal(seen.steps, 1);
  let masked0 = 0;
  for (const { name, kept } of mask.layers) {
    for (const [k, bit] of kept.entries()) {
      const w = before.arrays[name][k], g = (w - after[name][k]) / 0.1;
      assert.ok(Math.abs(seen.gradient[name][k] - g) < 2e-6, `${name}[${k}]: ${seen.gradient[name][k]}, wanted ${g}`);
      assert.ok(Math.abs(seen.product[name][k] - w * g) < 2e-6);
      assert.ok(Math.abs(seen.sensitivity[name][k] - Math.abs(w * g)) < 2e-6);
      if (bit === 0 && seen.gradient[name][k] !== 0) masked0++;
    }
  }
  assert.ok(masked0 > 100, `${masked0} masked weights have a gradient to grow by`);
  model.dispose();
  dense.dispose();
});

Deno.test("observing while training changes nothing in training, and sums over its steps", async () => {
  const model = masked("adam");
  const mask = drawMask(0.6, 2);
  await model.setMask(mask);
  const plain = createTrainer({
    engine,
    model: buildModel({ kind: "mlp", dim: 8, hidden: [32, 16] }, schema),
    schema,
    config: configOf("adam"),
    seed: 4,
    masks: new Map(mask.layers.map(({ name, shape, kept }) => [
      name,
      engine.variable(`plain/${name}`, shape, Float32Array.from(kept)),
    ])),
  });
  plain.restore(await model.trainer.state());
  const wanted = Object.fromEntries(matrices.map((matrix) => [matrix.name, new Float64Array(sizeOf(matrix))]));
  for (let k = 0; k < 5; k++) {
    const batch = clickBatch(128, k);
    model.resetObservation();
    await model.trainer.observe(batch);
    const { gradient } = await model.observation();
    for (const [name, values] of Object.entries(gradient)) for (const [i, g] of values.entries()) wanted[name][i] += g;
    assert.equal(await model.trainer.step(batch), await plain.step(batch));
  }
  assert.deepEqual(await model.trainer.state(), await plain.state());

  const again = masked("adam");
  await again.setMask(mask);
  await train(again, 0, 5);
  const { steps, gradient } = await again.observation();
  assert.equal(steps, 5);
  for (const { name } of matrices) {
    for (const [i, g] of gradient[name].entries()) assert.ok(Math.abs(g - wanted[name][i]) < 1e-5);
  }
  for (const one of [model, again, plain]) one.dispose();
});

Deno.test("a new mask compiles nothing again, and a revived weight's squares begin at the mean of those that stay", async () => {
  let calls = 0;
  const counted = { ...model, logits: (...args: Parameters<Model["logits"]>) => (calls++, model.logits(...args)) };
  const pruned = masked("adam", counted);
  const [first, second] = [drawMask(0.6, 5), drawMask(0.6, 6)];
  await pruned.setMask(first);
  await train(pruned, 0, 3);
  const recorded = calls;
  const before = (await pruned.trainer.state()).arrays;
  await pruned.setMask(second);
  const after = (await pruned.trainer.state()).arrays;
  const { name } = matrices[0];
  const [was, is] = [first.layers[0].kept, second.layers[0].kept];
  const staying = [...is.keys()].filter((k) => was[k] === 1 && is[k] === 1);
  const mean = staying.reduce((sum, k) => sum + before[`${name}/v`][k], 0) / staying.length;
  for (const [k, kept] of is.entries()) {
    const [w, m, v] = [name, `${name}/m`, `${name}/v`].map((key) => after[key][k]);
    if (!kept) assert.deepEqual([w, m, v], [0, 0, 0]);
    else if (was[k]) assert.deepEqual([w, v], [before[name][k], before[`${name}/v`][k]]);
    else assert.deepEqual([w, m, Math.fround(v)], [0, 0, Math.fround(mean)]);
  }
  await train(pruned, 3, 5);
  if (engine.name === "tensorflow") assert.equal(calls, recorded);
  assert.equal(pruned.mask, second);
  pruned.dispose();
});

Deno.test("observing needs an observer, and an observer needs masks", async () => {
  const options = { engine, model, schema, config: configOf("sgd"), seed: 1 };
  const plain = createTrainer(options);
  await assert.rejects(
    plain.observe(clickBatch(8, 1)),
    /Cannot observe the gradients of MLP: its trainer has no observer/,
  );
  assert.throws(() => createTrainer({ ...options, observer: () => {} }), /strategy "single" and no masks/);
  plain.dispose();
});
