import * as tf from "@tensorflow/tfjs";
import type { HostTensor } from "../../lib/engine/mod.ts";
import { checkOp, draws, type TensorOp } from "./check_op.ts";
import { engine } from "./open_test_engine.ts";

// Runs on every backend (see backends.test.ts): tfjs's own ops in the forms in which models and training use them.

const host = (seed: number, shape: readonly number[]): HostTensor => ({
  data: draws(seed, shape.reduce((a, b) => a * b, 1)),
  shape,
});

const B = 3, F = 4, d = 5, N = 2;
const embeddings = host(1, [B, F, d]), vectors = host(2, [B, d]), columns = host(3, [B, N]), weights = host(4, [N]);

interface Case {
  readonly what: string;
  readonly op: TensorOp;
  readonly inputs: readonly HostTensor[];
  readonly shape: readonly number[];
  readonly closedForm: (...x: Float64Array[]) => Float64Array;
}

const cases: Case[] = [
  {
    what: "concat of columns",
    op: (a, b) => tf.concat([a as tf.Tensor2D, b as tf.Tensor2D], 1),
    inputs: [vectors, columns],
    shape: [B, d + N],
    closedForm: (a, b) =>
      Float64Array.from({ length: B * (d + N) }, (_, at) => {
        const row = Math.floor(at / (d + N)), k = at % (d + N);
        return k < d ? a[row * d + k] : b[row * N + k - d];
      }),
  },
  {
    what: "expandDims and concat before the embeddings",
    op: (z, e) => tf.concat([tf.expandDims(z, 1) as tf.Tensor3D, e as tf.Tensor3D], 1),
    inputs: [vectors, embeddings],
    shape: [B, F + 1, d],
    closedForm: (z, e) =>
      Float64Array.from({ length: B * (F + 1) * d }, (_, at) => {
        const k = at % d, m = Math.floor(at / d) % (F + 1), row = Math.floor(at / d / (F + 1));
        return m === 0 ? z[row * d + k] : e[(row * F + m - 1) * d + k];
      }),
  },
  {
    what: "reshape to one row an example, squared so that its gradient differs by element",
    op: (e) => tf.square(tf.reshape(e, [B, F * d])),
    inputs: [embeddings],
    shape: [B, F * d],
    closedForm: (e) => e.map((x) => x * x),
  },
  {
    what: "the sum over fields and width",
    op: (e) => tf.sum(e, [1, 2]),
    inputs: [embeddings],
    shape: [B],
    closedForm: (e) =>
      Float64Array.from({ length: B }, (_, b) => e.slice(b * F * d, (b + 1) * F * d).reduce((s, x) => s + x, 0)),
  },
  {
    what: "the weighted sum of columns",
    op: (x, w) => tf.sum(tf.mul(x, w), 1),
    inputs: [columns, weights],
    shape: [B],
    closedForm: (x, w) => Float64Array.from({ length: B }, (_, b) => x[b * N] * w[0] + x[b * N + 1] * w[1]),
  },
  {
    what: "mul by a matrix of the same shape, as a mask does",
    op: (a, b) => tf.mul(a, b),
    inputs: [vectors, host(5, [B, d])],
    shape: [B, d],
    closedForm: (a, b) => a.map((x, i) => x * b[i]),
  },
  {
    what: "add of a bias to every row",
    op: (x, b) => tf.add(x, b),
    inputs: [columns, weights],
    shape: [B, N],
    closedForm: (x, b) => x.map((value, i) => value + b[i % N]),
  },
  {
    what: "matMul",
    op: (a, b) => tf.matMul(a as tf.Tensor2D, b as tf.Tensor2D),
    inputs: [vectors, host(6, [d, N])],
    shape: [B, N],
    closedForm: (a, b) =>
      Float64Array.from({ length: B * N }, (_, at) => {
        const row = Math.floor(at / N), n = at % N;
        let sum = 0;
        for (let k = 0; k < d; k++) sum += a[row * d + k] * b[k * N + n];
        return sum;
      }),
  },
  {
    what: "batched matMul with the transpose of the second",
    op: (a, b) => tf.matMul(a as tf.Tensor3D, b as tf.Tensor3D, false, true),
    inputs: [embeddings, host(7, [B, 2, d])],
    shape: [B, F, 2],
    closedForm: (a, b) =>
      Float64Array.from({ length: B * F * 2 }, (_, at) => {
        const j = at % 2, i = Math.floor(at / 2) % F, row = Math.floor(at / 2 / F);
        let sum = 0;
        for (let k = 0; k < d; k++) sum += a[(row * F + i) * d + k] * b[(row * 2 + j) * d + k];
        return sum;
      }),
  },
];

for (const { what, op, inputs, shape, closedForm } of cases) {
  Deno.test(`${what} is its closed form, in value and gradients, on ${engine.name}`, async () => {
    await checkOp(op, inputs, shape, closedForm);
  });
}
