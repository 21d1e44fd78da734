import * as tf from "@tensorflow/tfjs";
import { denseLayer } from "../engine/ops/dense_layer.ts";
import type { Schema } from "../data/schema.ts";
import type { Block, Model } from "./block.ts";
import { embeddingSpec } from "./embedding_spec.ts";
import { glorotNormal, zeros } from "./initializer.ts";
import { mlpBlock } from "./mlp_block.ts";

/** The sizes of a DCN-v2. */
export interface DcnV2Config {
  readonly kind: "dcnV2";
  /** Embedding width d. */
  readonly dim: number;
  /** Cross layers L. */
  readonly crossLayers: number;
  /** Rank r of a cross matrix; default: full. */
  readonly rank?: number;
  /** Whether the MLP follows the crosses or stands beside them. */
  readonly structure: "stacked" | "parallel";
  /** Hidden widths of the MLP. */
  readonly hidden: readonly number[];
  /** Most rows a table may have. Default: every table has its field's cardinality. */
  readonly maxRows?: number;
}

/**
 * DCN-v2, the improved deep and cross network (Wang et al. 2021, arXiv 2008.13535, equations 1 and 2; figure 1):
 *
 * ```text
 * x_0     = [e_1, ..., e_F, dense]                               [B, n],  n = F d + Nd
 * x_{l+1} = x_0 * (x_l W_l + b_l) + x_l                          [B, n],  W_l of n x n, or V_l U_l of rank r
 * stacked:   logit = MLP(x_L)                                    [B]
 * parallel:  logit = [x_L, MLP(x_0)] w + b                       [B]
 * ```
 */
export function dcnV2(config: DcnV2Config, schema: Schema): Model {
  const flat = schema.fields.length * config.dim;
  const n = flat + schema.dense.length;
  const crosses = Array.from({ length: config.crossLayers }, (_, l) => crossBlock(`cross${l}`, n, config.rank));
  const stacked = config.structure === "stacked" || config.hidden.length === 0;
  const deepWidths = stacked ? [n, ...config.hidden, 1] : [n, ...config.hidden];
  const deep = mlpBlock({ name: "overarch", role: "overarch", widths: deepWidths, last: stacked ? "linear" : "relu" });
  const head = mlpBlock({ name: "head", role: "head", widths: [n + deepWidths.at(-1)!, 1], last: "linear" });
  return {
    name: "DCN-v2",
    embedding: embeddingSpec(schema, config.dim, config.maxRows),
    blocks: stacked ? [...crosses, deep] : [...crosses, deep, head],
    logits(run, { embeddings, dense }) {
      const rows = tf.reshape(embeddings, [-1, flat]); // [B, F d]
      const x0 = schema.dense.length > 0 ? tf.concat([rows, dense], 1) : rows; // [B, n]
      const xL = crosses.reduce((x, cross) => run(cross, x0, x), x0); // [B, n]
      const logit = stacked ? run(deep, xL) : run(head, tf.concat([xL, run(deep, x0)], 1)); // [B, 1]
      return tf.reshape(logit, [-1]); // [B]
    },
  };
}

/** `x_0 * (x W + b) + x`. */
function crossBlock(name: string, n: number, rank?: number): Block {
  const matrix = (part: string, rows: number, columns: number) => ({
    name: `${name}/${part}`,
    shape: [rows, columns],
    initializer: glorotNormal(rows, columns),
    prunable: true,
  });
  const bias = { name: `${name}/bias`, shape: [n], initializer: zeros, prunable: false };
  const v = rank === undefined ? null : matrix("v", n, rank);
  const w = v === null ? matrix("weights", n, n) : matrix("u", rank!, n);
  return {
    name,
    role: "interaction",
    parameters: v === null ? [w, bias] : [v, w, bias],
    flops: rank === undefined ? 2 * n * n : 2 * 2 * n * rank,
    forward(p, x0, x) {
      const narrow = v === null ? x : tf.matMul(x as tf.Tensor2D, p[v.name] as tf.Tensor2D); // [B, n] or [B, r]
      const affine = denseLayer(narrow, p[w.name], p[bias.name], "linear"); // [B, n]
      return tf.add(tf.mul(x0, affine), x); // [B, n]
    },
  };
}
