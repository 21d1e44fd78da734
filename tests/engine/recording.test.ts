import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import {
  denseLayer,
  dotInteraction,
  type EmbeddingIds,
  type HostTensor,
  sigmoidCrossEntropy,
} from "../../lib/engine/mod.ts";
import { hash, normal } from "../../lib/data/counter_hash.ts";
import { engine, onTensorFlow } from "./open_test_engine.ts";

// What only the TensorFlow engine does: it runs a step's function once and repeats the record.

const recordingTest = (name: string, fn: () => Promise<void>) => Deno.test({ name, ignore: !onTensorFlow, fn });
const floats = (...values: number[]): HostTensor => ({ data: Float32Array.from(values), shape: [values.length] });
const draws = (seed: number, shape: readonly number[]): HostTensor => ({
  data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => normal(seed, i)),
  shape,
});

const fields = 3, rowsPerField = 50, dim = 8, hidden = 32;
const pairs = fields * (fields - 1) / 2;

/** A small click model with many kinds of op and both kinds of state, recorded or op by op. */
function smallModel(eager: boolean) {
  const table = engine.embeddingTable({
    name: "rows",
    fieldRows: Array(fields).fill(rowsPerField),
    dim,
    optimizer: { name: "rowwiseAdagrad", initialAccumulator: 0.1, epsilon: 1e-8 },
    fill: (out, from) => out.forEach((_, i) => out[i] = 0.3 * normal(1, from * dim + i)),
  });
  const shapes = [[pairs + fields * dim, hidden], [hidden], [hidden, 1], [1]];
  const w = shapes.map((shape, i) => {
    const { data } = draws(10 + i, shape);
    return engine.variable(`w${i}`, shape, Float32Array.from(data, (x) => 0.2 * x));
  });
  const slots = w.map(({ name, shape }) =>
    ["m", "v"].map((slot) => engine.variable(name + slot, shape, new Float32Array(shape.reduce((a, b) => a * b, 1))))
  );
  type Inputs = { ids: EmbeddingIds; y: HostTensor; beta1Power: HostTensor; beta2Power: HostTensor };
  const step = engine.compileStep<Inputs>(({ ids, y, beta1Power, beta2Power }) => {
    const rate = tf.scalar(0.01);
    const loss = (e: tf.Tensor, ...[w0, b0, w1, b1]: tf.Tensor[]) => {
      const flat = tf.reshape(e, [-1, fields * dim]);
      const x = tf.concat([flat, tf.leakyRelu(dotInteraction(e))], 1);
      const h = tf.mul(denseLayer(x, w0, b0, "relu"), tf.sigmoid(tf.mean(x, 1, true)));
      return sigmoidCrossEntropy(tf.reshape(denseLayer(h, w1, b1, "linear"), [-1]), y) as tf.Scalar;
    };
    const { value, grads } = tf.valueAndGrads(loss)([table.lookup(ids), ...w.map((v) => v.value())]);
    const adam = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, beta1Power, beta2Power };
    w.forEach((v, i) => engine.updates.adam(v, slots[i][0], slots[i][1], rate, adam, grads[i + 1]));
    table.update(ids, grads[0], tf.scalar(0.1));
    return { loss: value, norm: tf.norm(grads[1]) };
  }, { name: "small model", eager });
  return {
    run: (t: number, size: number) =>
      step.run({
        ids: table.ids(Int32Array.from({ length: size * fields }, (_, i) => hash(t, i) % rowsPerField)),
        y: { data: Float32Array.from({ length: size }, (_, i) => hash(t, 7, i) % 2), shape: [size] },
        beta1Power: { data: Float32Array.of(0.9 ** t), shape: [] },
        beta2Power: { data: Float32Array.of(0.999 ** t), shape: [] },
      }),
    state: async () => [await table.read(), ...await Promise.all(w.map((v) => v.read()))],
    dispose: () => [step, table, ...w, ...slots.flat()].forEach((owned) => owned.dispose()),
  };
}

recordingTest("a recorded step equals the same step op by op, bit for bit, over batches of two sizes", async () => {
  const recorded = smallModel(false), eager = smallModel(true);
  for (let t = 1; t <= 8; t++) {
    const size = t % 4 === 0 ? 37 : 64;
    assert.deepEqual(await recorded.run(t, size), await eager.run(t, size), `step ${t}`);
  }
  assert.deepEqual(await recorded.state(), await eager.state());
  recorded.dispose();
  eager.dispose();
});

recordingTest("the function of a step runs once per combination of input shapes", async () => {
  let calls = 0;
  const step = engine.compileStep<{ x: HostTensor }>(({ x }) => {
    calls++;
    return { y: tf.square(x) };
  }, { name: "square" });
  for (
    const [x, y, expected] of [[[1, 2, 3], [1, 4, 9], 1], [[2, 2, 2], [4, 4, 4], 1], [[5], [25], 2], [
      [3],
      [9],
      2,
    ]] as const
  ) {
    assert.deepEqual([...(await step.run({ x: floats(...x) })).y], y);
    assert.equal(calls, expected);
  }
  step.dispose();
});

