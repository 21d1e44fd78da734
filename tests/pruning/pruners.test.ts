import assert from "node:assert/strict";
import { uniform } from "../../lib/data/counter_hash.ts";
import { engine } from "../engine/open_test_engine.ts";
import { buildModel } from "../../lib/models/build_model.ts";
import { adaptivePruner } from "../../lib/pruning/adaptive_pruner.ts";
import { auxiliaryMasks } from "../../lib/pruning/auxiliary_masks.ts";
import { gradualPruner } from "../../lib/pruning/gradual_pruner.ts";
import { magnitudeImportance } from "../../lib/pruning/importance/magnitude.ts";
import { movementImportance } from "../../lib/pruning/importance/movement.ts";
import { randomImportance } from "../../lib/pruning/importance/random.ts";
import { snipImportance } from "../../lib/pruning/importance/snip.ts";
import { taylorImportance } from "../../lib/pruning/importance/taylor.ts";
import {
  denseMask,
  keptCount,
  layerSparsities,
  maskOverlap,
  type MaskSet,
  prunableMatrices,
} from "../../lib/pruning/mask.ts";
import { flopRule, neuronRule, weightRule } from "../../lib/pruning/mask_rule.ts";
import { createMaskedTrainer } from "../../lib/pruning/masked_trainer.ts";
import { neuronFlops, neuronLayers } from "../../lib/pruning/neuron_layers.ts";
import type { Pruner } from "../../lib/pruning/pruner.ts";
import { trainingConfigSchema } from "../../lib/training/training_config.ts";
import { signalBatch, signalSchema as schema } from "./signal_batch.ts";

const model = buildModel({ kind: "mlp", dim: 2, hidden: [24, 16] }, schema);
const matrices = prunableMatrices(model);
const TOTAL = 12 * 24 + 24 * 16;
const config = trainingConfigSchema.parse({
  batchSize: 128,
  warmupSteps: 0,
  dense: { optimizer: { name: "adam" }, learningRate: 0.02 }, // so that 40 steps teach it what is noise
});
const options = { engine, model, schema, config, seed: 2 };
const batches = Array.from({ length: 40 }, (_, k) => signalBatch(128, k));

/** Trains for some steps, then prunes over 40 more. */
async function pruned(pruner: Pruner, before = 40): Promise<{ mask: MaskSet; loss: number }> {
  const attached = pruner.attach(options);
  for (let k = 0; k < before; k++) await attached.model.trainer.step(signalBatch(128, 1000 + k));
  const mask = await attached.prune(batches, 7);
  const loss = await attached.model.trainer.observe(signalBatch(2048, 5000));
  attached.dispose();
  return { mask, loss };
}

/**
 * By how many standard deviations more kept weights read a column which says something than would by chance: 2 of 12 inputs do.
 */
function preferenceForSignal({ layers: [{ kept }] }: MaskSet): number {
  const counts = [0, 0];
  for (const [k, bit] of kept.entries()) {
    const input = Math.floor(k / 24); // the embedding comes first: inputs 2 and 3 are columns 0 and 1
    counts[input === 2 || input === 3 ? 0 : 1] += bit;
  }
  const n = counts[0] + counts[1];
  return (counts[0] - n / 6) / Math.sqrt(n * (1 / 6) * (5 / 6));
}

Deno.test("gradual pruning ends at the exact share with the weights that the criterion ranks first", async () => {
  const { mask } = await pruned(gradualPruner({ criterion: randomImportance(5), rule: weightRule(model), share: 0.9 }));
  assert.deepEqual(keptCount(mask), { kept: TOTAL - Math.round(0.9 * TOTAL), total: TOTAL });
  assert.deepEqual(mask.provenance, { criterion: "random", sparsity: 0.9, derivedAt: 7 });
  const all = matrices.flatMap(({ shape }, l) =>
    Array.from({ length: shape[0] * shape[1] }, (_, k) => ({ l, k, score: uniform(5, l, k) }))
  );
  const best = all.sort((a, b) => b.score - a.score).slice(0, keptCount(mask).kept - 20); // the guard may hold some others
  assert.ok(Math.abs(preferenceForSignal(mask)) < 2, "random importance does not know the signal");
  assert.ok(best.every(({ l, k }) => mask.layers[l].kept[k] === 1));
});

