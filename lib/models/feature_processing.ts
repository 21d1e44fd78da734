import * as tf from "@tensorflow/tfjs";
import type { Schema } from "../data/schema.ts";
import type { Block, EmbeddingSpec, ModelInputs, RunBlock } from "./block.ts";
import { embeddingSpec } from "./embedding_spec.ts";
import { mlpBlock } from "./mlp_block.ts";

/** The settings of {@link featureProcessing}. */
export interface FeatureProcessingConfig {
  /** Embedding width d. */
  readonly dim: number;
  /** Hidden widths of the bottom MLP, which ends in d. */
  readonly bottom: readonly number[];
  /** Most rows a table may have. Default: every table has its field's cardinality. */
  readonly maxRows?: number;
}

/** What turns a batch into tokens. */
export interface FeatureProcessing {
  readonly embedding: EmbeddingSpec;
  readonly blocks: readonly Block[];
  /** Tokens m: one a field, and one for all numeric columns where there are any. */
  readonly tokens: number;
  /** Width of z: d, or 0 without numeric columns. */
  readonly zWidth: number;
  /** @returns x `[B, m, d]`, and z `[B, d]` where there are numeric columns */
  process(run: RunBlock, inputs: ModelInputs): { x: tf.Tensor; z: tf.Tensor | null };
}

/**
 * The feature-processing layer of DLRM and DHEN (Zhang et al. 2022, arXiv 2203.11014, section 3.1 and figure 3):
 * an MLP for the numeric columns, a looked-up row for each categorical field.
 *
 * ```text
 * z   = MLP_bottom(dense)          [B, d]       its last layer is linear
 * X_0 = [z, e_1, ..., e_F]         [B, m, d],   m = F + 1
 * ```
 *
 * Without numeric columns there is no z, and m = F.
 */
export function featureProcessing(config: FeatureProcessingConfig, schema: Schema): FeatureProcessing {
  const { dim } = config;
  const numeric = schema.dense.length;
  const embedding = embeddingSpec(schema, dim, config.maxRows);
  if (numeric === 0) {
    return {
      embedding,
      blocks: [],
      tokens: schema.fields.length,
      zWidth: 0,
      process: (_, { embeddings }) => ({ x: embeddings, z: null }),
    };
  }
  const bottom = mlpBlock({ name: "bottom", role: "bottom", widths: [numeric, ...config.bottom, dim], last: "linear" });
  return {
    embedding,
    blocks: [bottom],
    tokens: schema.fields.length + 1,
    zWidth: dim,
    process(run, { embeddings, dense }) {
      const z = run(bottom, dense); // [B, d]
      return { x: tf.concat([tf.expandDims(z, 1), embeddings], 1), z }; // [B, m, d]
    },
  };
}
