import assert from "node:assert/strict";
import { normal, uniform } from "../../lib/data/counter_hash.ts";
import { buildModel } from "../../lib/models/build_model.ts";
import { globalMask } from "../../lib/pruning/global_mask.ts";
import {
  denseMask,
  keptCount,
  keptInLayer,
  layerSparsities,
  maskOverlap,
  prunableMatrices,
  sparsityOf,
} from "../../lib/pruning/mask.ts";
import { topScores } from "../../lib/pruning/top_scores.ts";
import { schema } from "../training/click_batch.ts";

const matrices = [{ name: "a", shape: [20, 30] }, { name: "b", shape: [30, 13] }, { name: "c", shape: [13, 5] }];
const TOTAL = 600 + 390 + 65;

const scoresOf = (seed: number, scales = [1, 1, 1]) =>
  Object.fromEntries(matrices.map(({ name, shape }, l) => [
    name,
    Float32Array.from({ length: shape[0] * shape[1] }, (_, k) => scales[l] * Math.abs(normal(seed, l, k))),
  ]));

const by = (sparsity: number, minimumShare = 0) => ({ criterion: "test", sparsity, derivedAt: 3, minimumShare });

Deno.test("the highest scores are those that a sort by score and place puts first", () => {
  const scores = Float64Array.from({ length: 500 }, (_, k) => Math.floor(20 * uniform(1, k))); // many ties
  const order = [...scores.keys()].sort((i, j) => scores[j] - scores[i] || i - j);
  for (const count of [0, 1, 37, 250, 499, 500]) {
    const wanted = order.slice(0, count).sort((i, j) => i - j);
    const marks = topScores(scores, count);
    assert.deepEqual([...marks.keys()].filter((k) => marks[k] === 1), wanted);
  }
  assert.throws(() => topScores(Float32Array.of(1, NaN), 1), /number 1 of 2 is not a number/);
  assert.throws(() => topScores(scores, 501), /Cannot take the 501 highest of 500/);
});

Deno.test("a global mask keeps exactly the share that was asked for, also when all scores are equal", () => {
  const equal = Object.fromEntries(matrices.map(({ name, shape }) => [name, new Float32Array(shape[0] * shape[1])]));
  for (const scores of [scoresOf(1), equal]) {
    for (const sparsity of [0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.999]) {
      const { kept, total } = keptCount(globalMask(matrices, scores, by(sparsity)));
      assert.deepEqual([kept, total], [TOTAL - Math.round(sparsity * TOTAL), TOTAL]);
    }
  }
  const { layers, provenance } = globalMask(matrices, equal, by(0.9));
  assert.deepEqual(layers.map(keptInLayer), [TOTAL - Math.round(0.9 * TOTAL), 0, 0]); // the first are kept
  assert.deepEqual(provenance, { criterion: "test", sparsity: 0.9, derivedAt: 3 });
});

Deno.test("no removed weight of a global mask is more important than a kept one", () => {
  const scores = scoresOf(2, [1, 3, 0.5]);
  const { layers } = globalMask(matrices, scores, by(0.8));
  let [least, most] = [Infinity, -Infinity];
  for (const { name, kept } of layers) {
    for (const [k, bit] of kept.entries()) {
      if (bit) least = Math.min(least, scores[name][k]);
      else most = Math.max(most, scores[name][k]);
    }
  }
  assert.ok(least > most);
});

Deno.test("the layer guard keeps every matrix alive and the total exact", () => {
  const scores = scoresOf(3, [1, 100, 1e-6]); // matrix c would lose everything
  assert.equal(keptInLayer(globalMask(matrices, scores, by(0.9)).layers[2]), 0);
  const guarded = globalMask(matrices, scores, by(0.9, 0.05));
  assert.deepEqual(keptCount(guarded).kept, TOTAL - Math.round(0.9 * TOTAL));
  assert.equal(keptInLayer(guarded.layers[2]), Math.ceil(0.05 * 65));
  assert.equal(keptInLayer(guarded.layers[0]), 600 * 0.05);
  const best = [...scores.c.keys()].sort((i, j) => scores.c[j] - scores.c[i]).slice(0, 4);
  assert.ok(best.every((k) => guarded.layers[2].kept[k] === 1), "the guard keeps a matrix's best weights");
  assert.throws(() => globalMask(matrices, scores, by(1)), /sparsity of 1: wanted a number from 0 to below 1/);
});

Deno.test("overlap is that of sets, and d / (2 - d) for masks that have nothing to do with each other", () => {
  const large = [{ name: "w", shape: [200, 300] }];
  const draw = (seed: number) =>
    globalMask(large, { w: Float32Array.from({ length: 60_000 }, (_, k) => uniform(seed, k)) }, by(0.8));
  const [a, b] = [draw(1), draw(2)];
  const sets = [a, b].map(({ layers: [{ kept }] }) => new Set([...kept.keys()].filter((k) => kept[k] === 1)));
  assert.equal(maskOverlap(a, b), sets[0].intersection(sets[1]).size / sets[0].union(sets[1]).size);
  assert.ok(Math.abs(maskOverlap(a, b) - 0.2 / 1.8) < 0.01);
  assert.equal(maskOverlap(a, a), 1);
  assert.throws(() => maskOverlap(a, denseMask(matrices)), /w \[200, 300\] in one, a \[20, 30\] in the other/);
});

Deno.test("a model's prunable matrices are all matrices but the logit's, and a dense mask keeps all of them", () => {
  const model = buildModel({ kind: "dlrm", dim: 4, bottom: [6], overarch: [8, 5] }, schema);
  const mask = denseMask(prunableMatrices(model));
  assert.deepEqual(mask.layers.map(({ name, shape }) => [name, ...shape]), [
    ["bottom/0/weights", 2, 6],
    ["bottom/1/weights", 6, 4],
    ["overarch/0/weights", 4 + 6, 8],
    ["overarch/1/weights", 8, 5],
  ]);
  assert.equal(sparsityOf(mask), 0);
  assert.deepEqual(Object.values(layerSparsities(mask)), [0, 0, 0, 0]);
});
