import * as tf from "@tensorflow/tfjs";
import type { Schema } from "../data/schema.ts";
import { denseLayer } from "../engine/ops/dense_layer.ts";
import { layerNorm } from "../engine/ops/layer_norm.ts";
import type { Block, Model, ParameterSpec } from "./block.ts";
import { embeddingSpec } from "./embedding_spec.ts";
import { glorotNormal, type Initializer, zeros } from "./initializer.ts";
import { mlpBlock } from "./mlp_block.ts";

/** The sizes of a MaskNet. */
export interface MaskNetConfig {
  readonly kind: "maskNet";
  /** Embedding width d. */
  readonly dim: number;
  /** Mask blocks side by side. */
  readonly blocks: number;
  /** Width of a block's output. */
  readonly width: number;
  /** The first layer of a mask is so many times as wide as its input; the paper takes 2. */
  readonly reduction: number;
  /** Hidden widths of the MLP on the blocks' outputs, which ends in one logit. */
  readonly overarch: readonly number[];
  /** Most rows a table may have. Default: every table has its field's cardinality. */
  readonly maxRows?: number;
}

const ones: Initializer = { kind: "constant", value: 1 };

/**
 * Parallel MaskNet (Wang et al. 2021, arXiv 2102.07619): masks that each example makes for itself.
 *
 * ```text
 * V      = [e_1, ..., e_F, dense]                             [B, n]
 * mask_b = W_2 relu(W_1 V + b_1) + b_2                        [B, n]        equation 6
 * O_b    = relu(LN(W (LN(e_1), ..., LN(e_F), dense) * mask_b))[B, width]    equations 7 and 8
 * logit  = MLP([O_1, ..., O_b])                               [B]
 * ```
 *
 * Each embedding is normalized by itself, and the numeric columns are not, as in equation 4.
 */
export function maskNet(config: MaskNetConfig, schema: Schema): Model {
  const { dim: d, width, reduction } = config;
  const numeric = schema.dense.length, fields = schema.fields.length;
  const n = fields * d + numeric, hidden = Math.round(n * reduction);
  const gain: ParameterSpec = { name: "norm/gain", shape: [fields, d], initializer: ones, prunable: false };
  const bias: ParameterSpec = { name: "norm/bias", shape: [fields, d], initializer: zeros, prunable: false };
  const norm: Block = {
    name: "norm",
    role: "interaction",
    parameters: [gain, bias],
    flops: 0,
    forward(p, embeddings) {
      // every embedding by itself, with a gain of its own
      const plain = layerNorm(embeddings, tf.ones([d]), tf.zeros([d])); // [B, F, d]
      return tf.reshape(tf.add(tf.mul(plain, p[gain.name]), p[bias.name]), [-1, fields * d]); // [B, F d]
    },
  };
  const blocks = Array.from({ length: config.blocks }, (_, b) => maskBlock(`mask${b}`, n, hidden, width));
  const overarch = mlpBlock({
    name: "overarch",
    role: "overarch",
    widths: [config.blocks * width, ...config.overarch, 1],
    last: "linear",
  });
  return {
    name: "MaskNet",
    embedding: embeddingSpec(schema, d, config.maxRows),
    blocks: [norm, ...blocks, overarch],
    logits(run, { embeddings, dense }) {
      const beside = (flat: tf.Tensor) => numeric > 0 ? tf.concat([flat, dense], 1) : flat;
      const v = beside(tf.reshape(embeddings, [-1, fields * d])); // [B, n]
      const normed = beside(run(norm, embeddings)); // [B, n]
      const outputs = blocks.map((block) => run(block, v, normed)); // [B, width] each
      return tf.reshape(run(overarch, tf.concat(outputs, 1)), [-1]); // [B]
    },
  };
}

function maskBlock(name: string, n: number, hidden: number, width: number): Block {
  const matrix = (key: string, from: number, to: number): ParameterSpec[] => [
    { name: `${name}/${key}/weights`, shape: [from, to], initializer: glorotNormal(from, to), prunable: true },
    { name: `${name}/${key}/bias`, shape: [to], initializer: zeros, prunable: false },
  ];
  return {
    name,
    role: "interaction",
    parameters: [
      ...matrix("up", n, hidden),
      ...matrix("down", hidden, n),
      ...matrix("out", n, width).slice(0, 1), // what follows has a bias of its own
      { name: `${name}/norm/gain`, shape: [width], initializer: ones, prunable: false },
      { name: `${name}/norm/bias`, shape: [width], initializer: zeros, prunable: false },
    ],
    flops: 2 * n * hidden * 2 + n + 2 * n * width,
    forward(p, v, normed) {
      const up = denseLayer(v, p[`${name}/up/weights`], p[`${name}/up/bias`], "relu"); // [B, hidden]
      const mask = denseLayer(up, p[`${name}/down/weights`], p[`${name}/down/bias`], "linear"); // [B, n]
      const masked = tf.mul(normed, mask) as tf.Tensor2D; // [B, n]
      const out = tf.matMul(masked, p[`${name}/out/weights`] as tf.Tensor2D); // [B, width]
      return tf.relu(layerNorm(out, p[`${name}/norm/gain`], p[`${name}/norm/bias`])); // [B, width]
    },
  };
}
