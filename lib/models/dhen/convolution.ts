import * as tf from "@tensorflow/tfjs";
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
      const picture = tf.expandDims(x, 3) as tf.Tensor4D; // [B, m, d, 1]
      const seen = tf.conv2d(picture, p[filter.name] as tf.Tensor4D, 1, "same"); // [B, m, d, channels]
      const y = tf.relu(tf.add(seen, p[bias.name]));
      const tokens = tf.reshape(tf.transpose(y, [0, 3, 1, 2]), [-1, channels * m, d]); // [B, channels m, d]
      return mixing.forward(p, tokens); // [B, l, d]
    },
  };
}
