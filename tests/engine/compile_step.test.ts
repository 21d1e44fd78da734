import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import type { EmbeddingIds, HostTensor } from "../../lib/engine/mod.ts";
import { engine } from "./open_test_engine.ts";

// Runs on every backend (see backends.test.ts).

const floats = (...values: number[]): HostTensor => ({ data: Float32Array.from(values), shape: [values.length] });
const counter = (name: string) => engine.variable(name, [1], new Float32Array(1));

Deno.test(`a step gives all its outputs by name: inputs, constants, one tensor twice, whole numbers, on ${engine.name}`, async () => {
  const step = engine.compileStep<{ x: HostTensor }>(({ x }) => {
    const double = tf.mul(x, 2);
    return {
      double,
      same: double,
      input: x,
      constant: tf.tensor1d([7, 8]),
      positive: tf.cast(tf.greater(x, 0), "int32"),
    };
  }, { name: "outputs" });
  for (const x of [floats(1, -2, 3), floats(-1, 2, -3)]) {
    const results = await step.run({ x });
    assert.deepEqual(Object.keys(results), ["double", "same", "input", "constant", "positive"]);
    const values = [...x.data];
    assert.deepEqual(results.double, Float32Array.from(values, (v) => 2 * v));
    assert.deepEqual(results.same, results.double);
    assert.deepEqual(results.input, Float32Array.from(values));
    assert.deepEqual(results.constant, Float32Array.of(7, 8));
    assert.deepEqual(results.positive, Float32Array.from(values, (v) => v > 0 ? 1 : 0));
  }
  step.dispose();
});

Deno.test(`a step takes batches of any size, and whole numbers as well as fractions, on ${engine.name}`, async () => {
  const step = engine.compileStep<{ x: HostTensor }>(({ x }) => ({ sum: tf.sum(tf.cast(x, "float32")) }), {
    name: "sum",
  });
  const sum = async (x: HostTensor) => (await step.run({ x })).sum[0];
  assert.equal(await sum(floats(1, 2, 3)), 6);
  assert.equal(await sum(floats(1, 2)), 3);
  assert.equal(await sum({ data: Int32Array.of(4, 5, 6), shape: [3] }), 15);
  assert.equal(await sum({ data: Float32Array.of(1, 2, 3, 4), shape: [2, 2] }), 10);
  assert.equal(await sum(floats(0.5, 0.25, 0.25)), 1);
  step.dispose();
});

Deno.test(`a step that was aborted before it began rejects with the signal's reason and changes nothing, on ${engine.name}`, async () => {
  const v = counter("v");
  const step = engine.compileStep<{ x: HostTensor }>(({ x }) => {
    v.assign(tf.add(v.value(), x));
    return { v: v.value() };
  }, { name: "count" });
  const reason = new Error("the user pressed stop");
  for (const expected of [1, 2]) {
    await assert.rejects(step.run({ x: floats(1) }, AbortSignal.abort(reason)), (error) => error === reason);
    assert.deepEqual([...(await step.run({ x: floats(1) }, new AbortController().signal)).v], [expected]);
  }
  step.dispose();
  v.dispose();
});

Deno.test(`an error in a step names the step and the shapes, and the next step works, on ${engine.name}`, async () => {
  const step = engine.compileStep<{ a: HostTensor; b: HostTensor }>(
    ({ a, b }) => ({ product: tf.matMul(a as tf.Tensor2D, b as tf.Tensor2D) }),
    { name: "multiply things" },
  );
  const a = { data: Float32Array.of(1, 2, 3, 4, 5, 6), shape: [2, 3] };
  const wrong = { data: new Float32Array(8), shape: [4, 2] };
  const right = { data: Float32Array.of(1, 0, 0, 1, 1, 1), shape: [3, 2] };
  for (let round = 0; round < 2; round++) {
    await assert.rejects(step.run({ a, b: wrong }), (error: Error) => {
      assert.match(error.message, /Step "multiply things" failed/);
      assert.match(error.message, /2,\s?3/);
      assert.match(error.message, /4,\s?2/);
      return true;
    });
    assert.deepEqual([...(await step.run({ a, b: right })).product], [4, 5, 10, 11]);
  }
  step.dispose();
});