recordingTest("a step that reads values while it runs is refused with the reason, and the engine goes on", async () => {
  const v = engine.variable("v", [2], Float32Array.of(1, 2));
  const reads: Record<string, (x: tf.Tensor) => tf.Tensor> = {
    "dataSync of an input": (x) => tf.tensor1d(x.dataSync()),
    "dataSync of a result": (x) => tf.scalar(tf.sum(x).dataSync()[0]),
    "arraySync of a variable": () => tf.tensor1d(v.value().arraySync() as number[]),
    "a condition on a value": (x) => tf.max(x).arraySync() as number > 0 ? x : tf.neg(x),
  };
  const before = engine.tensorCount();
  for (const [name, fn] of Object.entries(reads)) {
    const step = engine.compileStep<{ x: HostTensor }>(({ x }) => ({ y: fn(x) }), { name });
    for (let round = 0; round < 2; round++) {
      await assert.rejects(step.run({ x: floats(1, 2) }), (error: Error) => {
        assert.match(error.message, new RegExp(`Step "${name}" failed: Cannot record this step: it reads the values`));
        assert.match(error.message, /Return the tensor from the step and read it there/);
        return true;
      });
    }
    step.dispose();
  }
  const read = engine.compileStep<{ x: HostTensor }>(({ x }) => {
    v.read();
    return { x };
  }, { name: "read" });
  await assert.rejects(read.run({ x: floats(1) }), /Cannot record this step: it reads the values/);
  read.dispose();
  assert.equal(engine.tensorCount(), before, "a refused recording leaves no tensor behind");

  const step = engine.compileStep<{ x: HostTensor }>(({ x }) => ({ y: tf.add(x, v.value()) }), { name: "fine" });
  assert.deepEqual([...(await step.run({ x: floats(1, 2) })).y], [2, 4]);
  assert.deepEqual([...tf.tensor1d([1, 2]).add(1).dataSync()], [2, 3]);
  step.dispose();
  v.dispose();
});

recordingTest("the values of a constant may be read while a step is recorded", async () => {
  const step = engine.compileStep<{ x: HostTensor }>(({ x }) => {
    const [two] = tf.scalar(2).dataSync();
    return { y: tf.mul(x, two) };
  }, { name: "constant" });
  assert.deepEqual([...(await step.run({ x: floats(1, 2) })).y], [2, 4]);
  step.dispose();
});

recordingTest("a tensor that a step has captured stays valid after tfjs disposed it", async () => {
  const uploaded = tf.tidy(() => tf.add(tf.tensor1d([10, 20]), 0)); // lies on the device
  const pending = tf.tensor1d([100, 200]); // lies with tfjs until it is used
  const step = engine.compileStep<{ x: HostTensor }>(
    ({ x }) => ({ y: tf.add(tf.add(x, uploaded), pending) }),
    { name: "captures" },
  );
  assert.deepEqual([...(await step.run({ x: floats(1, 2) })).y], [111, 222]);
  tf.dispose([uploaded, pending]);
  for (let i = 0; i < 50; i++) tf.tidy(() => tf.add(tf.tensor1d([i, i]), 1)); // reuses freed memory
  assert.deepEqual([...(await step.run({ x: floats(3, 4) })).y], [113, 224]);
  step.dispose();
});

recordingTest(
  "an op that fails while a compiled step runs is named with the step, and the next run works",
  async () => {
    const step = engine.compileStep<{ x: HostTensor; at: HostTensor }>(({ x, at }) => ({
      y: tf.tensorScatterUpdate(x, tf.reshape(at, [-1, 1]), tf.ones([1])),
    }), { name: "scatters" });
    const run = (at: number) => step.run({ x: floats(5, 6), at: { data: Int32Array.of(at), shape: [1] } });
    assert.deepEqual([...(await run(1)).y], [5, 1]);
    await assert.rejects(run(2), /Step "scatters" failed: .*indices\[0\].* \[2\].*\[2\].*TensorScatterUpdate/s);
    assert.deepEqual([...(await run(0)).y], [1, 6]);
    step.dispose();
  },
);

recordingTest("a step may dispose a tensor that it has captured", async () => {
  const before = engine.tensorCount();
  const captured = tf.tidy(() => tf.add(tf.tensor1d([10, 20]), 0));
  const step = engine.compileStep<{ x: HostTensor }>(({ x }) => {
    const y = tf.add(x, captured);
    captured.dispose();
    return { y };
  }, { name: "disposes" });
  assert.deepEqual([...(await step.run({ x: floats(1, 2) })).y], [11, 22]);
  assert.deepEqual([...(await step.run({ x: floats(3, 4) })).y], [13, 24]);
  step.dispose();
  assert.equal(engine.tensorCount(), before);
});

recordingTest("recording a step inside another is refused, and both work afterwards", async () => {
  const inner = engine.compileStep<{ x: HostTensor }>(({ x }) => ({ y: tf.add(x, 1) }), { name: "inner" });
  let started: Promise<unknown> | null = null;
  const outer = engine.compileStep<{ x: HostTensor }>(({ x }) => {
    started ??= inner.run({ x: floats(1) });
    return { y: tf.mul(x, 2) };
  }, { name: "outer" });
  assert.deepEqual([...(await outer.run({ x: floats(3) })).y], [6]);
  assert.deepEqual(await started, { y: Float32Array.of(2) });
  [inner, outer].forEach((step) => step.dispose());
});

recordingTest("timers run while a step does", async () => {
  const x = draws(1, [1024, 1024]);
  const step = engine.compileStep<{ x: HostTensor }>(({ x }) => {
    const scaled = tf.mul(x, 1 / 32);
    let y: tf.Tensor = scaled;
    for (let i = 0; i < 24; i++) y = tf.matMul(y as tf.Tensor2D, scaled as tf.Tensor2D); // 52 GFLOP
    return { y: tf.sum(y) };
  }, { name: "long" });
  await step.run({ x });
  let ticks = 0;
  const timer = setInterval(() => ticks++, 5);
  await step.run({ x });
  clearInterval(timer);
  assert.ok(ticks >= 3, `${ticks} ticks of 5 ms during the step`);
  step.dispose();
});
