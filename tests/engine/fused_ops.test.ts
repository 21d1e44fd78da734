import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import {
  type Activation,
  denseLayer,
  dotInteraction,
  type HostTensor,
  sigmoidCrossEntropy,
} from "../../lib/engine/mod.ts";
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
