import * as tf from "@tensorflow/tfjs";
import type { Schema } from "../data/schema.ts";
import { denseLayer } from "../engine/ops/dense_layer.ts";
import type { Block, Model } from "./block.ts";
import { embeddingSpec } from "./embedding_spec.ts";
import { glorotNormal, zeros } from "./initializer.ts";
import { mlpBlock } from "./mlp_block.ts";

/** The sizes of a DCN-v2. */
export interface DcnV2Config {
  readonly kind: "dcnV2";
  /** Embedding width d. */
  readonly dim: number;
  /** Cross layers. */
  readonly crossLayers: number;
  /** Hidden widths of the deep part on top of the cross layers, which ends in one logit. */
  readonly overarch: readonly number[];
  /** Most rows a table may have. Default: every table has its field's cardinality. */
  readonly maxRows?: number;
}

/**
 * DCN-v2, stacked (Wang et al. 2021, arXiv 2008.13535, equation 1):
 *
 * ```text
 * x_0     = [e_1, ..., e_F, dense]                            [B, n],  n = F d + Nd
 * x_{k+1} = x_0 * (W_k x_k + b_k) + x_k                       [B, n]
 * logit   = MLP(x_K)                                          [B]
 * ```
 */
export function dcnV2(config: DcnV2Config, schema: Schema): Model {
  const { dim, crossLayers } = config;
  const numeric = schema.dense.length, fields = schema.fields.length;
  const n = fields * dim + numeric;
  const crosses = Array.from({ length: crossLayers }, (_, k): Block => {
    const name = `cross${k}`, weights = `${name}/weights`, bias = `${name}/bias`;
    return {
      name,
      role: "interaction",
      parameters: [
        { name: weights, shape: [n, n], initializer: glorotNormal(n, n), prunable: true },
        { name: bias, shape: [n], initializer: zeros, prunable: false },
      ],
      flops: 2 * n * n + n,
      forward: (p, x0, x) => tf.add(tf.mul(x0, denseLayer(x, p[weights], p[bias], "linear")), x),
    };
  });
  const overarch = mlpBlock({ name: "overarch", role: "overarch", widths: [n, ...config.overarch, 1], last: "linear" });
  return {
    name: "DCN-v2",
    embedding: embeddingSpec(schema, dim, config.maxRows),
    blocks: [...crosses, overarch],
    logits(run, { embeddings, dense }) {
      const flat = tf.reshape(embeddings, [-1, fields * dim]); // [B, F d]
      const x0 = numeric > 0 ? tf.concat([flat, dense as tf.Tensor2D], 1) : flat; // [B, n]
      const xK = crosses.reduce((x, cross) => run(cross, x0, x), x0 as tf.Tensor); // [B, n]
      return tf.reshape(run(overarch, xK), [-1]); // [B]
    },
  };
}
