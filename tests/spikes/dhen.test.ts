/** Spike: the model types carry DHEN. Layers are blocks, modules are pieces of a block, N = 0 is DLRM. */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { normal } from "../../lib/data/counter_hash.ts";
import { openEngine } from "../../lib/engine/mod.ts";
import { type Block, cost, dlrm, fillInitial, type Model } from "../../lib/models/mod.ts";
import { createTrainer } from "../../lib/training/trainer.ts";
import { trainingConfigSchema } from "../../lib/training/training_config.ts";
import { clickBatch, schema } from "../training/click_batch.ts";
import { type Arrays, dhenLayerFloat64, normalized } from "./dhen_layer_float64.ts";
import { dhen, dhenLayer, dotModule, linearModule } from "./dhen_model.ts";

const engine = await openEngine();
const parts = { dim: 8, bottom: [16], overarch: [32, 16] };
const config = trainingConfigSchema.parse({ batchSize: 256 });

async function losses(model: Model, steps: number): Promise<number[]> {
  const trainer = createTrainer({ engine, model, schema, config, seed: 5 });
  const out: number[] = [];
  for (let k = 0; k < steps; k++) out.push(await trainer.step(clickBatch(256, k)));
  trainer.dispose();
  return out;
}

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

Deno.test("a two-layer DHEN of blocks trains: its loss falls by more than 0.2 nats in 150 steps", async () => {
  const seen = await losses(dhen({ ...parts, layers: 2, hidden: 16 }, schema), 150);
  const first = mean(seen.slice(0, 10)), last = mean(seen.slice(-10));
  assert.ok(first > 0.6 && last < first - 0.2, `from ${first} to ${last}`);
});

Deno.test("a DHEN without layers is DLRM to the last bit, in its losses over 20 steps", async () => {
  const nested = await losses(dhen({ ...parts, layers: 0, hidden: 16 }, schema), 20);
  assert.deepEqual(nested, await losses(dlrm({ kind: "dlrm", ...parts }, schema), 20));
});

Deno.test("the cost of a DHEN by part is what a count by hand gives", () => {
  const counted = cost(dhen({ ...parts, layers: 2, hidden: 16 }, schema));
  // m = 4 tokens of width 8: 6 pairs, 32 numbers. A layer: dots 2*8*6; MLP 38-16-32; mixing 4x4 over 8 columns
  const dots = 2 * 8 * 6, module = 2 * (38 * 16 + 16 * 32), mixing = 2 * 4 * 4 * 8;
  const layerParameters = 38 * 16 + 16 + 16 * 32 + 32 + 4 * 4 + 32 + 32;
  assert.deepEqual(counted.parameters, {
    embedding: (7 + 11 + 5) * 8,
    bottom: 2 * 16 + 16 + 16 * 8 + 8,
    interaction: 2 * layerParameters,
    overarch: 14 * 32 + 32 + 32 * 16 + 16 + 16 * 1 + 1,
    head: 0,
  });
  assert.deepEqual(counted.flops, {
    embedding: 0,
    bottom: 2 * (2 * 16 + 16 * 8),
    interaction: 2 * (dots + module + mixing) + dots,
    overarch: 2 * (14 * 32 + 32 * 16 + 16),
    head: 0,
  });
});

const shape = { batch: 3, m: 4, d: 8, hidden: 5 };
const layer = dhenLayer("layer", [shape.m, shape.d], [
  dotModule("layer/dot", [shape.m, shape.d], shape.hidden),
  linearModule("layer/linear", shape.m, shape.d),
]);
const size = shape.batch * shape.m * shape.d;
const draws = (count: number, seed: number, scale: number) =>
  Float32Array.from({ length: count }, (_, i) => scale * normal(seed, i));
const x = draws(size, 1, 1);

function onTensors(block: Block, parameters: Arrays, input: Float32Array): Float32Array {
  return tf.tidy(() => {
    const p = Object.fromEntries(
      block.parameters.map(({ name, shape }) => [name, tf.tensor(Float32Array.from(parameters[name]), [...shape])]),
    );
    return block.forward(p, tf.tensor(input, [shape.batch, shape.m, shape.d])).dataSync<"float32">();
  });
}

function close(actual: ArrayLike<number>, wanted: ArrayLike<number>, tolerance: number, what: string): void {
  assert.equal(actual.length, wanted.length, what);
  for (let i = 0; i < wanted.length; i++) {
    assert.ok(Math.abs(actual[i] - wanted[i]) <= tolerance, `${what}[${i}]: ${actual[i]}, wanted ${wanted[i]}`);
  }
}

Deno.test("a layer that has not been trained is the layer norm of its input", () => {
  const initial = Object.fromEntries(layer.parameters.map(({ name, shape, initializer }) => {
    const values = new Float32Array(shape.reduce((a, b) => a * b, 1));
    fillInitial(values, { initializer, seed: 3, name });
    return [name, values];
  }));
  const perExample = Array.from({ length: shape.batch }, (_, b) => [...x.slice(b * 32, (b + 1) * 32)]);
  close(onTensors(layer, initial, x), perExample.flatMap(normalized), 1e-5, "layer");
});

// every parameter away from where it starts, so that no gradient vanishes
const somewhere = Object.fromEntries(
  layer.parameters.map(({ name, shape }, i) => [name, draws(shape.reduce((a, b) => a * b, 1), 10 + i, 0.4)]),
);

Deno.test("a layer computes what loops in double precision compute", () => {
  close(onTensors(layer, somewhere, x), dhenLayerFloat64("layer", shape, somewhere, x), 1e-5, "layer");
});

Deno.test("all gradients of a layer agree with central differences of the loops in double precision", () => {
  const weights = draws(size, 2, 1); // of the scalar sum(weights * layer(x))
  const value = (p: Arrays, input: ArrayLike<number>) =>
    dhenLayerFloat64("layer", shape, p, input).reduce((sum, v, i) => sum + v * weights[i], 0);
  const names = layer.parameters.map(({ name }) => name);
  const gradients = tf.tidy(() =>
    tf.grads((input, ...tensors) => {
      const p = Object.fromEntries(names.map((name, i) => [name, tensors[i]]));
      return tf.sum(tf.mul(layer.forward(p, input), tf.tensor(weights, [shape.batch, shape.m, shape.d])));
    })([
      tf.tensor(x, [shape.batch, shape.m, shape.d]),
      ...layer.parameters.map(({ name, shape }) => tf.tensor(somewhere[name], [...shape])),
    ]).map((gradient) => gradient.dataSync<"float32">())
  );
  const h = 1e-5;
  const differences = (at: Float32Array, of: (moved: Float64Array) => number) =>
    Float64Array.from(at, (_, i) => {
      const moved = Float64Array.from(at);
      moved[i] = at[i] + h;
      const above = of(moved);
      moved[i] = at[i] - h;
      return (above - of(moved)) / (2 * h);
    });
  close(gradients[0], differences(x, (moved) => value(somewhere, moved)), 2e-4, "x");
  names.forEach((name, i) => {
    const wanted = differences(somewhere[name], (moved) => value({ ...somewhere, [name]: moved }, x));
    close(gradients[i + 1], wanted, 2e-4, name);
    assert.ok(wanted.some((g) => Math.abs(g) > 1e-2), `${name} has a gradient to compare`);
  });
});
