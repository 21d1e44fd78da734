import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import type { HostTensor } from "../../lib/engine/mod.ts";
import { engine } from "./open_test_engine.ts";

// Runs on every backend (see backends.test.ts).

Deno.test(`a variable holds what was written to it last, and its copies are copies, on ${engine.name}`, async () => {
  const first = Float32Array.of(1, 2, 3, 4, 5, 6), second = Float32Array.of(6, 5, 4, 3, 2, 1);
  const v = engine.variable("v", [2, 3], first);
  first.fill(0);
  const copy = await v.read();
  assert.deepEqual([...copy], [1, 2, 3, 4, 5, 6]);
  copy.fill(9);
  assert.deepEqual([...await v.read()], [1, 2, 3, 4, 5, 6]);
  v.write(second);
  second.fill(0);
  assert.deepEqual([...await v.read()], [6, 5, 4, 3, 2, 1]);
  v.dispose();
});

Deno.test(`a variable refuses more or fewer values than its shape has, on ${engine.name}`, async () => {
  const v = engine.variable("bias", [2, 3], Float32Array.of(1, 2, 3, 4, 5, 6));
  const message = "Cannot put 5 values into variable bias of shape [2,3]: wanted 6.";
  assert.throws(() => v.write(new Float32Array(5)), { message });
  assert.throws(() => engine.variable("bias", [2, 3], new Float32Array(5)), { message });
  assert.deepEqual([...await v.read()], [1, 2, 3, 4, 5, 6]);
  v.dispose();
});

Deno.test(`reads and writes of a variable within a step happen in the order of the program, on ${engine.name}`, async () => {
  const v = engine.variable("v", [2], Float32Array.of(1, 2));
  const step = engine.compileStep<{ x: HostTensor }>(({ x }) => {
    const before = v.value();
    v.assign(tf.add(before, x));
    const between = v.value();
    v.assign(tf.mul(between, 10));
    return { before, between, after: v.value() };
  }, { name: "order" });
  let expected = [1, 2];
  for (let t = 1; t <= 4; t++) {
    const { before, between, after } = await step.run({ x: { data: Float32Array.of(t, -t), shape: [2] } });
    assert.deepEqual([...before], expected, "the value before the step");
    const sum = [expected[0] + t, expected[1] - t];
    assert.deepEqual([...between], sum, "the value between the two writes");
    expected = sum.map((s) => s * 10);
    assert.deepEqual([...after], expected, "the value after both writes");
    assert.deepEqual([...await v.read()], expected);
  }
  step.dispose();
  v.dispose();
});

Deno.test(`a write waits for the reads before it, also when it needs nothing of them, on ${engine.name}`, async () => {
  const variables = Array.from({ length: 20 }, (_, i) => engine.variable(`v${i}`, [1], new Float32Array(1)));
  const step = engine.compileStep<{ first: HostTensor; second: HostTensor }>(({ first, second }) => {
    const between = variables.map((v) => {
      v.assign(tf.sqrt(tf.square(first)));
      const value = v.value();
      v.assign(second);
      return value;
    });
    return { between: tf.concat(between) };
  }, { name: "independent writes" });
  for (let t = 1; t <= 20; t++) {
    const first = { data: Float32Array.of(t), shape: [1] }, second = { data: Float32Array.of(-t), shape: [1] };
    assert.deepEqual([...(await step.run({ first, second })).between], Array(20).fill(t));
    for (const v of variables) assert.deepEqual([...await v.read()], [-t]);
  }
  [step, ...variables].forEach((owned) => owned.dispose());
});

Deno.test(`an update and the reads around it keep their order, on ${engine.name}`, async () => {
  const v = engine.variable("v", [1], Float32Array.of(8));
  const step = engine.compileStep<{ rate: HostTensor }>(({ rate }) => {
    const before = v.value();
    engine.updates.sgd(v, rate, before); // w <- w - rate w
    const after = v.value();
    engine.updates.sgd(v, rate, after);
    return { before, after };
  }, { name: "two updates" });
  const rate = { data: Float32Array.of(0.5), shape: [] };
  for (const [before, after, end] of [[8, 4, 2], [2, 1, 0.5]]) {
    const results = await step.run({ rate });
    assert.deepEqual([results.before[0], results.after[0], (await v.read())[0]], [before, after, end]);
  }
  step.dispose();
  v.dispose();
});
