/** Spike: masks as variables of the engine carry pruning, without a model knowing of them. */
import assert from "node:assert/strict";
import { uniform } from "../../lib/data/counter_hash.ts";
import { openEngine, type Variable } from "../../lib/engine/mod.ts";
import { buildModel, type Model, parameterSpecs } from "../../lib/models/mod.ts";
import { createTrainer, type Trainer } from "../../lib/training/trainer.ts";
import { trainingConfigSchema } from "../../lib/training/training_config.ts";
import { clickBatch, schema } from "../training/click_batch.ts";

const engine = await openEngine();
const plain = buildModel({ kind: "mlp", dim: 8, hidden: [32, 16] }, schema);
const prunable = parameterSpecs(plain).filter((spec) => spec.prunable);
const SEED = 4;

type Arrays = Record<string, Float32Array<ArrayBuffer>>;

/** Masks of all prunable matrices that keep about the given part of each. */
function drawMasks(kept: number, seed: number): Arrays {
  return Object.fromEntries(prunable.map(({ name, shape }, i) => {
    const size = shape[0] * shape[1];
    return [name, Float32Array.from({ length: size }, (_, k) => uniform(seed, i, k) < kept ? 1 : 0)];
  }));
}

function onEngine(masks: Arrays): ReadonlyMap<string, Variable> {
  return new Map(prunable.map(({ name, shape }) => [name, engine.variable(`${name}/mask`, shape, masks[name])]));
}

/** The model, counting how often its forward pass is called: a recorded step calls it only to be recorded. */
function counted(): { model: Model; calls: () => number } {
  let calls = 0;
  const logits: Model["logits"] = (...args) => (calls++, plain.logits(...args));
  return { model: { ...plain, logits }, calls: () => calls };
}

const optimizers = {
  sgd: { dense: { optimizer: { name: "sgd" }, learningRate: 0.1 } },
  adagrad: { dense: { optimizer: { name: "adagrad" }, learningRate: 0.02 } },
  adam: { dense: { optimizer: { name: "adam" }, learningRate: 5e-3 } },
} as const;

function trainerWith(name: keyof typeof optimizers, masks?: ReadonlyMap<string, Variable>, model = plain): Trainer {
  const config = trainingConfigSchema.parse({ batchSize: 128, warmupSteps: 0, ...optimizers[name] });
  return createTrainer({ engine, model, schema, config, seed: SEED, masks });
}

async function train(trainer: Trainer, from: number, to: number): Promise<number[]> {
  const losses: number[] = [];
  for (let k = from; k < to; k++) losses.push(await trainer.step(clickBatch(128, k)));
  return losses;
}

/** The state with every masked weight set to zero, in the weights and in their average. */
function zeroed(arrays: Readonly<Arrays>, masks: Arrays): Arrays {
  const out: Arrays = { ...arrays };
  for (const name of Object.keys(masks)) {
    for (const key of [name, `${name}/average`]) out[key] = arrays[key].map((value, k) => value * masks[name][k]);
  }
  return out;
}

for (const optimizer of ["sgd", "adagrad", "adam"] as const) {
  Deno.test(`masked weights get no gradient and stay as they were to the last bit under ${optimizer}`, async () => {
    const masks = drawMasks(0.4, 1);
    const trainer = trainerWith(optimizer, onEngine(masks));
    const before = (await trainer.state()).arrays;
    await train(trainer, 0, 10);
    const after = (await trainer.state()).arrays;
    for (const { name } of prunable) {
      for (const [k, kept] of masks[name].entries()) {
        const same = Object.is(before[name][k], after[name][k]);
        if (kept === 0) assert.ok(same, `${name}[${k}] moved from ${before[name][k]} to ${after[name][k]}`);
        if (optimizer !== "adam") continue;
        const moments = [after[`${name}/m`][k], after[`${name}/v`][k]];
        if (kept === 0) assert.ok(moments.every((moment) => moment === 0), `${name}[${k}] has moments ${moments}`);
      }
      const moved = masks[name].filter((kept, k) => kept === 1 && before[name][k] !== after[name][k]).length;
      assert.ok(
        moved > 0.5 * masks[name].filter((kept) => kept === 1).length,
        `${moved} kept weights of ${name} moved`,
      );
    }
    trainer.dispose();
  });
}

