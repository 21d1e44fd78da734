import * as tf from "@tensorflow/tfjs";
import type { Schema } from "../data/schema.ts";
import type { Block, Model } from "./block.ts";
import { featureProcessing, type FeatureProcessingConfig } from "./feature_processing.ts";
import { glorotNormal } from "./initializer.ts";
import { layerNormPart } from "./layer_norm_part.ts";
import { mlpBlock } from "./mlp_block.ts";

/** The sizes of a MaskNet. */
export interface MaskNetConfig extends FeatureProcessingConfig {
  readonly kind: "maskNet";
  /** Whether the mask blocks stand side by side on the embeddings or follow each other. */
  readonly structure: "parallel" | "serial";
  /** Mask blocks. */
  readonly maskBlocks: number;
  /** Width q of a block's output. */
  readonly width: number;
  /** Width t of the hidden ("aggregation") layer that makes a mask. */
  readonly maskHidden: number;
  /** Hidden widths of the overarch, which ends in one logit. */
  readonly overarch: readonly number[];
}

/**
 * MaskNet (Wang, She and Zhang 2021, arXiv 2102.07619, equations 3 to 8): every block multiplies its input, number by
 * number, by a mask that an MLP makes of all embeddings.
 *
 * ```text
 * V       = flat [z, e_1, ..., e_F]                               [B, n],  n = m d
 * V_norm  = [LN(z), LN(e_1), ..., LN(e_F)]                        [B, n]
 * mask_i  = relu(V W_1 + b_1) W_2 + b_2                           [B, width of the block's input]
 * out_i   = relu(LN((mask_i * in_i) W))                           [B, q]
 * parallel:  in_i = V_norm,                 logit = MLP([out_1, ..., out_k])
 * serial:    in_1 = V_norm, in_i = out_{i-1},  logit = MLP(out_k)
 * ```
 */
export function maskNet(config: MaskNetConfig, schema: Schema): Model {
  const { dim: d, width: q, structure, maskBlocks } = config;
  const inputs = featureProcessing(config, schema);
  const m = inputs.tokens, n = m * d;
  const perToken = layerNormPart("norm", [d]);
  const norm: Block = { name: "norm", role: "interaction", flops: 0, ...perToken };
  const blocks = Array.from(
    { length: maskBlocks },
    (_, i) => maskBlock(`mask${i}`, n, structure === "serial" && i > 0 ? q : n, config),
  );
  const widths = [structure === "serial" ? q : maskBlocks * q, ...config.overarch, 1];
  const overarch = mlpBlock({ name: "overarch", role: "overarch", widths, last: "linear" });
  return {
    name: "MaskNet",
    embedding: inputs.embedding,
    blocks: [...inputs.blocks, norm, ...blocks, overarch],
    logits(run, batch) {
      const { x } = inputs.process(run, batch); // [B, m, d]
      const v = tf.reshape(x, [-1, n]); // [B, n]
      const normed = tf.reshape(run(norm, x), [-1, n]); // [B, n]
      const out = structure === "serial"
        ? blocks.reduce((h, block) => run(block, v, h), normed) // [B, q]
        : tf.concat(blocks.map((block) => run(block, v, normed)), 1); // [B, k q]
      return tf.reshape(run(overarch, out), [-1]); // [B]
    },
  };
}

/** One mask block: from V `[B, n]` and its input `[B, width]` to `[B, q]`. */
function maskBlock(name: string, n: number, width: number, { width: q, maskHidden: t }: MaskNetConfig): Block {
  const mask = mlpBlock({ name: `${name}/mask`, role: "interaction", widths: [n, t, width], last: "linear" });
  const w = { name: `${name}/weights`, shape: [width, q], initializer: glorotNormal(width, q), prunable: true };
  const norm = layerNormPart(`${name}/norm`, [q]);
  return {
    name,
    role: "interaction",
    parameters: [...mask.parameters, w, ...norm.parameters],
    flops: mask.flops + 2 * width * q,
    forward(p, v, input) {
      const masked = tf.mul(mask.forward(p, v), input); // [B, width]
      const hidden = tf.matMul(masked as tf.Tensor2D, p[w.name] as tf.Tensor2D); // [B, q]
      return tf.relu(norm.forward(p, hidden)); // [B, q]
    },
  };
}
