import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { type EmbeddingIds, type HostTensor, NotFiniteError } from "../../lib/engine/mod.ts";
import { engine, onTensorFlow } from "./open_test_engine.ts";

// Runs on every backend (see backends.test.ts).

const scalar = (x: number): HostTensor => ({ data: Float32Array.of(x), shape: [] });

function watchedStep() {
  const v = engine.variable("v", [2], Float32Array.of(1, 2));
  const a = engine.variable("a", [2], Float32Array.of(1, 1));
  const table = engine.embeddingTable({
    name: "rows",
    fieldRows: [3],
    dim: 2,
    optimizer: { name: "adagrad", initialAccumulator: 0.1, epsilon: 1e-8 },
    averageMaxRows: 3,
    fill: (out) => out.fill(1),
  });
  const step = engine.compileStep<{ ids: EmbeddingIds; x: HostTensor }>(({ ids, x }) => {
    const loss = tf.sum(tf.mul(v.value(), x));
    v.assign(tf.add(v.value(), 1));
    engine.updates.adagrad(v, a, tf.scalar(0.1), 1e-8, tf.ones([2]));
    table.update(ids, tf.ones([1, 1, 2]), tf.scalar(0.5));
    table.updateAverage(tf.scalar(0.5));
    return { other: tf.mul(x, 2), loss };
  }, { name: "watched", finite: "loss" });
  const run = (x: number) => step.run({ ids: table.ids(Int32Array.of(1)), x: scalar(x) });
  const state = async () => [await v.read(), await a.read(), await table.read()];
  return { run, state, dispose: () => [step, v, a, table].forEach((owned) => owned.dispose()) };
}

Deno.test(`a step whose watched result is not finite fails by name and changes nothing, on ${engine.name}`, async () => {
  const watched = watchedStep();
  const start = await watched.state();
  assert.deepEqual([...(await watched.run(1)).loss], [3]);
  const before = await watched.state(), tensors = engine.tensorCount();
  assert.notDeepEqual(before, start);
  for (const x of [NaN, Infinity, -Infinity, 3e38]) {
    await assert.rejects(watched.run(x), (error: Error) => {
      assert.ok(error.cause instanceof NotFiniteError);
      assert.equal(error.cause.result, "loss");
      const value = x === 3e38 ? Infinity : x;
      assert.deepEqual(error.cause.value, value);
      assert.equal(error.message, `Step "watched" failed: its result "loss" is ${value}, wanted a finite number`);
      return true;
    });
    assert.deepEqual(await watched.state(), before);
  }
  assert.equal(engine.tensorCount(), tensors);
  const undisturbed = watchedStep();
  await undisturbed.run(1);
  assert.deepEqual(await watched.run(0.5), await undisturbed.run(0.5));
  assert.deepEqual(await watched.state(), await undisturbed.state());
  [watched, undisturbed].forEach((owned) => owned.dispose());
});

Deno.test(`a step that throws half-way leaves every variable as it was, on ${engine.name}`, async () => {
  const v = engine.variable("v", [1], Float32Array.of(5));
  const step = engine.compileStep<{ x: HostTensor }>(({ x }) => {
    v.assign(x);
    v.assign(tf.mul(v.value(), 2));
    throw new Error("half-way");
  }, { name: "throws" });
  const before = engine.tensorCount();
  await assert.rejects(step.run({ x: { data: Float32Array.of(1), shape: [1] } }), /Step "throws" failed: half-way/);
  assert.deepEqual([...await v.read()], [5]);
  assert.equal(engine.tensorCount(), before);
  [step, v].forEach((owned) => owned.dispose());
});

Deno.test(`a watched result that the step does not have is an error that lists what it has, on ${engine.name}`, async () => {
  const step = engine.compileStep<{ x: HostTensor }>(({ x }) => ({ y: tf.mul(x, 2) }), { name: "s", finite: "loss" });
  await assert.rejects(step.run({ x: scalar(1) }), /Cannot watch the result "loss": wanted one of y/);
  step.dispose();
});

const recordingTest = (name: string, fn: () => Promise<void>) => Deno.test({ name, ignore: !onTensorFlow, fn });

recordingTest(
  "a variable that changes before the watched result is known is refused, and its graph is freed",
  async () => {
    const v = engine.variable("v", [1], Float32Array.of(5));
    const constant = new Float32Array(1 << 20).fill(1); // 4 MB in every graph
    const step = engine.compileStep<{ x: HostTensor }>(({ x }) => {
      const sum = tf.sum(tf.mul(tf.tensor1d(constant), x));
      v.assign(tf.reshape(sum, [1]));
      return { loss: tf.sum(v.value()) };
    }, { name: "late", finite: "loss" });
    const fail = () =>
      assert.rejects(step.run({ x: scalar(1) }), /Cannot watch a result.*changes a variable before it is/);
    for (let i = 0; i < 20; i++) await fail();
    const tensors = engine.tensorCount(), memory = Deno.memoryUsage().rss;
    for (let i = 0; i < 100; i++) await fail();
    assert.equal(engine.tensorCount(), tensors);
    const grown = (Deno.memoryUsage().rss - memory) / 1e6;
    assert.ok(grown < 150, `the process has grown by ${grown.toFixed(0)} MB, of 400 MB of constants`);
    assert.deepEqual([...await v.read()], [5]);
    [step, v].forEach((owned) => owned.dispose());
  },
);
