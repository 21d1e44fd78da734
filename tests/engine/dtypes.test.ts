import assert from "node:assert/strict";
import { createRequire } from "node:module";
import * as tf from "@tensorflow/tfjs";
import type { HostTensor } from "../../lib/engine/mod.ts";
import { DType } from "../../lib/engine/tensorflow/dtype.ts";
import { attribute } from "../../lib/engine/tensorflow/op.ts";
import type { TensorFlowEngine } from "../../lib/engine/tensorflow/tensorflow_engine.ts";
import { engine, onTensorFlow } from "./open_test_engine.ts";

// What the binding is to TensorFlow's own types; the other backends are tfjs's.
const test = (name: string, fn: () => void | Promise<void>) => Deno.test({ name, ignore: !onTensorFlow, fn });
const binding = onTensorFlow ? (engine as TensorFlowEngine).backend.binding : null!;
const bytes = (text: string) => new TextEncoder().encode(text);
const T = (dtype: number) => attribute.type("T", dtype);

/** Runs an op with one output and gives its type, shape and values; everything is freed again. */
function run(name: string, attributes: Parameters<typeof binding.executeOp>[1], inputs: number[]) {
  const [{ id, shape, dtype }] = binding.executeOp(name, attributes, inputs, 1);
  const values = binding.tensorDataSync(id);
  [id, ...inputs].forEach((each) => binding.deleteTensor(each));
  return { shape, dtype, values };
}

const texts = ["", "a", "twenty-two bytes fit in", "twenty-two bytes here.", "Ä🙂", "x".repeat(5000), "\0zero\0"];

test("strings of every length come back from the engine as they went in", () => {
  const id = binding.createTensor([texts.length], DType.string, texts.map(bytes));
  assert.deepEqual(binding.tensorDataSync(id), texts.map((text) => Uint8Array.from(bytes(text))));
  binding.deleteTensor(id);
  const empty = binding.createTensor([0, 3], DType.string, []);
  assert.deepEqual(binding.tensorDataSync(empty), []);
  binding.deleteTensor(empty);
});

test("string tensors own their text: a thousand others do not change them", () => {
  const id = binding.createTensor([texts.length], DType.string, texts.map(bytes));
  for (let i = 0; i < 1000; i++) {
    const other = binding.createTensor([2], DType.string, [bytes("y".repeat(i)), bytes("z".repeat(5000))]);
    binding.deleteTensor(other);
  }
  assert.deepEqual(binding.tensorDataSync(id), texts.map((text) => Uint8Array.from(bytes(text))));
  binding.deleteTensor(id);
});

test("tfjs's kernels take strings: concatenation, reshape, slice, comparison", () => {
  const { joined, equal } = tf.tidy(() => {
    const words = tf.tensor2d([["user", "item"], ["ad", "page"]], undefined, "string");
    const joined = tf.concat([tf.reshape(words, [4]), tf.tensor1d(["last"], "string")]);
    return { joined: tf.slice(joined, [2], [3]), equal: tf.equal(words, tf.tensor1d(["ad", "item"], "string")) };
  });
  assert.deepEqual(joined.dataSync() as unknown, ["ad", "page", "last"]);
  assert.deepEqual(equal.arraySync() as unknown, [[0, 1], [1, 0]]);
  tf.dispose([joined, equal]);
});

test("TensorFlow's string ops give strings, and int64", () => {
  const words = () => binding.createTensor([2], DType.string, [bytes("Ad"), bytes("pAGe")]);
  const upper = run("StringUpper", [attribute.string("encoding", "")], [words()]);
  assert.deepEqual(upper, { dtype: DType.string, shape: [2], values: [bytes("AD"), bytes("PAGE")] });
  const one = run("StringToHashBucketFast", [attribute.int("num_buckets", 1)], [words()]);
  assert.deepEqual(one, { dtype: DType.int64, shape: [2], values: BigInt64Array.of(0n, 0n) });
});

test("a step may use string constants", async () => {
  const step = engine.compileStep<{ x: HostTensor }>(({ x }) => {
    const same = tf.equal(tf.tensor1d(["a", "b", "a"], "string"), tf.tensor1d(["a", "a", "a"], "string"));
    return { y: tf.mul(x, tf.cast(same, "float32")) };
  }, { name: "strings" });
  for (const x of [[1, 2, 3], [4, 5, 6]]) {
    const { y } = await step.run({ x: { data: Float32Array.from(x), shape: [3] } });
    assert.deepEqual([...y], [x[0], 0, x[2]]);
  }
  step.dispose();
});

