import assert from "node:assert/strict";
import type { Batch } from "../../lib/data/batch.ts";
import type { Schema } from "../../lib/data/schema.ts";
import { buildModel, type ModelConfigInput, modelConfigSchema } from "../../lib/models/mod.ts";
import { createTrainer } from "../../lib/training/trainer.ts";
import { type TrainingConfigInput, trainingConfigSchema } from "../../lib/training/training_config.ts";
import { uniform } from "../../lib/data/counter_hash.ts";
import { assertClose } from "../engine/assert_close.ts";
import { engine } from "../engine/open_test_engine.ts";
import { clickBatch, schema } from "../training/click_batch.ts";
import { type PlainConfig, plainLogits } from "./plain_forward.ts";

// Runs on every backend (see ../engine/backends.test.ts).

/** Those whose formula stands in plain_forward.ts. */
const models: ModelConfigInput[] = [
  { kind: "dlrm", dim: 4, bottom: [8], overarch: [16, 8] },
  { kind: "mlp", dim: 4, hidden: [16, 8] },
  { kind: "logisticRegression" },
  { kind: "advancedDlrm", dim: 4, bottom: [8], overarch: [16, 8] },
  { kind: "mixtureOfExperts", dim: 4, bottom: [8], experts: 3, overarch: [16, 8] },
  {
    kind: "dhen",
    dim: 4,
    bottom: [8],
    layers: [
      { repeat: 2, modules: [{ kind: "advancedDlrm", hidden: [12] }, { kind: "linear" }] },
      { modules: [{ kind: "selfAttention", heads: 2, hidden: 6 }, { kind: "convolution" }], ensemble: "concat" },
      {
        modules: [{ kind: "deepCross", form: "flat", tokens: 3 }, { kind: "deepCross", form: "literal", tokens: 3 }],
        ensemble: "weightedSum",
        norm: "token",
      },
    ],
    overarch: [16, 8],
  },
];
/** Those whose formula is compared in models_torch.test.ts. */
const peers: ModelConfigInput[] = [
  { kind: "dcnV2", dim: 4, crossLayers: 2, rank: 3, structure: "parallel", hidden: [16, 8] },
  {
    kind: "wukong",
    dim: 4,
    bottom: [8],
    layers: 2,
    fmTokens: 2,
    linearTokens: 2,
    rank: 2,
    fmHidden: [12],
    overarch: [16, 8],
  },
  {
    kind: "maskNet",
    dim: 4,
    bottom: [8],
    structure: "parallel",
    maskBlocks: 2,
    width: 8,
    maskHidden: 12,
    overarch: [16, 8],
  },
  { kind: "finalMlp", dim: 4, streams: [[16, 8], [16, 8]], heads: 2 },
];
const schemas: Schema[] = [schema, { ...schema, name: "no columns", dense: [] }];

const constantRates: TrainingConfigInput = {
  dense: { optimizer: { name: "adam" }, learningRate: 0.01 },
  embedding: { optimizer: { name: "rowwiseAdagrad" }, learningRate: 0.1 },
  warmupSteps: 0,
  averageDecay: 0,
};

function trainerOf(model: ModelConfigInput, of: Schema, config = constantRates) {
  return createTrainer({
    engine,
    model: buildModel(model, of),
    schema: of,
    config: trainingConfigSchema.parse(config),
    seed: 3,
  });
}

/** The examples of a batch that `at` names, in that order. */
function examples(batch: Batch, of: Schema, at: readonly number[]): Batch {
  const rows = <T extends Float32Array | Int32Array>(values: T, width: number) =>
    at.flatMap((b) => [...values.slice(b * width, (b + 1) * width)]);
  return {
    size: at.length,
    ids: Int32Array.from(rows(batch.ids, of.fields.length)),
    dense: Float32Array.from(rows(batch.dense, of.dense.length)),
    labels: Float32Array.from(rows(batch.labels, 1)),
    times: Float64Array.from(at),
  };
}

for (const model of [...models, ...peers]) {
  for (const of of schemas) {
    const title = `${model.kind} on ${of.name}`;

    if (models.includes(model)) {
      Deno.test(`${title}: logits are the formula in the model's file, on ${engine.name}`, async () => {
        const config = modelConfigSchema.parse(model) as PlainConfig;
        const trainer = trainerOf(model, of);
        for (let t = 0; t < 10; t++) await trainer.step(clickBatch(32, t, of)); // so that no weight is still 0
        const batch = clickBatch(19, 100, of);
        const { arrays } = await trainer.state();
        const logits = await trainer.predict(batch);
        assertClose(logits, plainLogits(config, arrays, batch, of), { relative: 5e-6, absolute: 2e-6, what: "logit" });
        assert.ok(new Set(logits).size > 15, "they depend on the example");
        trainer.dispose();
      });
    }

    Deno.test(`${title}: an example's logit depends on no other example, nor on their order, on ${engine.name}`, async () => {
      const trainer = trainerOf(model, of);
      for (let t = 0; t < 3; t++) await trainer.step(clickBatch(32, t, of));
      const batch = clickBatch(6, 100, of), tolerance = { relative: 1e-6, absolute: 1e-6 };
      const logits = await trainer.predict(batch);
      const order = [4, 0, 5, 2, 1, 3];
      assertClose(await trainer.predict(examples(batch, of, order)), order.map((b) => logits[b]), tolerance);
      assertClose(await trainer.predict(examples(batch, of, [2])), [logits[2]], tolerance);
      trainer.dispose();
    });
  }
}

for (const model of [...models, ...peers].filter(({ kind }) => kind !== "logisticRegression")) {
  Deno.test(`a ${model.kind} learns a batch with random labels by heart, on ${engine.name}`, async () => {
    const trainer = trainerOf(model, schema);
    const batch = clickBatch(32, 1);
    const labels = Float32Array.from({ length: 32 }, (_, b) => uniform(5, b) < 0.5 ? 1 : 0);
    let loss = Infinity, steps = 0;
    for (; loss > 0.01 && steps < 400; steps++) loss = await trainer.step({ ...batch, labels });
    assert.ok(loss <= 0.01, `loss ${loss} after ${steps} steps; of chance it is 0.69`);
    const logits = await trainer.predict(batch);
    logits.forEach((logit, b) => assert.equal(logit > 0 ? 1 : 0, labels[b]));
    trainer.dispose();
  });
}

Deno.test(`logistic regression starts at ln 2 and learns what its fields say, on ${engine.name}`, async () => {
  const trainer = trainerOf({ kind: "logisticRegression" }, schema, {
    ...constantRates,
    dense: { optimizer: { name: "sgd" }, learningRate: 0.5 },
    embedding: { optimizer: { name: "sgd" }, learningRate: 5 },
  });
  const losses: number[] = [];
  for (let t = 0; t < 60; t++) losses.push(await trainer.step(clickBatch(256, t)));
  assertClose([losses[0]], [Math.LN2], { relative: 1e-5 }); // a backend may add up the 256 losses one by one
  const last = losses.slice(-10).reduce((a, b) => a + b) / 10;
  assert.ok(last < 0.5, `mean loss ${last} of the last ten batches`);
  trainer.dispose();
});