Deno.test(`an input with more values than its shape is named, also once the step is compiled, on ${engine.name}`, async () => {
  const step = engine.compileStep<{ x: HostTensor; y: HostTensor }>(({ x, y }) => ({ z: tf.add(x, y) }), {
    name: "add",
  });
  const wrong = { data: new Float32Array(5), shape: [2, 2] }, right = { data: new Float32Array(4), shape: [2, 2] };
  for (let round = 0; round < 2; round++) {
    await assert.rejects(
      step.run({ x: right, y: wrong }),
      /Step "add" failed: Cannot put 5 values into input y of shape \[2,2\]: wanted 4/,
    );
    assert.equal((await step.run({ x: right, y: right })).z.length, 4);
  }
  step.dispose();
});

Deno.test(`a step that fails after a table's update leaves the table as it was, on ${engine.name}`, async () => {
  const table = engine.embeddingTable({
    name: "rows",
    fieldRows: [3],
    dim: 1,
    optimizer: { name: "sgd" },
    fill: (out) => out.fill(1),
  });
  let broken = true;
  const step = engine.compileStep<{ ids: EmbeddingIds; rate: HostTensor }>(({ ids, rate }) => {
    table.update(ids, tf.ones([1, 1, 1]), rate);
    if (broken) throw new Error("halfway");
    return {};
  }, { name: "breaks" });
  const inputs = () => ({ ids: table.ids(Int32Array.of(1)), rate: { data: Float32Array.of(0.5), shape: [] } });
  await assert.rejects(step.run(inputs()), /Step "breaks" failed: halfway/);
  assert.deepEqual([...(await table.read()).weights], [1, 1, 1]);
  broken = false;
  await step.run(inputs());
  assert.deepEqual([...(await table.read()).weights], [1, 0.5, 1], "one update, not two");
  step.dispose();
  table.dispose();
});

Deno.test(`steps that are started without waiting run one after another, on ${engine.name}`, async () => {
  const v = engine.variable("v", [1000], new Float32Array(1000));
  const table = engine.embeddingTable({
    name: "rows",
    fieldRows: [1000],
    dim: 4,
    optimizer: { name: "sgd" },
    fill: (out) => out.fill(0),
  });
  const add = engine.compileStep<{ ids: EmbeddingIds; rate: HostTensor }>(({ ids, rate }) => {
    const x = table.lookup(ids);
    table.update(ids, tf.sub(tf.mul(x, -1), 1), rate); // x <- x + rate (x + 1) = 2 x + 1
    v.assign(tf.add(tf.mul(v.value(), 2), 1));
    return { v: v.value() };
  }, { name: "doubles" });
  const inputs = () => ({
    ids: table.ids(Int32Array.from({ length: 1000 }, (_, i) => i)),
    rate: { data: Float32Array.of(1), shape: [] },
  });
  const results = await Promise.all(Array.from({ length: 20 }, () => add.run(inputs())));
  const expected = Array.from({ length: 20 }, (_, t) => 2 ** (t + 1) - 1);
  assert.deepEqual(results.map(({ v }) => v[0]), expected);
  assert.deepEqual(new Set(await v.read()), new Set([2 ** 20 - 1]));
  assert.deepEqual(new Set((await table.read()).weights), new Set([2 ** 20 - 1]));
  add.dispose();
  v.dispose();
  table.dispose();
});

Deno.test(`a step may have any name, on ${engine.name}`, async () => {
  for (const name of ["", "_", "(1) é 訓練", "a/b c"]) {
    const step = engine.compileStep<{ x: HostTensor }>(({ x }) => ({ y: tf.add(x, 1) }), { name });
    assert.deepEqual([...(await step.run({ x: floats(1) })).y], [2]);
    step.dispose();
  }
});
