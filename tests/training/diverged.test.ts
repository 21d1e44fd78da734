import assert from "node:assert/strict";
import type { Batch, Dataset, ReadOptions } from "../../lib/data/batch.ts";
import { buildModel, type ModelConfig } from "../../lib/models/mod.ts";
import type { Checkpoint } from "../../lib/training/checkpoint.ts";
import { Diverged } from "../../lib/training/diverged.ts";
import { trainOnePass } from "../../lib/training/one_pass.ts";
import { createTrainer, type Trainer } from "../../lib/training/trainer.ts";
import { trainingConfigSchema } from "../../lib/training/training_config.ts";
import { engine } from "../engine/open_test_engine.ts";
import { clickBatch, schema } from "./click_batch.ts";

// Runs on every backend (see ../engine/backends.test.ts).

const config = trainingConfigSchema.parse({
  batchSize: 32,
  warmupSteps: 2,
  embedding: { optimizer: { name: "adagrad" }, learningRate: 0.1, averageMaxRows: 7 },
});
const dlrm: ModelConfig = { kind: "dlrm", dim: 4, bottom: [8], overarch: [16] };
const newTrainer = (): Trainer => createTrainer({ engine, model: buildModel(dlrm, schema), schema, config, seed: 1 });

/** A trainer after three good steps, with some of its numbers replaced. */
async function trainerWith(change: Readonly<Record<string, (values: Float32Array) => void>>): Promise<Trainer> {
  const trainer = newTrainer();
  for (let t = 0; t < 3; t++) await trainer.step(clickBatch(32, t));
  const state = await trainer.state();
  for (const [name, edit] of Object.entries(change)) edit(state.arrays[name]);
  trainer.restore(state);
  return trainer;
}

const cases: { what: string; change: Parameters<typeof trainerWith>[0]; batch?: (b: Batch) => void; where: RegExp }[] =
  [
    {
      what: "a numeric column",
      change: {},
      batch: ({ dense }) => dense[5 * 2 + 1] = NaN,
      where: /numeric column "y", 1 of 64 values, the first in example 5: NaN/,
    },
    {
      what: "a label",
      change: {},
      batch: ({ labels }) => labels[7] = NaN,
      where: /the labels, 1 of 32 values, the first in example 7: NaN/,
    },
    {
      what: "a parameter",
      change: { "overarch/0/bias": (b) => b[3] = NaN, "bottom/0/bias": (b) => b[0] = NaN },
      where: /parameter "overarch\/0\/bias", 1 of 16 values, the first at position 3: NaN/,
    },
    {
      what: "the embeddings of a field",
      change: { "embeddings/weights": (w) => w.fill(NaN, 7 * 4, 18 * 4) },
      where: /the embedding of field "b", 128 of 384 values, the first in example 0: NaN/,
    },
    {
      what: "the output of a block whose parameters are finite",
      change: { "bottom/1/weights": (w) => w.fill(3e38) },
      where: /the output of block "bottom", \d+ of 128 values, the first in example \d+: Infinity/,
    },
    {
      what: "the output of a later block",
      change: { "embeddings/weights": (w) => w.fill(3e25) },
      where: /the output of block "interaction", \d+ of 192 values, the first in example 0: Infinity/,
    },
  ];

for (const { what, change, batch, where } of cases) {
  Deno.test(`a loss that is not finite leads to ${what}, and nothing changes, on ${engine.name}`, async () => {
    const trainer = await trainerWith(change);
    const before = await trainer.state(), tensors = engine.tensorCount();
    const bad = clickBatch(32, 3);
    batch?.(bad);
    await assert.rejects(trainer.step(bad), (error: Error) => {
      assert.ok(error instanceof Diverged);
      assert.match(error.message, /^Training of DLRM diverged at step 4: the loss is (NaN|Infinity)\. /);
      assert.match(error.where ?? "", where);
      assert.ok(error.message.includes(error.where!));
      assert.equal(error.step, 4);
      return true;
    });
    assert.equal(trainer.steps, 3);
    assert.deepEqual(await trainer.state(), before, "neither parameters nor slots, averages or tables have changed");
    assert.equal(engine.tensorCount(), tensors);
    trainer.dispose();
  });
}

