import assert from "node:assert/strict";
import { buildModel, type ModelConfig } from "../../lib/models/mod.ts";
import { createTrainer, type Trainer } from "../../lib/training/trainer.ts";
import { trainingConfigSchema } from "../../lib/training/training_config.ts";
import { engine, onTensorFlow } from "../engine/open_test_engine.ts";
import { clickBatch, schema } from "./click_batch.ts";

// Runs on every backend (see ../engine/backends.test.ts).

const dlrm: ModelConfig = { kind: "dlrm", dim: 8, bottom: [16], overarch: [32, 16] };
const config = trainingConfigSchema.parse({ warmupSteps: 5 }); // Adam, row-wise Adagrad, averaged weights
const newTrainer = (options: { eager?: boolean; model?: ModelConfig; seed?: number } = {}): Trainer => {
  const { eager, model = dlrm, seed = 1 } = options;
  return createTrainer({ engine, model: buildModel(model, schema), schema, config, seed, eager });
};
const batch = (t: number) => clickBatch(t % 5 === 4 ? 21 : 64, t);

async function train(trainer: Trainer, from: number, to: number): Promise<number[]> {
  const losses: number[] = [];
  for (let t = from; t < to; t++) losses.push(await trainer.step(batch(t)));
  return losses;
}

Deno.test(`two runs of the same seed have the same losses, bit for bit, and other seeds others, on ${engine.name}`, async () => {
  const runs: number[][] = [];
  for (const seed of [1, 1, 2]) {
    const trainer = newTrainer({ seed });
    runs.push(await train(trainer, 0, 12));
    trainer.dispose();
  }
  assert.deepEqual(runs[0], runs[1]);
  assert.notEqual(runs[0][0], runs[2][0]);
});

Deno.test(`a restored run goes on as the run that was saved, bit for bit, on ${engine.name}`, async () => {
  const trainer = newTrainer();
  await train(trainer, 0, 10);
  const saved = await trainer.state();
  assert.equal(saved.steps, 10);
  const losses = await train(trainer, 10, 20), logits = await trainer.predict(batch(99));
  const fresh = newTrainer({ seed: 5 });
  await train(fresh, 0, 2);
  fresh.restore(saved);
  assert.equal(fresh.steps, 10);
  assert.deepEqual(await fresh.state(), saved);
  assert.deepEqual(await train(fresh, 10, 20), losses);
  assert.deepEqual(await fresh.predict(batch(99)), logits);
  assert.deepEqual((await fresh.state()).arrays, (await trainer.state()).arrays);
  [trainer, fresh].forEach((owned) => owned.dispose());
});

Deno.test(`a state has every array that training changes, with its size, on ${engine.name}`, async () => {
  const trainer = newTrainer({ model: { kind: "mlp", dim: 4, hidden: [6] } });
  const { arrays } = await trainer.state();
  const sizes = { "overarch/0/weights": 14 * 6, "overarch/0/bias": 6, "overarch/1/weights": 6, "overarch/1/bias": 1 };
  const expected: Record<string, number> = { "embeddings/weights": 23 * 4, "embeddings/accumulator": 23 };
  for (const [name, size] of Object.entries(sizes)) {
    for (const kept of ["", "/average", "/m", "/v"]) expected[name + kept] = size;
  }
  assert.deepEqual(Object.fromEntries(Object.entries(arrays).map(([name, { length }]) => [name, length])), expected);
  trainer.dispose();
});

Deno.test(`restore names the array that is missing or has another size, and changes nothing, on ${engine.name}`, async () => {
  const trainer = newTrainer();
  await train(trainer, 0, 3);
  const other = newTrainer({ seed: 2 });
  const state = await other.state(), before = await trainer.state();
  for (
    const name of [
      "overarch/2/bias",
      "overarch/0/weights/average",
      "bottom/0/weights/v",
      "embeddings/weights",
      "embeddings/accumulator",
    ]
  ) {
    const { [name]: removed, ...rest } = state.arrays;
    assert.throws(() => trainer.restore({ ...state, arrays: rest }), {
      message: `Cannot restore DLRM: the state has no array "${name}".`,
    });
    const longer = { ...rest, [name]: new Float32Array(removed.length + 1) };
    assert.throws(() => trainer.restore({ ...state, arrays: longer }), (error: Error) => {
      assert.ok(error.message.includes(`Cannot put ${removed.length + 1} values into ${name} of`), error.message);
      assert.ok(error.message.endsWith(`wanted ${removed.length}.`), error.message);
      return true;
    });
    assert.deepEqual(await trainer.state(), before);
  }
  trainer.restore(state);
  assert.deepEqual(await trainer.state(), state);
  [trainer, other].forEach((owned) => owned.dispose());
});

Deno.test(`an id outside its field is refused, an aborted step is not made, and training goes on, on ${engine.name}`, async () => {
  const trainer = newTrainer(), undisturbed = newTrainer();
  await train(trainer, 0, 2);
  const before = await trainer.state();
  const bad = { ...batch(2), ids: batch(2).ids.slice() };
  bad.ids[3 * 5 + 1] = 11; // example 5, field 1, which has 11 ids
  await assert.rejects(trainer.step(bad), (error: Error) => {
    assert.ok(error instanceof RangeError);
    assert.match(error.message, /id 11 of field 1 .*\(example 5 of the batch\): wanted 0 to 10/);
    return true;
  });
  const reason = new Error("stopped");
  await assert.rejects(trainer.step(batch(2), AbortSignal.abort(reason)), (error) => error === reason);
  assert.deepEqual(await trainer.state(), before);
  assert.deepEqual(await train(trainer, 2, 5), (await train(undisturbed, 0, 5)).slice(2));
  [trainer, undisturbed].forEach((owned) => owned.dispose());
});

Deno.test(`steps and predictions that are started without waiting come out as if they had waited, on ${engine.name}`, async () => {
  const patient = newTrainer(), hasty = newTrainer();
  const expected: unknown[] = [];
  for (let t = 0; t < 6; t++) expected.push(await patient.step(batch(t)), await patient.predict(batch(50 + t)));
  const started: Promise<unknown>[] = [];
  for (let t = 0; t < 6; t++) started.push(hasty.step(batch(t)), hasty.predict(batch(50 + t)));
  assert.deepEqual(await Promise.all(started), expected);
  assert.equal(hasty.steps, 6);
  assert.deepEqual(await hasty.state(), await patient.state());
  [patient, hasty].forEach((owned) => owned.dispose());
});

for (const model of [dlrm, { kind: "mlp", dim: 8, hidden: [32] }, { kind: "logisticRegression" }] as ModelConfig[]) {
  const name = `a recorded ${model.kind} step equals the same step op by op, bit for bit`;
  Deno.test({ name, ignore: !onTensorFlow }, async () => {
    const recorded = newTrainer({ model }), eager = newTrainer({ model, eager: true });
    assert.deepEqual(await train(recorded, 0, 6), await train(eager, 0, 6));
    assert.deepEqual(await recorded.predict(batch(9)), await eager.predict(batch(9)));
    assert.deepEqual(await recorded.state(), await eager.state());
    [recorded, eager].forEach((owned) => owned.dispose());
  });
}
