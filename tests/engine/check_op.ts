import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import type { HostTensor } from "../../lib/engine/mod.ts";
import { normal } from "../../lib/data/counter_hash.ts";
import { assertClose } from "./assert_close.ts";
import { numericGradient } from "./numeric_gradient.ts";
import { engine } from "./open_test_engine.ts";

// float32 has 24 bits: sums of a few products of numbers near 1 are right to about 1e-6; gradients are compared with
// differences of the closed form in double precision.
const VALUE = { relative: 2e-6, absolute: 2e-6 };
const GRADIENT = { relative: 5e-6, absolute: 5e-6 };

/** An op, or a composition of ops. */
export type TensorOp = (...inputs: tf.Tensor[]) => tf.Tensor;

/** Normal numbers, the same for the same seed. */
export const draws = (seed: number, size: number): Float32Array<ArrayBuffer> =>
  Float32Array.from({ length: size }, (_, i) => normal(seed, i));

/** Value of `op` and the gradients of `sum(weights * op(inputs))`, through a compiled step. */
export async function valueAndGradients(op: TensorOp, inputs: readonly HostTensor[], weights: HostTensor) {
  const step = engine.compileStep<Record<string, HostTensor>>(({ weights, ...inputs }) => {
    const value = op(...Object.values(inputs));
    const gradients = tf.grads((...x) => tf.sum(tf.mul(op(...x), weights)))(Object.values(inputs));
    return { value, ...Object.fromEntries(gradients.map((g, i) => [`gradient${i}`, g])) };
  }, { name: "value and gradients" });
  const named = Object.fromEntries(inputs.map((input, i) => [`input${i}`, input]));
  const { value, ...gradients } = await step.run({ weights, ...named });
  step.dispose();
  return { value, gradients: Object.values(gradients) };
}

/** Compares an op with its closed form: value, and gradient with respect to every input. */
export async function checkOp(
  op: TensorOp,
  inputs: readonly HostTensor[],
  outputShape: readonly number[],
  closedForm: (...inputs: Float64Array[]) => Float64Array,
) {
  const exact = inputs.map(({ data }) => Float64Array.from(data));
  const expected = closedForm(...exact);
  const weights = draws(99, expected.length);
  const { value, gradients } = await valueAndGradients(op, inputs, { data: weights, shape: outputShape });
  assertClose(value, expected, { ...VALUE, what: "value" });
  const weighted = (...x: Float64Array[]) => closedForm(...x).reduce((sum, y, i) => sum + weights[i] * y, 0);
  const slopes = numericGradient(weighted, exact);
  assert.equal(gradients.length, inputs.length);
  gradients.forEach((gradient, i) => assertClose(gradient, slopes[i], { ...GRADIENT, what: `gradient ${i}` }));
}
