import assert from "node:assert/strict";
import { openEngine } from "../../lib/engine/open_engine.ts";
import { buildModel } from "../../lib/models/build_model.ts";
import { dynamicSparseStep, randomMask, rewiredFraction } from "../../lib/pruning/dynamic_sparse.ts";
import { keptByLayer } from "../../lib/pruning/layer_rates.ts";
import { keptInLayer, maskOverlap, type MaskSet, prunableMatrices } from "../../lib/pruning/mask.ts";
import { createMaskedTrainer } from "../../lib/pruning/masked_trainer.ts";
import { rewire } from "../../lib/pruning/rewire.ts";
import { trainingConfigSchema } from "../../lib/training/training_config.ts";
import { normal } from "../../lib/data/counter_hash.ts";
import { signalBatch, signalSchema as schema } from "./signal_batch.ts";

const engine = await openEngine();
const model = buildModel({ kind: "mlp", dim: 2, hidden: [24, 16] }, schema);
const matrices = prunableMatrices(model);
const config = trainingConfigSchema.parse({
  batchSize: 128,
  warmupSteps: 0,
  dense: { optimizer: { name: "adam" }, learningRate: 0.01 },
});
const options = { engine, model, schema, config, seed: 3 };
const start = randomMask(matrices, { rates: "erk", sparsity: 0.8, seed: 9 });

Deno.test("rewiring drops the smallest kept weights and grows the best of the rest, matrix by matrix", () => {
  const draw = (seed: number) =>
    Object.fromEntries(start.layers.map(({ name, kept }, l) => [
      name,
      Float32Array.from(kept, (bit, k) => bit * normal(seed, l, k)),
    ]));
  const weights = draw(1);
  const growth = Object.fromEntries(start.layers.map(({ name, kept }, l) => [
    name,
    Float32Array.from(kept, (_, k) => Math.abs(normal(2, l, k))),
  ]));
  const after = rewire(start, { fraction: 0.3, weights, growth, derivedAt: 5 });
  for (const [l, { name, kept }] of start.layers.entries()) {
    const places = [...kept.keys()];
    const active = places.filter((k) => kept[k]).sort((i, j) =>
      Math.abs(weights[name][i]) - Math.abs(weights[name][j])
    );
    const moved = Math.floor(0.3 * active.length);
    const surviving = new Set(active.slice(moved));
    const grown = places.filter((k) => !surviving.has(k)).sort((i, j) => growth[name][j] - growth[name][i]).slice(
      0,
      moved,
    );
    assert.deepEqual(new Set(places.filter((k) => after.layers[l].kept[k])), surviving.union(new Set(grown)));
  }
  assert.throws(() => rewire(start, { fraction: 2, weights, growth, derivedAt: 0 }), /fraction of 2 .* wanted 0 to 1/);
});

Deno.test("the rewired share falls along a cosine to nothing, or stays where there is no end", () => {
  const until = { grow: "random", fraction: 0.3, until: 600 } as const;
  assert.ok(Math.abs(rewiredFraction(until, 300) - 0.15) < 1e-12);
  assert.ok(Math.abs(rewiredFraction(until, 200) - 0.225) < 1e-12);
  assert.equal(rewiredFraction({ grow: "random" }, 1e6), 0.3);
});

for (const grow of ["gradient", "random"] as const) {
  Deno.test(`${grow === "gradient" ? "RigL" : "SET"} keeps the Erdos-Renyi counts of every matrix at each step, and learns`, async () => {
    const sparse = createMaskedTrainer(options);
    await sparse.setMask(start);
    const counts = keptByLayer("erk", matrices, 0.8);
    let changes = 0;
    for (let t = 1; t <= 60; t++) {
      const before = sparse.mask;
      await dynamicSparseStep(sparse, signalBatch(128, t), { grow, every: 10, seed: 4 }, t);
      assert.deepEqual(sparse.mask.layers.map(keptInLayer), counts);
      if (sparse.mask !== before) changes++;
    }
    assert.equal(changes, 6);
    assert.ok(maskOverlap(sparse.mask, start) < 0.7);
    const { arrays } = await sparse.trainer.state();
    for (const { name, kept } of sparse.mask.layers) assert.ok(arrays[name].every((w, k) => kept[k] === 1 || w === 0));
    assert.ok(await sparse.trainer.observe(signalBatch(2048, 5000)) < 0.55);
    sparse.dispose();
  });
}

Deno.test("RigL grows towards the columns that decide clicks, SET does not know them", async () => {
  // inputs 2 and 3 say something; the starting mask knows nothing of it
  const onSignal = ({ layers: [{ kept }] }: MaskSet) =>
    [...kept.keys()].filter((k) => kept[k] && [2, 3].includes(Math.floor(k / 24))).length;
  const grown: Record<string, number> = {};
  for (const grow of ["gradient", "random"] as const) {
    const sparse = createMaskedTrainer(options);
    await sparse.setMask(start);
    for (let t = 1; t <= 5; t++) await dynamicSparseStep(sparse, signalBatch(512, t), { grow, every: 1 }, t);
    grown[grow] = onSignal(sparse.mask);
    sparse.dispose();
  }
  assert.ok(grown.gradient > 1.5 * grown.random, `${grown.gradient} and ${grown.random}`);
});
