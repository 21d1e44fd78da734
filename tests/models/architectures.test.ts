import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import type { Schema } from "../../lib/data/schema.ts";
import { uniform } from "../../lib/data/counter_hash.ts";
import {
  buildModel,
  cost,
  dhen,
  type DhenConfigInput,
  dhenConfigSchema,
  type DhenModuleConfig,
  fillInitial,
  interactionModule,
  matchFlops,
  type ModelConfig,
  modelConfigSchema,
  type Parameters,
} from "../../lib/models/mod.ts";
import { createTrainer } from "../../lib/training/trainer.ts";
import { trainingConfigSchema } from "../../lib/training/training_config.ts";
import { assertClose } from "../engine/assert_close.ts";
import { engine } from "../engine/open_test_engine.ts";
import { clickBatch, schema } from "../training/click_batch.ts";

const head = { kind: "advancedDlrm" as const, overarch: [16] };
const config = (value: object): ModelConfig => modelConfigSchema.parse(value);
const parts = { dim: 8, bottom: [16] };
const m = 4, d = 8, pairs = 6, z = 8;

/** Training losses of a model on the same batches. */
async function losses(model: ModelConfig, steps: number): Promise<number[]> {
  const training = trainingConfigSchema.parse({ batchSize: 64 });
  const trainer = createTrainer({ engine, model: buildModel(model, schema), schema, config: training, seed: 5 });
  const seen: number[] = [];
  for (let t = 0; t < steps; t++) seen.push(await trainer.step(clickBatch(64, t)));
  trainer.dispose();
  return seen;
}

Deno.test("a DHEN without layers is AdvancedDLRM to the last bit, in its losses over 20 steps", async () => {
  const nested = await losses(config({ kind: "dhen", ...parts, depth: 0, head }), 20);
  assert.deepEqual(nested, await losses(config({ kind: "advancedDlrm", ...parts, overarch: head.overarch }), 20));
});

const all = [
  { kind: "advancedDlrm", hidden: [12] },
  { kind: "selfAttention", heads: 2, feedForward: 10 },
  { kind: "convolution", kernel: [3, 3] },
  { kind: "linear" },
  { kind: "crossNet", reading: "literal" },
  { kind: "crossNet", reading: "flat" },
  { kind: "crossNet", reading: "mixed" },
] as const;

Deno.test("with zeroStart every module gives zero at first, so a layer starts as its norm", () => {
  for (const each of all) {
    const module = moduleOf(each, 3, true);
    const u = module.forward(tokens(5));
    assert.deepEqual(u.shape, [2, 3, d]);
    assert.ok(u.dataSync().every((value) => value === 0), each.kind);
  }
});

/** A module over four embeddings, with its own initial parameters. */
function moduleOf(each: (typeof all)[number], outputs: number, zeroStart: boolean) {
  const module = interactionModule(each as DhenModuleConfig, {
    name: "u",
    tokens: { m, d, dense: 0 },
    outputs,
    zeroStart,
  });
  const p: Parameters = Object.fromEntries(module.parameters.map(({ name, shape, initializer }) => {
    const values = new Float32Array(shape.reduce((a, b) => a * b, 1));
    fillInitial(values, { initializer, seed: 3, name });
    return [name, tf.tensor(values, [...shape])];
  }));
  return { p, module, forward: (x: tf.Tensor) => module.forward(p, x) };
}

const tokens = (seed: number, batch = 2) =>
  tf.tensor(Float32Array.from({ length: batch * m * d }, (_, i) => uniform(seed, i) - 0.5), [batch, m, d]);

Deno.test("what self-attention and linear give follows a permutation of their inputs through the mixing alone", () => {
  const order = [2, 0, 3, 1];
  for (const each of [all[1], all[3]]) {
    const { p, module, forward } = moduleOf(each, 3, false);
    const key = Object.keys(p).find((name) => /mixing|u\/weights/.test(name))!;
    const x = tokens(7), permuted = tf.gather(x, order, 1);
    // the same embeddings in another order, with the rows of the mixing in that order, give the same
    const same = module.forward({ ...p, [key]: tf.gather(p[key], order, 0) }, permuted);
    assertClose(same.dataSync(), [...forward(x).dataSync()], { absolute: 1e-5, what: each.kind });
    const other = forward(permuted).dataSync();
    assert.ok(other.some((value, i) => Math.abs(value - forward(x).dataSync()[i]) > 1e-3));
  }
});