Deno.test("one-shot magnitude pruning keeps the largest weights that there were before training", async () => {
  const pruner = gradualPruner({
    criterion: magnitudeImportance,
    rule: weightRule(model, { rates: "uniform" }),
    share: 0.75,
    ramp: 0,
  });
  const attached = pruner.attach(options);
  const { arrays } = await attached.model.trainer.state();
  const { layers } = await attached.prune(batches.slice(0, 3), 0);
  for (const { name, kept } of layers) {
    const sizes = [...arrays[name].keys()].sort((i, j) => Math.abs(arrays[name][j]) - Math.abs(arrays[name][i]));
    assert.deepEqual(new Set(sizes.slice(0, kept.length / 4)), new Set([...kept.keys()].filter((k) => kept[k])));
  }
  attached.dispose();
});

// first-order criteria see what learning needs, and little once it is learned and only the noise of batches is left in the gradient
for (
  const [pruner, before] of [
    [gradualPruner({ criterion: magnitudeImportance, rule: weightRule(model), share: 0.8 }), 40],
    [gradualPruner({ criterion: taylorImportance, rule: weightRule(model), share: 0.8 }), 0],
    [gradualPruner({ criterion: movementImportance, rule: weightRule(model), share: 0.8 }), 40],
    [gradualPruner({ criterion: snipImportance, rule: weightRule(model), share: 0.8, ramp: 0 }), 0],
    [gradualPruner({ criterion: taylorImportance, rule: flopRule(model), share: 0.8 }), 0],
    [adaptivePruner(model, { share: 0.8 }), 40],
  ] as const
) {
  Deno.test(`${pruner.name} pruning keeps weights on columns that decide clicks, not on noise`, async () => {
    const { mask, loss } = await pruned(pruner, before);
    assert.equal(keptCount(mask).kept, TOTAL - Math.round(0.8 * TOTAL));
    const deviations = preferenceForSignal(mask);
    assert.ok(deviations > 2, `the signal is preferred by ${deviations} standard deviations`);
    assert.ok(loss < 0.5, `${loss}: ln 2 would be nothing learned`);
  });
}

Deno.test("neuron pruning removes whole columns, biases and rows, within the FLOPs, adaptive or not", async () => {
  const rule = neuronRule(model);
  for (
    const pruner of [
      gradualPruner({ criterion: taylorImportance, rule, share: 0.7 }),
      adaptivePruner(model, { share: 0.7, structure: "neurons" }),
    ]
  ) {
    const { mask, loss } = await pruned(pruner);
    const layers = neuronLayers(model);
    const bits = Object.fromEntries(mask.layers.map(({ name, kept }) => [name, kept]));
    const kept = layers.map(({ bias }) => bits[bias]);
    const whole = 2 * (12 * 24 + 24 * 16 + 16);
    const flops = neuronFlops(layers, kept);
    assert.ok(flops <= 0.3 * whole && flops > 0.2 * whole, `${flops} of ${whole}`);
    for (let j = 0; j < 24; j++) {
      const alive = kept[0][j] === 1;
      for (let i = 0; i < 12; i++) assert.equal(bits["overarch/0/weights"][24 * i + j], kept[0][j]);
      for (let o = 0; o < 16; o++) assert.equal(bits["overarch/1/weights"][16 * j + o], alive ? kept[1][o] : 0);
    }
    assert.ok(loss < 0.55, `${loss}`);
  }
});

