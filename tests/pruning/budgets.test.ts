import assert from "node:assert/strict";
import { normal } from "../../lib/data/counter_hash.ts";
import { openEngine } from "../../lib/engine/open_engine.ts";
import { buildModel } from "../../lib/models/build_model.ts";
import { cost } from "../../lib/models/cost.ts";
import { neuronsWithinBudget, weightsWithinBudget } from "../../lib/pruning/flop_budget.ts";
import { layerMask } from "../../lib/pruning/layer_mask.ts";
import { keptByLayer } from "../../lib/pruning/layer_rates.ts";
import { keptInLayer } from "../../lib/pruning/mask.ts";
import { columnNorms, neuronFlops, neuronLayers, neuronMask } from "../../lib/pruning/neuron_layers.ts";
import { forwardFlops } from "../../lib/pruning/model_flops.ts";
import { createTrainer } from "../../lib/training/trainer.ts";
import { trainingConfigSchema } from "../../lib/training/training_config.ts";
import { clickBatch, schema } from "../training/click_batch.ts";

const matrices = [{ name: "a", shape: [20, 30] }, { name: "b", shape: [30, 13] }, { name: "c", shape: [13, 5] }];
const sizes = [600, 390, 65];
const draw = (length: number, ...keys: number[]) =>
  Float32Array.from({ length }, (_, k) => Math.abs(normal(...keys, k)));
const scores = Object.fromEntries(matrices.map(({ name }, l) => [name, draw(sizes[l], 1, l)]));
const sum = (values: Iterable<number>) => [...values].reduce((a, b) => a + b, 0);

Deno.test("uniform rates keep the same share of every matrix to within a weight, and the exact total", () => {
  for (const sparsity of [0.5, 0.8, 0.9, 0.95]) {
    const counts = keptByLayer("uniform", matrices, sparsity);
    assert.equal(sum(counts), 1055 - Math.round(sparsity * 1055));
    for (const [l, count] of counts.entries()) assert.ok(Math.abs(count - (1 - sparsity) * sizes[l]) <= 1);
  }
});

Deno.test("Erdos-Renyi densities are in the ratio (in + out) / (in out), with small matrices kept whole", () => {
  // RigL's appendix: at 0.9 all of [784, 300], [300, 100] are below full density, so density is proportional
  const lenet = [{ name: "0", shape: [784, 300] }, { name: "1", shape: [300, 100] }];
  const [first, second] = keptByLayer("erk", lenet, 0.9);
  const epsilon = (784 * 300 + 300 * 100) * 0.1 / (784 + 300 + 300 + 100);
  assert.deepEqual(
    [first, second].map((n) => Math.round(n / 10)),
    [1084, 400].map((n) => Math.round(n * epsilon / 10)),
  );
  assert.equal(first + second, 26520);
  // 20 % of 1055: c's share of the 211 is 211 * 18 / 111 = 34; 50 %: 528 * 18 / 111 = 86 > 65, so it stays whole
  assert.deepEqual(keptByLayer("erk", matrices, 0.8), [95, 82, 34]);
  const half = keptByLayer("erk", matrices, 0.5);
  assert.deepEqual([sum(half), half[2]], [527, 65]);
  assert.ok(Math.abs(half[0] / half[1] - 50 / 43) < 0.01);
  assert.throws(() => keptByLayer("erk", matrices, 0.999), /Cannot share out 1 weights over 3 matrices/);
  const mask = layerMask(matrices, scores, { counts: half, criterion: "magnitude", sparsity: 0.5, derivedAt: 0 });
  assert.deepEqual(mask.layers.map(keptInLayer), half);
});

Deno.test("the weights within a FLOP budget are those of a greedy search, and one more would exceed it", () => {
  const flopsPerWeight = [2, 2, 14]; // matrix c is applied seven times an example
  for (const flops of [150, 500, 1201, 2500]) {
    const options = { flops, flopsPerWeight, minimumShare: 0, criterion: "test", derivedAt: 1 };
    const { layers } = weightsWithinBudget(matrices, scores, options);
    const spent = sum(layers.map((layer, l) => flopsPerWeight[l] * keptInLayer(layer)));
    const all = matrices.flatMap(({ name }, l) => [...scores[name]].map((score, k) => ({ score, l, k })));
    all.sort((a, b) => b.score - a.score);
    assert.ok(spent <= flops);
    const next = all.find(({ l, k }) => !layers[l].kept[k]);
    assert.ok(next && spent + flopsPerWeight[next.l] > flops, `${spent} of ${flops}`);
    const worse = all.slice(all.indexOf(next)).filter(({ l, k }) => layers[l].kept[k]);
    assert.ok(worse.length <= 3); // at most the one weight a matrix that the guard holds
  }
  assert.throws(
    () => weightsWithinBudget(matrices, scores, { flops: 5, criterion: "test", derivedAt: 0 }),
    /budget of 5: the least that can be kept costs/,
  );
});

Deno.test("a FLOP budget is spent to less than one weight also when all scores are equal, and revives nothing", () => {
  const equal = Object.fromEntries(matrices.map(({ name }, l) => [name, new Float32Array(sizes[l]).fill(0.5)]));
  const options = { flops: 701, minimumShare: 0, criterion: "test", derivedAt: 0 };
  const { layers } = weightsWithinBudget(matrices, equal, options);
  assert.deepEqual(layers.map(keptInLayer), [348, 1, 1]); // the guard holds one of each, and the first of the others follow
  equal.a.fill(-Infinity, 10); // removed before
  const again = weightsWithinBudget(matrices, { ...equal, b: equal.b.map(() => -Infinity) }, options);
  assert.deepEqual(again.layers.map(keptInLayer), [10, 1, 65]);
});