Deno.test("a convolution sees neighbours only: a far embedding changes nothing within its channel", () => {
  const { p, module } = moduleOf({ kind: "convolution", kernel: [3, 3] }, m, false);
  const identity = { ...p, "u/mixing": tf.eye(m) };
  const x = tokens(9, 1).arraySync() as number[][][];
  const changed = structuredClone(x);
  changed[0][3] = changed[0][3].map((value) => value + 1);
  const [before, after] = [x, changed].map((each) =>
    module.forward(identity, tf.tensor(each)).arraySync() as number[][][]
  );
  assert.deepEqual(before[0].slice(0, 2), after[0].slice(0, 2), "embeddings 0 and 1 do not touch embedding 3");
  assert.notDeepEqual(before[0][2], after[0][2]);
});

Deno.test("the sum of modules does not depend on their order, and a weighted sum with weights 1 is the sum", async () => {
  const layer = (modules: object[], ensemble: string) =>
    config({ kind: "dhen", ...parts, head, layers: [{ modules, ensemble }] });
  // zero-started modules, so that what differs is the order of additions alone
  const pair = [{ kind: "advancedDlrm", hidden: [12] }, { kind: "crossNet", reading: "literal" }];
  const first = (await losses(layer(pair, "sum"), 1))[0];
  assertClose(await losses(layer(pair.toReversed(), "sum"), 1), [first], { relative: 1e-6 });
  assertClose(await losses(layer(pair, "weightedSum"), 1), [first], { relative: 1e-6 });
});

Deno.test("parameters and FLOPs are those of a count by hand", () => {
  const flops = (layers: object[], more = {}) => {
    const counted = cost(buildModel(config({ kind: "dhen", ...parts, head, layers, ...more }), schema));
    return { flops: counted.flops.interaction, parameters: counted.parameters.interaction };
  };
  const dots = 2 * d * pairs, n = m * d, norm = 2 * n; // gain and bias over [m, d]
  const of = (module: object) => flops([{ modules: [module] }]);
  assert.deepEqual(of({ kind: "linear" }), { flops: dots + 2 * m * m * d, parameters: m * m + norm });
  assert.deepEqual(of({ kind: "advancedDlrm", hidden: [12], dense: true }), {
    flops: dots + dots + 2 * ((pairs + n + 2) * 12 + 12 * n),
    parameters: (pairs + n + 2) * 12 + 12 + 12 * n + n + norm,
  });
  assert.deepEqual(of({ kind: "selfAttention", heads: 2, feedForward: 10 }), {
    flops: dots + 4 * 2 * m * d * d + 2 * 2 * m * m * d + 2 * 2 * m * d * 10 + 2 * m * m * d,
    parameters: 4 * (d * d + d) + 2 * 2 * d + d * 10 + 10 + 10 * d + d + m * m + norm,
  });
  assert.deepEqual(of({ kind: "convolution", kernel: [3, 2], channels: 2 }), {
    flops: dots + 2 * 6 * 2 * m * d + 2 * 2 * m * m * d,
    parameters: 6 * 2 + 2 + 2 * m * m + norm,
  });
  assert.deepEqual(of({ kind: "crossNet", reading: "literal" }), {
    flops: dots + 2 * d * d * m + 2 * d * d * m,
    parameters: d * m + m * d + norm,
  });
  assert.deepEqual(of({ kind: "crossNet" }), {
    flops: dots + 2 * n * n + n + 2 * n * n,
    parameters: 2 * n * n + n + norm,
  });
  // concat to 5 embeddings: a shortcut matrix, and the head sees 10 pairs of 5
  const joined = flops([{ modules: [{ kind: "linear" }, { kind: "linear" }], ensemble: "concat", outputs: [3, 2] }]);
  assert.deepEqual(joined, {
    flops: 2 * d * 10 + 2 * m * 3 * d + 2 * m * 2 * d + 2 * m * 5 * d,
    parameters: m * 3 + m * 2 + m * 5 + 2 * 5 * d,
  });
  const counted = (model: object) => cost(buildModel(config(model), schema));
  assert.equal(
    counted({ kind: "dcnV2", dim: d, crossLayers: 2, overarch: [] }).totalFlops,
    2 * (2 * 26 * 26 + 26) + 2 * 26,
  );
  const width = pairs + m * d + z;
  assert.equal(
    counted({ kind: "moe", ...parts, experts: 3, expert: [12] }).parameters.overarch,
    width * 3 + 3 + 3 * (width * 12 + 12 + 12 + 1),
  );
});