test("a string tensor of too many or too few strings is refused", () => {
  assert.throws(
    () => binding.createTensor([3], DType.string, [bytes("a")]),
    { message: "Cannot make a string tensor of shape [3] from 1 strings: wanted 3." },
  );
});

test("int64 goes in and out, beyond what float64 holds", () => {
  const big = BigInt64Array.of(-(2n ** 63n), -1n, 0n, 2n ** 53n + 1n);
  const one = BigInt64Array.of(0n, -1n, 1n, 2n);
  const create = (values: BigInt64Array) => binding.createTensor([4], DType.int64, values);
  const { dtype, shape, values } = run("AddV2", [T(DType.int64)], [create(big), create(one)]);
  assert.deepEqual({ dtype, shape }, { dtype: DType.int64, shape: [4] });
  assert.deepEqual(values, BigInt64Array.of(-(2n ** 63n), -2n, 1n, 2n ** 53n + 3n));
});

test("tfjs-node's Int64Scalar is an int64 of its value, negative ones too", () => {
  const require = createRequire(import.meta.url);
  const { Int64Scalar } = require("@tensorflow/tfjs-node-gpu/dist/int64_tensors.js");
  for (const value of [0, 5, -7, 2 ** 31 - 2, -(2 ** 31) + 1]) {
    const id = binding.createTensor([], DType.int64, new Int64Scalar(value).valueArray);
    assert.deepEqual(run("Neg", [T(DType.int64)], [id]).values, BigInt64Array.of(BigInt(-value)));
  }
});

test("complex numbers multiply, and their parts come back", () => {
  const product = tf.tidy(() => tf.mul(tf.complex([1, 0], [2, 1]), tf.complex([3, 0], [-1, 1]))); // (1+2i)(3-i), i i
  assert.equal(product.dtype, "complex64");
  assert.deepEqual([...tf.tidy(() => tf.real(product)).dataSync()], [5, -1]);
  assert.deepEqual([...tf.tidy(() => tf.imag(product)).dataSync()], [5, 0]);
  const id = binding.createTensor([2], DType.complex64, Float32Array.of(1, 2, 3, 4));
  assert.deepEqual(run("Conj", [T(DType.complex64)], [id]).values, Float32Array.of(1, -2, 3, -4));
  product.dispose();
});

test("truth values and bytes go in and out", () => {
  const both = tf.tidy(() => tf.logicalAnd(tf.tensor1d([true, true, false], "bool"), tf.tensor1d([1, 0, 0], "bool")));
  assert.equal(both.dtype, "bool");
  assert.deepEqual([...both.dataSync()], [1, 0, 0]);
  both.dispose();
  const id = binding.createTensor([2, 2], DType.uint8, Uint8Array.of(0, 1, 254, 255));
  const { dtype, shape, values } = run("Invert", [T(DType.uint8)], [id]);
  assert.deepEqual({ dtype, shape, values }, {
    dtype: DType.uint8,
    shape: [2, 2],
    values: Uint8Array.of(255, 254, 1, 0),
  });
});

test("an op that fails is a JavaScript error naming it, the types and the shapes, and leaves nothing behind", () => {
  const before = engine.tensorCount();
  const a = binding.createTensor([2, 3], DType.float32, new Float32Array(6));
  const b = binding.createTensor([4, 5], DType.float32, new Float32Array(20));
  const s = binding.createTensor([1], DType.string, [bytes("a")]);
  const product = [T(DType.float32), attribute.bool("transpose_a", false), attribute.bool("transpose_b", false)];
  const failing: [() => unknown, RegExp][] = [
    [
      () => binding.executeOp("MatMul", product, [a, b], 1),
      /^MatMul\(float32\[2,3\], float32\[4,5\]\): .*incompatible/is,
    ],
    [() => binding.executeOp("MatMul", product, [a, s], 1), /^MatMul\(float32\[2,3\], string\[1\]\): /],
    [() => binding.executeOp("NoSuchOp", [], [a], 1), /^NoSuchOp\(float32\[2,3\]\): .*neither a type/],
    [() => binding.executeOp("Neg", [T(DType.string)], [s], 1), /^Neg\(string\[1\]\): /],
    [
      () => binding.createTensor([2], DType.float32, new Float32Array(3)),
      /float32 tensor of shape \[2\] from 12 bytes/,
    ],
  ];
  for (const [fail, message] of failing) {
    for (let round = 0; round < 3; round++) {
      assert.throws(fail, (error: Error) => {
        assert.match(error.message, message);
        return true;
      });
    }
  }
  assert.equal(engine.tensorCount(), before + 3);
  [a, b, s].forEach((id) => binding.deleteTensor(id));
  assert.throws(() => binding.tensorDataSync(a), { message: `Cannot use tensor ${a}: it was disposed before.` });
});
