import * as tf from "@tensorflow/tfjs";
import { denseLayer } from "../../engine/ops/dense_layer.ts";
import type { ParameterSpec } from "../block.ts";
import { glorotNormal, zeros } from "../initializer.ts";
import type { InteractionModule, ModuleOptions } from "./interaction_module.ts";
import { tokenMixing } from "./token_mixing.ts";

/** Which reading of equation 7 the deep cross net module is. */
export interface CrossNetConfig {
  readonly kind: "crossNet";
  /**
   * - `"literal"`: `u = (X X^T) W + b` as printed, with the Gram matrix of the embedding dimensions
   * - `"flat"` (default): DCN-v2's layer on the flattened embeddings, `W_m (x * (A x + b))`, without its skip connection, which the
   *   DHEN layer has of its own
   * - `"mixed"`: the same product, of which whole embeddings are mixed: `(x * (A x + b)) W`, with far fewer parameters
   */
  readonly reading?: "literal" | "flat" | "mixed";
}

/** Equation 7, the deep cross net: products of single coordinates. */
export function crossNetModule(options: ModuleOptions, { reading = "flat" }: CrossNetConfig): InteractionModule {
  return reading === "literal" ? literalCrossNet(options) : productCrossNet(options, reading);
}

/** `u = (X X^T) W + b` with `X [d, m]`, `W [d, l]`: the Gram matrix mixes dimensions, summed over the embeddings. */
function literalCrossNet({ name, tokens: { m, d }, outputs: l, zeroStart }: ModuleOptions): InteractionModule {
  const weights: ParameterSpec = {
    name: `${name}/weights`,
    shape: [d, l],
    initializer: zeroStart ? zeros : glorotNormal(d, l),
    prunable: true,
  };
  const bias: ParameterSpec = { name: `${name}/bias`, shape: [l, d], initializer: zeros, prunable: false };
  return {
    outputs: l,
    parameters: [weights, bias],
    flops: 2 * d * d * m + 2 * d * d * l,
    forward(p, x) {
      const gram = tf.matMul(x, x, true, false); // [B, d, d]
      const rows = tf.reshape(gram, [-1, d]) as tf.Tensor2D; // [B d, d]
      const u = tf.reshape(tf.matMul(rows, p[weights.name] as tf.Tensor2D), [-1, d, l]); // [B, d, l]
      return tf.add(tf.transpose(u, [0, 2, 1]), p[bias.name]); // [B, l, d]
    },
  };
}

/** `x * (A x + b)` on the flattened embeddings, then a projection of the flat vector or a mixing of embeddings. */
function productCrossNet(
  { name, tokens: { m, d }, outputs: l, zeroStart }: ModuleOptions,
  reading: "flat" | "mixed",
): InteractionModule {
  const n = m * d;
  const [cross, bias, out]: ParameterSpec[] = [
    { name: `${name}/cross/weights`, shape: [n, n], initializer: glorotNormal(n, n), prunable: true },
    { name: `${name}/cross/bias`, shape: [n], initializer: zeros, prunable: false },
    {
      name: `${name}/out/weights`,
      shape: [n, l * d],
      initializer: zeroStart ? zeros : glorotNormal(n, l * d),
      prunable: true,
    },
  ];
  const mixing = tokenMixing(`${name}/mixing`, { inputs: m, outputs: l, dim: d, zeroStart });
  return {
    outputs: l,
    parameters: [cross, bias, reading === "flat" ? out : mixing.parameter],
    flops: 2 * n * n + n + (reading === "flat" ? 2 * n * l * d : mixing.flops),
    forward(p, x) {
      const flat = tf.reshape(x, [-1, n]); // [B, m d]
      const product = tf.mul(flat, denseLayer(flat, p[cross.name], p[bias.name], "linear")); // [B, m d]
      if (reading === "mixed") return mixing.forward(p, tf.reshape(product, [-1, m, d])); // [B, l, d]
      const u = tf.matMul(product as tf.Tensor2D, p[out.name] as tf.Tensor2D); // [B, l d]
      return tf.reshape(u, [-1, l, d]); // [B, l, d]
    },
  };
}
