import * as tf from "@tensorflow/tfjs";
import type { Schema } from "../data/schema.ts";
import type { Model } from "./block.ts";
import { embeddingSpec } from "./embedding_spec.ts";
import { mlpBlock } from "./mlp_block.ts";

/** The sizes of an MLP over embeddings and numeric columns. */
export interface MlpConfig {
  readonly kind: "mlp";
  /** Embedding width d. */
  readonly dim: number;
  /** Hidden widths; the last layer has one logit. */
  readonly hidden: readonly number[];
  /** Most rows a table may have. Default: every table has its field's cardinality. */
  readonly maxRows?: number;
}

/** A multi-layer perceptron on all embeddings and numeric columns side by side: `logit = MLP([e_1, ..., e_F, dense])`. */
export function mlp(config: MlpConfig, schema: Schema): Model {
  const flat = schema.fields.length * config.dim;
  const widths = [flat + schema.dense.length, ...config.hidden, 1];
  const overarch = mlpBlock({ name: "overarch", role: "overarch", widths, last: "linear" });
  return {
    name: "MLP",
    embedding: embeddingSpec(schema, config.dim, config.maxRows),
    blocks: [overarch],
    logits(run, { embeddings, dense }) {
      const rows = tf.reshape(embeddings, [-1, flat]); // [B, F d]
      const x = schema.dense.length > 0 ? tf.concat([rows, dense], 1) : rows; // [B, F d + Nd]
      return tf.reshape(run(overarch, x), [-1]); // [B]
    },
  };
}
