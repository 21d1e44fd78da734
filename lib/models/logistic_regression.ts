import * as tf from "@tensorflow/tfjs";
import type { Schema } from "../data/schema.ts";
import type { Block, Model } from "./block.ts";
import { embeddingSpec } from "./embedding_spec.ts";
import { zeros } from "./initializer.ts";

/** The size of a logistic regression. */
export interface LogisticRegressionConfig {
  readonly kind: "logisticRegression";
  /** Most rows a table may have. Default: every table has its field's cardinality. */
  readonly maxRows?: number;
}

/**
 * Logistic regression on one weight per id and one per numeric column:
 * `logit = sum_f w_f[id_f] + dense . v + b`. The weights of the ids are embedding rows of width 1 that start at zero.
 */
export function logisticRegression(config: LogisticRegressionConfig, schema: Schema): Model {
  const numeric = schema.dense.length, fields = schema.fields.length;
  const weights = { name: "head/weights", shape: [numeric, 1], initializer: zeros, prunable: false };
  const bias = { name: "head/bias", shape: [1], initializer: zeros, prunable: false };
  const head: Block = {
    name: "head",
    role: "head",
    parameters: numeric > 0 ? [weights, bias] : [bias],
    flops: fields + 2 * numeric,
    forward: (p, ids, dense) => {
      const constant = tf.add(tf.sum(ids, [1, 2]), p["head/bias"]); // [B]
      if (numeric === 0) return constant;
      return tf.add(constant, tf.reshape(tf.matMul(dense as tf.Tensor2D, p["head/weights"] as tf.Tensor2D), [-1]));
    },
  };
  return {
    name: "Logistic regression",
    embedding: { ...embeddingSpec(schema, 1, config.maxRows), scale: 0 },
    blocks: [head],
    logits: (run, { embeddings, dense }) => run(head, embeddings, dense),
  };
}