Deno.test("a masked model predicts exactly what the same model with zeros in its weights predicts", async () => {
  const masks = drawMasks(0.3, 2);
  const masked = trainerWith("adam", onEngine(masks));
  await train(masked, 0, 10);
  const state = await masked.state();
  const dense = trainerWith("adam");
  dense.restore({ steps: state.steps, arrays: zeroed(state.arrays, masks) });
  const batch = clickBatch(64, 1000);
  const wanted = await dense.predict(batch);
  assert.deepEqual(await masked.predict(batch), wanted);
  dense.restore(state); // and the masked weights are not zero by themselves
  assert.notDeepEqual(await dense.predict(batch), wanted);
  masked.dispose();
  dense.dispose();
});

Deno.test("exactly the kept weights train: as many move as the mask keeps of the units that are alive", async () => {
  const masks = drawMasks(0.25, 3);
  const trainer = trainerWith("sgd", onEngine(masks));
  const before = (await trainer.state()).arrays;
  await train(trainer, 0, 30);
  const after = (await trainer.state()).arrays;
  const [{ name, shape: [, units] }] = prunable;
  const moved = [...before[name].keys()].filter((k) => before[name][k] !== after[name][k]);
  const alive = new Set(moved.map((k) => k % units)); // a ReLU that is never positive has no gradient anyway
  assert.ok(alive.size > 0.75 * units, `${alive.size} of ${units} units are alive`);
  assert.deepEqual(moved, [...masks[name].keys()].filter((k) => masks[name][k] === 1 && alive.has(k % units)));
  trainer.dispose();
});

Deno.test("a mask that is replaced between steps takes effect at once, without recording the step again", async () => {
  const first = drawMasks(0.8, 5), second = drawMasks(0.3, 6);
  const masks = onEngine(first);
  const { model, calls } = counted();
  const trainer = trainerWith("adam", masks, model);
  await train(trainer, 0, 5);
  const batch = clickBatch(64, 1000);
  await trainer.predict(batch);
  const recorded = calls();
  assert.equal(recorded, engine.name === "tensorflow" ? 2 : 6); // one train step, one predict step
  const before = await trainer.state();

  for (const [name, mask] of masks) mask.write(second[name]);
  const reference = trainerWith("adam");
  reference.restore({ steps: before.steps, arrays: zeroed(before.arrays, second) });
  assert.deepEqual(await trainer.predict(batch), await reference.predict(batch));
  assert.equal(await trainer.step(clickBatch(128, 5)), await reference.step(clickBatch(128, 5)));
  assert.equal(calls(), engine.name === "tensorflow" ? recorded : recorded + 2);

  const after = (await trainer.state()).arrays;
  const [{ name }] = prunable;
  const regrown = second[name].filter((kept, k) =>
    kept === 1 && first[name][k] === 0 && before.arrays[name][k] !== after[name][k]
  );
  assert.ok(regrown.length > 0, "weights that the first mask held fixed train under the second");
  trainer.dispose();
  reference.dispose();
});

Deno.test("a weight that is masked in mid-training drifts on with Adam's momentum, unseen by the model", async () => {
  const all = drawMasks(1.1, 7), second = drawMasks(0.5, 8);
  const masks = onEngine(all);
  const trainer = trainerWith("adam", masks);
  await train(trainer, 0, 5);
  for (const [name, mask] of masks) mask.write(second[name]);
  const before = await trainer.state();
  await train(trainer, 5, 6);
  const after = await trainer.state();
  const [{ name }] = prunable;
  const drifted = second[name].filter((kept, k) => kept === 0 && before.arrays[name][k] !== after.arrays[name][k]);
  assert.ok(drifted.length > 0);
  // the stored values differ, the model does not: its loss is that of the weights with zeros
  const reference = trainerWith("adam");
  reference.restore({ steps: after.steps, arrays: zeroed(after.arrays, second) });
  assert.equal(await trainer.step(clickBatch(128, 6)), await reference.step(clickBatch(128, 6)));
  trainer.dispose();
  reference.dispose();
});