const model = buildModel({ kind: "dlrm", dim: 4, bottom: [16, 12], overarch: [24, 16] }, schema);

Deno.test("neurons of hidden layers can be removed, those of the logit and of the bottom MLP's output cannot", () => {
  assert.deepEqual(neuronLayers(model).map(({ name, next }) => [name, next]), [
    ["bottom/0/weights", "bottom/1/weights"],
    ["bottom/1/weights", "bottom/2/weights"],
    ["overarch/0/weights", "overarch/1/weights"],
    ["overarch/1/weights", "overarch/2/weights"],
  ]);
});

Deno.test("the FLOPs of kept neurons are those of a model that is built with as many", () => {
  const layers = neuronLayers(model);
  const keep = [5, 7, 9, 3];
  const kept = layers.map(({ width }, l) => Uint8Array.from({ length: width }, (_, k) => k < keep[l] ? 1 : 0));
  const small = cost(buildModel({ kind: "dlrm", dim: 4, bottom: [5, 7], overarch: [9, 3] }, schema)).flops;
  assert.equal(neuronFlops(layers, kept), small.bottom + small.overarch);
  const mask = neuronMask(model, layers, kept, { criterion: "test", sparsity: 0.5, derivedAt: 0 });
  assert.equal(forwardFlops(model, mask), small.bottom + small.overarch + small.interaction);
});

Deno.test("neurons within a budget: exact FLOPs below it, the next neuron beyond it, every layer alive", () => {
  const layers = neuronLayers(model);
  const importance = layers.map(({ width }, l) => Float64Array.from(draw(width, 7, l)));
  const whole = neuronFlops(layers, layers.map(({ width }) => new Uint8Array(width).fill(1)));
  for (const share of [0.9, 0.5, 0.2]) {
    const kept = neuronsWithinBudget(layers, importance, { flops: share * whole });
    assert.ok(neuronFlops(layers, kept) <= share * whole);
    assert.ok(kept.every((bits) => sum(bits) >= 1));
    let next = { value: -1, l: 0, k: 0 };
    for (const [l, bits] of kept.entries()) {
      for (const [k, bit] of bits.entries()) {
        const value = importance[l][k] / (layers[l].inputs + layers[l].outputs);
        if (!bit && value > next.value) next = { value, l, k };
      }
    }
    const more = kept.map((bits) => bits.slice());
    more[next.l][next.k] = 1;
    assert.ok(neuronFlops(layers, more) > share * whole);
  }
});

Deno.test("a model with neurons masked predicts what the smaller model without them predicts", async () => {
  const engine = await openEngine();
  const layers = neuronLayers(model);
  const kept = layers.map(({ width }, l) => Uint8Array.from({ length: width }, (_, k) => normal(3, l, k) > 0 ? 1 : 0));
  const config = trainingConfigSchema.parse({ batchSize: 64, averageDecay: 0, warmupSteps: 0 });
  const provenance = { criterion: "test", sparsity: 0.5, derivedAt: 0 };
  const mask = neuronMask(model, layers, kept, provenance);
  const masks = new Map(mask.layers.map(({ name, shape, kept }) => [
    name,
    engine.variable(`${name}/mask`, shape, Float32Array.from(kept)),
  ]));
  const masked = createTrainer({ engine, model, schema, config, seed: 1, masks });
  for (let k = 0; k < 3; k++) await masked.step(clickBatch(64, k));
  const { steps, arrays } = await masked.state();

  const width = (l: number) => sum(kept[l]);
  const small = createTrainer({
    engine,
    model: buildModel({ kind: "dlrm", dim: 4, bottom: [width(0), width(1)], overarch: [width(2), width(3)] }, schema),
    schema,
    config,
    seed: 1,
  });
  const cut: Record<string, Float32Array<ArrayBuffer>> = {};
  for (const [name, values] of Object.entries((await small.state()).arrays)) {
    const owner = name.replace(/\/(m|v)$/, "");
    const layer = mask.layers.find((layer) => layer.name === owner);
    const { shape } = layer ?? { shape: [] };
    const columns = shape.at(-1) ?? 1;
    const own = layers.findIndex((l) => l.name === owner || l.bias === owner);
    const before = layers.findIndex((l) => l.next === owner);
    cut[name] = layer
      ? arrays[name].filter((_, k) =>
        (own < 0 || kept[own][k % columns] === 1) && (before < 0 || kept[before][Math.floor(k / columns)] === 1)
      )
      : arrays[name];
    assert.equal(cut[name].length, values.length, name);
  }
  small.restore({ steps, arrays: cut });
  const batch = clickBatch(64, 100);
  const [wanted, got] = [await small.predict(batch), await masked.predict(batch)];
  for (const [i, value] of got.entries()) assert.ok(Math.abs(value - wanted[i]) < 1e-6);
  const norms = columnNorms(layers, arrays);
  assert.ok(Math.abs(norms[0][2] - Math.hypot(arrays["bottom/0/weights"][2], arrays["bottom/0/weights"][18])) < 1e-6);
  for (const trainer of [masked, small]) trainer.dispose();
  for (const variable of masks.values()) variable.dispose();
});
