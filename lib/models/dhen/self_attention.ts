import * as tf from "@tensorflow/tfjs";
import { denseLayer } from "../../engine/ops/dense_layer.ts";
import { layerNorm } from "../../engine/ops/layer_norm.ts";
import type { Parameters, ParameterSpec } from "../block.ts";
import { glorotNormal, type Initializer, zeros } from "../initializer.ts";
import type { InteractionModule, ModuleOptions } from "./interaction_module.ts";
import { tokenMixing } from "./token_mixing.ts";

/** Sizes of the self-attention module. */
export interface SelfAttentionConfig {
  readonly kind: "selfAttention";
  /** Heads; they divide the embedding width. */
  readonly heads: number;
  /** Width of the feed-forward layer. */
  readonly feedForward: number;
}

const ones: Initializer = { kind: "constant", value: 1 };

/**
 * Equation 4: `u = W TransformerEncoderLayer(X)`, the encoder of Vaswani et al. 2017 with the embeddings as tokens and without positions:
 *
 * ```text
 * A_h = softmax(Q_h K_h^T / sqrt(d / heads)) V_h                            Q, K, V = X W_q + b_q, ...
 * Y   = LN_d(X + [A_1, ..., A_heads] W_o + b_o)
 * Z   = LN_d(Y + relu(Y W_1 + b_1) W_2 + b_2)
 * u   = W Z                                                                 [B, l, d]
 * ```
 *
 * @throws {Error} when the heads do not divide d
 */
export function selfAttentionModule(
  { name, tokens: { m, d }, outputs, zeroStart }: ModuleOptions,
  { heads, feedForward }: SelfAttentionConfig,
): InteractionModule {
  if (d % heads !== 0) {
    throw new Error(`Cannot split embeddings of width ${d} into ${heads} attention heads: wanted a divisor of ${d}.`);
  }
  const matrix = (key: string, from: number, to: number): ParameterSpec[] => [
    { name: `${name}/${key}/weights`, shape: [from, to], initializer: glorotNormal(from, to), prunable: true },
    { name: `${name}/${key}/bias`, shape: [to], initializer: zeros, prunable: false },
  ];
  const norm = (key: string): ParameterSpec[] => [
    { name: `${name}/${key}/gain`, shape: [d], initializer: ones, prunable: false },
    { name: `${name}/${key}/bias`, shape: [d], initializer: zeros, prunable: false },
  ];
  const mixing = tokenMixing(`${name}/mixing`, { inputs: m, outputs, dim: d, zeroStart });
  const width = d / heads;
  const dense = (p: Parameters, key: string, x: tf.Tensor, activation: "relu" | "linear") =>
    denseLayer(x, p[`${name}/${key}/weights`], p[`${name}/${key}/bias`], activation);
  const normed = (p: Parameters, key: string, x: tf.Tensor) =>
    layerNorm(x, p[`${name}/${key}/gain`], p[`${name}/${key}/bias`]);
  return {
    outputs,
    parameters: [
      ...["query", "key", "value", "output"].flatMap((key) => matrix(key, d, d)),
      ...norm("norm1"),
      ...matrix("up", d, feedForward),
      ...matrix("down", feedForward, d),
      ...norm("norm2"),
      mixing.parameter,
    ],
    // four projections, scores and their use, two feed-forward products, mixing
    flops: 4 * 2 * m * d * d + 2 * 2 * m * m * d + 2 * 2 * m * d * feedForward + mixing.flops,
    forward(p, x) {
      const rows = tf.reshape(x, [-1, d]); // [B m, d]
      const split = (key: string) =>
        tf.transpose(tf.reshape(dense(p, key, rows, "linear"), [-1, m, heads, width]), [0, 2, 1, 3]); // [B, heads, m, width]
      const [q, k, v] = [split("query"), split("key"), split("value")];
      const scores = tf.softmax(tf.div(tf.matMul(q, k, false, true), Math.sqrt(width))); // [B, heads, m, m]
      const heard = tf.reshape(tf.transpose(tf.matMul(scores, v), [0, 2, 1, 3]), [-1, d]); // [B m, d]
      const y = normed(p, "norm1", tf.add(rows, dense(p, "output", heard, "linear"))); // [B m, d]
      const fed = dense(p, "down", dense(p, "up", y, "relu"), "linear"); // [B m, d]
      const z = normed(p, "norm2", tf.add(y, fed)); // [B m, d]
      return mixing.forward(p, tf.reshape(z, [-1, m, d])); // [B, l, d]
    },
  };
}
