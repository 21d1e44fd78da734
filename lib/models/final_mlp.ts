import * as tf from "@tensorflow/tfjs";
import type { Schema } from "../data/schema.ts";
import type { Block, Model } from "./block.ts";
import { embeddingSpec } from "./embedding_spec.ts";
import { glorotNormal } from "./initializer.ts";
import { mlpBlock } from "./mlp_block.ts";

/** The sizes of a FinalMLP. */
export interface FinalMlpConfig {
  readonly kind: "finalMlp";
  /** Embedding width d. */
  readonly dim: number;
  /** Widths of the two MLPs, the last of each being what is fused. */
  readonly streams: readonly [readonly number[], readonly number[]];
  /** Heads k of the fusion; they share out both last widths. */
  readonly heads: number;
  /** Most rows a table may have. Default: every table has its field's cardinality. */
  readonly maxRows?: number;
}

/**
 * FinalMLP (Mao et al. 2023, arXiv 2304.00902, equations 1, 6 and 7): two MLPs, fused by products of their outputs.
 *
 * ```text
 * x     = [e_1, ..., e_F, dense]                                        [B, n]
 * o_i   = MLP_i(x), i = 1, 2, ending in ReLU                            [B, h_i]
 * logit = o_1 w_1 + o_2 w_2 + b + sum_j o_{1,j} W_j o_{2,j}^T           [B],  k heads, W_j of h_1 / k x h_2 / k
 * ```
 *
 * Without the optional feature selection in front of the streams (section 3.2), as in Wukong's comparison.
 *
 * @throws {Error} when the heads do not divide a stream's last width
 */
export function finalMlp(config: FinalMlpConfig, schema: Schema): Model {
  const { heads: k, streams } = config;
  const flat = schema.fields.length * config.dim;
  const n = flat + schema.dense.length;
  const [h1, h2] = streams.map((widths) => widths.at(-1)!);
  if (h1 % k !== 0 || h2 % k !== 0) {
    throw new Error(`Cannot build a FinalMLP: ${k} heads cannot share out streams that end in ${h1} and ${h2} evenly.`);
  }
  const [first, second] = streams.map((widths, i) =>
    mlpBlock({ name: `stream${i}`, role: "overarch", widths: [n, ...widths], last: "relu" })
  );
  const linear = mlpBlock({ name: "head", role: "head", widths: [h1 + h2, 1], last: "linear" });
  const fusion = bilinearFusion("fusion", k, h1 / k, h2 / k);
  return {
    name: "FinalMLP",
    embedding: embeddingSpec(schema, config.dim, config.maxRows),
    blocks: [first, second, linear, fusion],
    logits(run, { embeddings, dense }) {
      const rows = tf.reshape(embeddings, [-1, flat]); // [B, F d]
      const x = schema.dense.length > 0 ? tf.concat([rows, dense], 1) : rows; // [B, n]
      const o1 = run(first, x), o2 = run(second, x); // [B, h_1], [B, h_2]
      const own = tf.reshape(run(linear, tf.concat([o1, o2], 1)), [-1]); // [B]
      return tf.add(own, run(fusion, o1, o2)); // [B]
    },
  };
}

/** `sum_j o_{1,j} W_j o_{2,j}^T` over k heads of widths a and c. */
function bilinearFusion(name: string, k: number, a: number, c: number): Block {
  const w = { name: `${name}/weights`, shape: [k, a, c], initializer: glorotNormal(a, c), prunable: false };
  return {
    name,
    role: "head",
    parameters: [w],
    flops: 2 * k * a * c + 2 * k * c,
    forward(p, o1, o2) {
      const left = tf.transpose(tf.reshape(o1, [-1, k, a]), [1, 0, 2]); // [k, B, a]
      const mapped = tf.transpose(tf.matMul(left, p[w.name]), [1, 0, 2]); // [B, k, c]
      return tf.sum(tf.mul(tf.reshape(mapped, [-1, k * c]), o2), 1); // [B]
    },
  };
}
