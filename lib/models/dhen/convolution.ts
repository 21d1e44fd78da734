import * as tf from "@tensorflow/tfjs";
import { denseLayer } from "../../engine/ops/dense_layer.ts";
import { glorotNormal, zeros } from "../initializer.ts";
import type { InteractionModule, ModuleOptions } from "./interaction_module.ts";
import { tokenMixing } from "./token_mixing.ts";

/** Sizes of the convolution module. */
export interface ConvolutionConfig {
  readonly kind: "convolution";
  /** Neighbouring embeddings and neighbouring dimensions under the kernel. */
  readonly kernel: readonly [number, number];
  /** Channels of the convolution; each gives m embeddings that the last projection mixes. Default 1. */
  readonly channels?: number;
}

/**
 * Equation 5: `u = W Conv2d(X)`. The embeddings are a picture of one channel, features beside each other; the kernel sees local patterns of
 * neighbouring embeddings, so their order matters. Padded to keep m and d, followed by ReLU:
 *
 * ```text
 * Y = relu(Conv2d(X) + b)                                     [B, m, d, channels]
 * u = W Y, mixed over all (channel, embedding)                [B, l, d]
 * ```
 */
export function convolutionModule(
  { name, tokens: { m, d }, outputs, zeroStart }: ModuleOptions,
  { kernel: [across, along], channels = 1 }: ConvolutionConfig,
): InteractionModule {
  const patch = across * along;
  const filter = {
    name: `${name}/filter`,
    shape: [across, along, 1, channels],
    initializer: glorotNormal(patch, patch * channels),
    prunable: false,
  };
  const bias = { name: `${name}/bias`, shape: [channels], initializer: zeros, prunable: false };
  const mixing = tokenMixing(`${name}/mixing`, { inputs: channels * m, outputs, dim: d, zeroStart });
  return {
    outputs,
    parameters: [filter, bias, mixing.parameter],
    flops: 2 * patch * channels * m * d + mixing.flops,
    forward(p, x) {
      const rows = tf.reshape(patches(x, [across, along]), [-1, patch]); // [B m d, patch]
      const y = denseLayer(rows, tf.reshape(p[filter.name], [patch, channels]), p[bias.name], "relu"); // [B m d, channels]
      const seen = tf.transpose(tf.reshape(y, [-1, m, d, channels]), [0, 3, 1, 2]); // [B, channels, m, d]
      const tokens = tf.reshape(seen, [-1, channels * m, d]); // [B, channels m, d]
      return mixing.forward(p, tokens); // [B, l, d]
    },
  };
}

/**
 * What the kernel sees around each place, zero beyond the edges: `[B, m, d]` to `[B, m, d, across along]`. A convolution is then one matrix
 * product, which every backend can differentiate.
 */
function patches(x: tf.Tensor, [across, along]: readonly [number, number]): tf.Tensor {
  const [batch, m, d] = x.shape;
  const around = (size: number): [number, number] => [Math.floor((size - 1) / 2), Math.ceil((size - 1) / 2)];
  const padded = tf.pad(x, [[0, 0], around(across), around(along)]);
  const shifted = Array.from(
    { length: across * along },
    (_, k) => tf.slice(padded, [0, Math.floor(k / along), k % along], [batch, m, d]),
  );
  return tf.stack(shifted, 3);
}
