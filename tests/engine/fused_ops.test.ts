import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import {
  type Activation,
  convolve,
  denseLayer,
  dotInteraction,
  type HostTensor,
  layerNorm,
  sigmoidCrossEntropy,
} from "../../lib/engine/mod.ts";
import { plainConvolve } from "../../lib/engine/ops/convolve.ts";
import { plainDenseLayer } from "../../lib/engine/ops/dense_layer.ts";
import { assertClose } from "./assert_close.ts";
import { checkOp, draws, valueAndGradients } from "./check_op.ts";
import { engine } from "./open_test_engine.ts";

// Runs on every backend (see backends.test.ts).

const B = 5, N = 7, K = 4;
const layerInputs: HostTensor[] = [
  { data: draws(1, B * N), shape: [B, N] },
  { data: draws(2, N * K), shape: [N, K] },
  { data: draws(3, K), shape: [K] },
];

function affine(x: Float64Array, w: Float64Array, b: Float64Array): Float64Array {
  return Float64Array.from({ length: B * K }, (_, at) => {
    const row = Math.floor(at / K), k = at % K;
    let sum = b[k];
    for (let n = 0; n < N; n++) sum += x[row * N + n] * w[n * K + k];
    return sum;
  });
}

Deno.test(`denseLayer is x w + b, in value and gradients, on ${engine.name}`, async () => {
  await checkOp((x, w, b) => denseLayer(x, w, b, "linear"), layerInputs, [B, K], affine);
});

Deno.test(`denseLayer with ReLU is max(0, x w + b), in value and gradients, on ${engine.name}`, async () => {
  const exact = layerInputs.map(({ data }) => Float64Array.from(data)) as [Float64Array, Float64Array, Float64Array];
  const before = affine(...exact);
  // a difference quotient across the kink would be no derivative; and both sides of it must occur
  assert.ok(before.every((y) => Math.abs(y) > 1e-3) && before.some((y) => y < 0) && before.some((y) => y > 0));
  const relu = (...inputs: Float64Array[]) =>
    affine(...inputs as [Float64Array, Float64Array, Float64Array]).map((y) => Math.max(0, y));
  await checkOp((x, w, b) => denseLayer(x, w, b, "relu"), layerInputs, [B, K], relu);
});

Deno.test(`denseLayer equals the layer in tfjs's own ops, in value and gradients, on ${engine.name}`, async () => {
  const [batch, n, k] = [33, 65, 17];
  const inputs: HostTensor[] = [
    { data: draws(4, batch * n), shape: [batch, n] },
    { data: draws(5, n * k), shape: [n, k] },
    { data: draws(6, k), shape: [k] },
  ];
  const weights = { data: draws(7, batch * k), shape: [batch, k] };
  for (const activation of ["relu", "linear"] satisfies Activation[]) {
    const fused = await valueAndGradients((x, w, b) => denseLayer(x, w, b, activation), inputs, weights);
    const plain = await valueAndGradients((x, w, b) => plainDenseLayer(x, w, b, activation), inputs, weights);
    const tolerance = { relative: 2e-6, absolute: 2e-5 }; // sums of 65 terms near 1, in another order
    assertClose(fused.value, plain.value, { ...tolerance, what: `${activation} value` });
    fused.gradients.forEach((g, i) => assertClose(g, plain.gradients[i], { ...tolerance, what: `${activation} ${i}` }));
  }
});

Deno.test(`a ReLU layer gives no gradient where its input is exactly 0, on ${engine.name}`, async () => {
  const inputs: HostTensor[] = [
    { data: Float32Array.of(0, 0), shape: [1, 2] },
    { data: draws(2, 4), shape: [2, 2] },
    { data: Float32Array.of(0, 1), shape: [2] },
  ];
  const weights = { data: Float32Array.of(3, 5), shape: [1, 2] };
  const { gradients } = await valueAndGradients((x, w, b) => denseLayer(x, w, b, "relu"), inputs, weights);
  assert.deepEqual([...gradients[2]], [0, 5]);
});

for (const [batch, m, d] of [[3, 5, 4], [1, 2, 1], [4, 9, 3]]) {
  const title = `dotInteraction of ${m} vectors of width ${d} is the dot product of every pair once, in value and ` +
    `gradient, on ${engine.name}`;
  Deno.test(title, async () => {
    const pairs = m * (m - 1) / 2;
    const closedForm = (x: Float64Array) => {
      const out: number[] = [];
      for (let b = 0; b < batch; b++) {
        for (let i = 1; i < m; i++) {
          for (let j = 0; j < i; j++) {
            let dot = 0;
            for (let k = 0; k < d; k++) dot += x[(b * m + i) * d + k] * x[(b * m + j) * d + k];
            out.push(dot);
          }
        }
      }
      return Float64Array.from(out);
    };
    const x: HostTensor = { data: draws(m, batch * m * d), shape: [batch, m, d] };
    await checkOp((x) => dotInteraction(x), [x], [batch, pairs], closedForm);
  });
}

Deno.test(`sigmoidCrossEntropy is the mean of -ln p of what happened, in value and gradient, on ${engine.name}`, async () => {
  const labels = Float32Array.of(1, 0, 1, 0, 1, 0);
  const logits: HostTensor = { data: Float32Array.of(0, 0, 2.5, -1.25, -3, 4), shape: [6] };
  const closedForm = (s: Float64Array) => {
    const losses = s.map((logit, i) => {
      const p = 1 / (1 + Math.exp(-logit));
      return -Math.log(labels[i] === 1 ? p : 1 - p);
    });
    return Float64Array.of(losses.reduce((a, b) => a + b, 0) / losses.length);
  };
  const op = (s: tf.Tensor) => sigmoidCrossEntropy(s, tf.tensor1d(labels));
  await checkOp(op, [logits], [], closedForm);
  const { gradients } = await valueAndGradients(op, [logits], { data: Float32Array.of(1), shape: [] });
  const exact = [...logits.data].map((s, i) => (1 / (1 + Math.exp(-s)) - labels[i]) / 6);
  assertClose(gradients[0], exact, { relative: 2e-6, absolute: 1e-8, what: "(sigmoid(s) - y) / B" });
});