Deno.test("an auxiliary mask moves by eta (W G / rms + lambda), from gradients seen apart", async () => {
  const names = matrices.map(({ name }) => name);
  for (const per of ["weight", "neuron"] as const) {
    const auxiliary = auxiliaryMasks(engine, names, { learningRate: 0.05, shrinkage: 0.3, per });
    const learning = createMaskedTrainer({ ...options, observer: auxiliary.observer });
    await learning.trainer.step(batches[0]);
    assert.ok((await learning.masks.get(names[0])?.read())?.every((a) => a === 1), "it does not learn unasked");
    learning.resetObservation();
    await learning.trainer.observe(batches[1]);
    const { weights, gradient } = await learning.observation();
    auxiliary.learn(true);
    await learning.trainer.step(batches[1]);
    for (const [name, shape] of matrices.map(({ name, shape }) => [name, shape] as const)) {
      const [, out] = shape;
      const single = weights[name].map((w, k) => w * gradient[name][k]);
      const sums = Float64Array.from(
        { length: out },
        (_, j) => single.reduce((s, x, k) => k % out === j ? s + x : s, 0),
      );
      const product = per === "weight" ? Float64Array.from(single) : sums;
      const rms = Math.hypot(...product) / Math.sqrt(product.length);
      const a = await learning.masks.get(name)?.read() ?? new Float32Array();
      for (const [k, value] of a.entries()) {
        const x = product[per === "weight" ? k : k % out];
        const wanted = Math.max(0.05, 1 - 0.05 * (x / rms + 0.3));
        assert.ok(Math.abs(value - wanted) < 1e-5, `${name}[${k}]: ${value}, wanted ${wanted}`);
      }
    }
    learning.dispose();
    auxiliary.dispose();
  }
});

Deno.test("absorbing real-valued masks leaves the model the same and its masks 0 or 1", async () => {
  const auxiliary = auxiliaryMasks(engine, matrices.map(({ name }) => name), { learningRate: 0.05 });
  const learning = createMaskedTrainer({ ...options, observer: auxiliary.observer });
  auxiliary.learn(true);
  for (const batch of batches.slice(0, 5)) await learning.trainer.step(batch);
  auxiliary.learn(false);
  const before = await learning.trainer.predict(batches[9]);
  await learning.absorbMasks();
  const after = await learning.trainer.predict(batches[9]);
  for (const [i, logit] of after.entries()) assert.ok(Math.abs(logit - before[i]) < 1e-5);
  for (const mask of learning.masks.values()) assert.ok((await mask.read()).every((a) => a === 1));
  learning.dispose();
  auxiliary.dispose();
});

Deno.test("adaptive layer rates do not depend on how a ReLU network is scaled, those of global magnitude do", async () => {
  const start = createMaskedTrainer(options);
  for (let k = 0; k < 20; k++) await start.trainer.step(signalBatch(128, 2000 + k));
  const state = await start.trainer.state();
  // relu(4 x) / 4 = relu(x): the same function, with a first layer four times as large and a second four times as small
  const scale: Record<string, number> = { "overarch/0/weights": 4, "overarch/0/bias": 4, "overarch/1/weights": 1 / 4 };
  const rescaled = {
    ...state,
    arrays: Object.fromEntries(
      Object.entries(state.arrays).map(([name, values]) => {
        const by = scale[name.replace("/average", "")] ?? 1;
        return [name, values.map((value) => by * value)];
      }),
    ),
  };
  const masksOf = async (pruner: Pruner) => {
    const attached = pruner.attach(options);
    const masks: MaskSet[] = [];
    for (const from of [state, rescaled]) {
      attached.model.restore(from, denseMask(attached.model.matrices));
      masks.push(await attached.prune(batches.slice(0, 1), 0));
    }
    attached.dispose();
    return masks;
  };
  const [plain, scaled] = await masksOf(adaptivePruner(model, { share: 0.8, ramp: 0 }));
  assert.equal(maskOverlap(plain, scaled), 1);
  assert.deepEqual(layerSparsities(plain), layerSparsities(scaled));
  const magnitude = gradualPruner({ criterion: magnitudeImportance, rule: weightRule(model), share: 0.8, ramp: 0 });
  const [before, after] = await masksOf(magnitude);
  assert.ok(maskOverlap(before, after) < 0.6, `${maskOverlap(before, after)}`);
  assert.ok(layerSparsities(after)[matrices[0].name] < layerSparsities(before)[matrices[0].name] - 0.1);
  start.dispose();
});