Deno.test("an illegal DHEN is refused with the reason", () => {
  const fails = (value: object, message: RegExp) =>
    assert.throws(
      () => dhen({ kind: "dhen", ...parts, head, ...value } as unknown as DhenConfigInput, schema),
      message,
    );
  const [a, b] = [{ kind: "linear" }, { kind: "crossNet" }];
  fails({ layers: [{ modules: [a, b], outputs: [3, 2] }] }, /3 and 2 embeddings cannot be added up/);
  fails({ layers: [{ modules: [a], outputs: [3, 2] }] }, /2 outputs for 1 modules/);
  fails({ layers: [{ modules: [] }] }, /at least one interaction module/);
  fails({ depth: 2 }, /2 layers are wanted and none is described/);
  fails({ layers: [{ modules: [{ kind: "selfAttention", heads: 3 }] }] }, /width 8 into 3 attention heads/);
  fails({ layers: [{ modules: [{ kind: "transformer" }] }] }, /modules/);
  const alone: Schema = { ...schema, fields: schema.fields.slice(0, 1), dense: [] };
  assert.throws(() => buildModel(config({ kind: "dhen", ...parts, head }), alone), /leave no pair to interact/);
});

Deno.test("layers that are listed are repeated in turn up to the depth", () => {
  const layers = [{ modules: [{ kind: "linear" }] }, { modules: [{ kind: "convolution" }] }];
  const { blocks } = buildModel(config({ kind: "dhen", ...parts, head, layers, depth: 3 }), schema);
  const kinds = blocks.filter(({ name }) => name.startsWith("layer")).map(({ parameters }) => parameters[0].name);
  assert.deepEqual(kinds, ["layer0/0-linear/weights", "layer1/0-convolution/filter", "layer2/0-linear/weights"]);
  assert.equal(dhenConfigSchema.parse({ kind: "dhen", ...parts, head }).layers.length, 0);
});

const learners: object[] = [
  { kind: "advancedDlrm", ...parts, overarch: [32] },
  ...all.map((each) => ({
    kind: "dhen",
    ...parts,
    head: { kind: "mlp", overarch: [32] },
    depth: 2,
    layers: [{ modules: [each] }],
  })),
  { kind: "dcnV2", dim: d, crossLayers: 2, overarch: [32] },
  { kind: "moe", ...parts, experts: 2, expert: [32] },
  { kind: "wukong", ...parts, layers: 2, fmbOutputs: 3, lcbOutputs: 3, rank: 3, fmbHidden: [16], overarch: [32] },
  { kind: "maskNet", dim: d, blocks: 2, width: 16, reduction: 2, overarch: [32] },
];

for (const [i, learner] of learners.entries()) {
  const model = config(learner);
  Deno.test(`${buildModel(model, schema).name} (${i}) learns a batch with random labels by heart`, async () => {
    const training = trainingConfigSchema.parse({
      dense: { optimizer: { name: "adam" }, learningRate: 0.01 },
      embedding: { optimizer: { name: "rowwiseAdagrad" }, learningRate: 0.1 },
      warmupSteps: 10,
      averageDecay: 0,
    });
    const trainer = createTrainer({ engine, model: buildModel(model, schema), schema, config: training, seed: 3 });
    const batch = clickBatch(32, 1), labels = Float32Array.from({ length: 32 }, (_, b) => uniform(5, b) < 0.5 ? 1 : 0);
    let loss = Infinity, steps = 0;
    for (; loss > 0.01 && steps < 600; steps++) loss = await trainer.step({ ...batch, labels });
    assert.ok(loss <= 0.01, `loss ${loss} after ${steps} steps; of chance it is 0.69`);
    trainer.dispose();
  });
}

Deno.test("matchFlops finds the nearest member of a family, and says when the budget lies outside", () => {
  const family = (size: number): ModelConfig => ({ kind: "mlp", dim: 8, hidden: [size] });
  const exact = cost(buildModel(family(100), schema)).totalFlops;
  assert.deepEqual(matchFlops(family, exact, schema), { config: family(100), size: 100, flops: exact, ratio: 1 });
  assert.throws(() => matchFlops(family, 1e12, schema, [1, 64]), /the nearest of the family is size 64/);
  assert.throws(() => matchFlops(family, 1, schema), /the nearest of the family is size 1 /);
});