Deno.test(`training goes on after a bad batch as if it had not come, bit for bit, on ${engine.name}`, async () => {
  const trainer = await trainerWith({}), undisturbed = await trainerWith({});
  const bad = clickBatch(32, 3);
  bad.labels.fill(NaN); // not a column: the ReLU of wasm makes 0 of NaN
  await assert.rejects(trainer.step(bad), { name: "Diverged" });
  for (let t = 4; t < 8; t++) {
    assert.equal(await trainer.step(clickBatch(32, t)), await undisturbed.step(clickBatch(32, t)));
  }
  assert.deepEqual(await trainer.state(), await undisturbed.state());
  [trainer, undisturbed].forEach((owned) => owned.dispose());
});

/** 20 batches; batch `bad` has a column that is not a number. */
function datasetWith(bad: number): Dataset {
  const read = async function* ({ from = 0 }: ReadOptions) {
    for (let t = from / 32; t < 20; t++) {
      const batch = clickBatch(32, t);
      if (t === bad) batch.dense[0] = NaN;
      yield await Promise.resolve(batch);
    }
  };
  return { schema, train: { schema, examples: 640, read }, description: "test" };
}

function storeOf(saved: Checkpoint[]) {
  return {
    save: (checkpoint: Checkpoint) => Promise.resolve(void saved.push(structuredClone(checkpoint))),
    latest: () => Promise.resolve(saved.at(-1) ?? null),
    clear: () => Promise.resolve(),
  };
}

const scoring = { windowExamples: 64, warmupFraction: 0 };

Deno.test(`a diverging pass names step and tensor, and goes on from its last good checkpoint, on ${engine.name}`, async () => {
  const saved: Checkpoint[] = [], checkpoints = storeOf(saved);
  const first = newTrainer();
  await assert.rejects(
    trainOnePass({ trainer: first, dataset: datasetWith(13), scoring, checkpoints, checkpointSeconds: 0 }),
    { name: "Diverged", message: /DLRM diverged at step 14: the loss is NaN\..*numeric column "x".*in example 0: NaN/ },
  );
  first.dispose();
  assert.equal(saved.at(-1)?.examples, 12 * 32);
  for (const { arrays } of saved) for (const values of Object.values(arrays)) assert.ok(values.every(Number.isFinite));

  const resumed = newTrainer(), straight = newTrainer();
  const { windows } = await trainOnePass({ trainer: resumed, dataset: datasetWith(-1), scoring, checkpoints });
  const expected = await trainOnePass({ trainer: straight, dataset: datasetWith(-1), scoring });
  assert.deepEqual(windows, expected.windows);
  [resumed, straight].forEach((owned) => owned.dispose());
});

Deno.test(`a state that is not finite is never saved over a good one, on ${engine.name}`, async () => {
  const saved: Checkpoint[] = [];
  const inner = newTrainer();
  const broken: Trainer = {
    ...inner,
    get steps() {
      return inner.steps;
    },
    async state() {
      const state = await inner.state();
      if (inner.steps > 8) state.arrays["bottom/0/bias/m"][0] = Infinity;
      return state;
    },
  };
  await assert.rejects(
    trainOnePass({
      trainer: broken,
      dataset: datasetWith(-1),
      scoring,
      checkpoints: storeOf(saved),
      checkpointSeconds: 0,
    }),
    { name: "Diverged", message: /diverged at step 10: its last update .* not finite.*: bottom\/0\/bias\/m\./ },
  );
  assert.equal(saved.at(-1)?.examples, 8 * 32);
  inner.dispose();
});