Deno.test(`sigmoidCrossEntropy neither overflows nor loses its gradient at logits of ±200, on ${engine.name}`, async () => {
  const logits: HostTensor = { data: Float32Array.of(200, -200, 200, -200), shape: [4] };
  const op = (s: tf.Tensor) => sigmoidCrossEntropy(s, tf.tensor1d([1, 0, 0, 1]));
  const { value, gradients } = await valueAndGradients(op, [logits], { data: Float32Array.of(1), shape: [] });
  assertClose(value, [100], { relative: 1e-6 }); // (0 + 0 + 200 + 200) / 4
  assertClose(gradients[0], [0, 0, 0.25, -0.25], { absolute: 1e-7 });
});

Deno.test(`the fused ops may be given tensors that are made inside the differentiated function, on ${engine.name}`, async () => {
  const step = engine.compileStep<{ logits: HostTensor; clicks: HostTensor }>(({ logits, clicks }) => {
    const loss = (s: tf.Tensor) => sigmoidCrossEntropy(s, tf.add(clicks, 0)) as tf.Scalar;
    const { value, grad } = tf.valueAndGrad(loss)(logits);
    return { value, grad };
  }, { name: "labels made inside" });
  const { value, grad } = await step.run({
    logits: { data: new Float32Array(2), shape: [2] },
    clicks: { data: Float32Array.of(1, 0), shape: [2] },
  });
  assertClose(value, [Math.LN2], { relative: 1e-6 });
  assertClose(grad, [-0.25, 0.25], { relative: 1e-6 });
  step.dispose();
});

for (const [shape, over] of [[[3, 4], [4]], [[2, 3, 4], [4]], [[2, 3, 4], [3, 4]]]) {
  const title =
    `layerNorm of [${shape}] over [${over}] is gain (x - mean) / deviation + bias, in value and gradients, ` +
    `on ${engine.name}`;
  Deno.test(title, async () => {
    const sizeOf = (of: readonly number[]) => of.reduce((a, b) => a * b, 1);
    const n = sizeOf(over);
    const closedForm = (x: Float64Array, gain: Float64Array, bias: Float64Array) => {
      const out = new Float64Array(x.length);
      for (let from = 0; from < x.length; from += n) {
        const row = x.subarray(from, from + n);
        const mean = row.reduce((a, b) => a + b, 0) / n;
        const variance = row.reduce((sum, v) => sum + v * v, 0) / n - mean * mean;
        row.forEach((v, i) => out[from + i] = gain[i] * (v - mean) / Math.sqrt(variance + 1e-5) + bias[i]);
      }
      return out;
    };
    await checkOp(
      layerNorm,
      [
        { data: draws(1, sizeOf(shape)), shape },
        { data: draws(2, n), shape: over },
        { data: draws(3, n), shape: over },
      ],
      shape,
      (...x) => closedForm(...x as [Float64Array, Float64Array, Float64Array]),
    );
  });
}

Deno.test(`layerNorm takes out shift and scale: rows a and 3 a + 7 give the same, on ${engine.name}`, async () => {
  const row = draws(5, 6);
  const x: HostTensor = { data: Float32Array.of(...row, ...row.map((v) => 3 * v + 7)), shape: [2, 6] };
  const { value } = await valueAndGradients((x) => layerNorm(x, tf.ones([6]), tf.zeros([6])), [x], {
    data: new Float32Array(12),
    shape: [2, 6],
  });
  assertClose(value.slice(6), value.slice(0, 6), { relative: 1e-4, absolute: 1e-4 }); // up to epsilon
});

for (const [name, form] of [["convolve", convolve], ["its plain form", plainConvolve]] as const) {
  for (const [h, w, channels] of [[3, 3, 1], [1, 5, 2], [5, 1, 3]]) {
    const title =
      `${name} with ${channels} kernels of ${h} x ${w} is the sum over the neighbours, zero beyond the edge, ` +
      `in value and gradients, on ${engine.name}`;
    Deno.test(title, async () => {
      const [batch, m, d] = [2, 4, 5];
      const closedForm = (x: Float64Array, kernel: Float64Array) =>
        Float64Array.from({ length: batch * m * d * channels }, (_, at) => {
          const c = at % channels, j = Math.floor(at / channels) % d;
          const i = Math.floor(at / channels / d) % m, b = Math.floor(at / channels / d / m);
          let sum = 0;
          for (let p = 0; p < h; p++) {
            for (let q = 0; q < w; q++) {
              const row = i + p - (h - 1) / 2, column = j + q - (w - 1) / 2;
              if (row < 0 || row >= m || column < 0 || column >= d) continue;
              sum += x[(b * m + row) * d + column] * kernel[(p * w + q) * channels + c];
            }
          }
          return sum;
        });
      await checkOp(
        form,
        [
          { data: draws(1, batch * m * d), shape: [batch, m, d] },
          { data: draws(2, h * w * channels), shape: [h, w, 1, channels] },
        ],
        [batch, m, d, channels],
        closedForm,
      );
    });
  }
}
