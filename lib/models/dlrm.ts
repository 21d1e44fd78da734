import * as tf from "@tensorflow/tfjs";
import { dotInteraction } from "../engine/ops/dot_interaction.ts";
import type { Overflow } from "../data/fold_hash.ts";
import type { Schema } from "../data/schema.ts";
import type { Block, Model } from "./block.ts";
import { embeddingSpec } from "./embedding_spec.ts";
import { mlpBlock } from "./mlp_block.ts";

/** The sizes of a DLRM. */
export interface DlrmConfig {
  readonly kind: "dlrm";
  /** Embedding width d. */
  readonly dim: number;
  /** Hidden widths of the bottom MLP, which ends in d. */
  readonly bottom: readonly number[];
  /** Hidden widths of the overarch (top MLP), which ends in one logit. */
  readonly overarch: readonly number[];
  /** Most rows a table may have. Default: every table has its field's cardinality. */
  readonly maxRows?: number;
  /** What becomes of ids for which a table has no row of their own. Default: they share rows by hashing. */
  readonly overflow?: Overflow;
}

/**
 * DLRM, the deep learning recommendation model (Naumov et al. 2019, arXiv 1906.00091):
 *
 * ```text
 * z      = MLP_bottom(dense)                     [B, d]
 * X      = [z, e_1, ..., e_F]                    [B, m, d],  m = F + 1
 * dots   = (x_i . x_j for i > j)                 [B, m (m - 1) / 2]
 * logit  = MLP_overarch([z, dots])               [B]
 * ```
 *
 * Without numeric columns there is no z, and m = F.
 *
 * @throws {Error} when there is no pair: one field and no numeric column.
 */
export function dlrm(config: DlrmConfig, schema: Schema): Model {
  const { dim } = config;
  const numeric = schema.dense.length;
  const m = schema.fields.length + (numeric > 0 ? 1 : 0);
  const pairs = m * (m - 1) / 2;
  const embedding = { ...embeddingSpec(schema, dim, config.maxRows), overflow: config.overflow };
  if (pairs === 0) {
    throw new Error(
      `Cannot build a DLRM for ${schema.name}: one field and no numeric column leave no pair to interact. ` +
        `Add a field or a column, or use logistic regression.`,
    );
  }
  const width = pairs + (numeric > 0 ? dim : 0);

  const bottom = mlpBlock({ name: "bottom", role: "bottom", widths: [numeric, ...config.bottom, dim], last: "relu" });
  const interaction: Block = {
    name: "interaction",
    role: "interaction",
    parameters: [],
    flops: 2 * dim * pairs,
    forward: (_, x) => dotInteraction(x),
  };
  const overarch = mlpBlock({
    name: "overarch",
    role: "overarch",
    widths: [width, ...config.overarch, 1],
    last: "linear",
  });

  return {
    name: "DLRM",
    embedding,
    blocks: numeric > 0 ? [bottom, interaction, overarch] : [interaction, overarch],
    logits(run, { embeddings, dense }) {
      if (numeric === 0) return tf.reshape(run(overarch, run(interaction, embeddings)), [-1]);
      const z = run(bottom, dense); // [B, d]
      const x = tf.concat([tf.expandDims(z, 1), embeddings], 1); // [B, m, d]
      const dots = run(interaction, x); // [B, pairs]
      return tf.reshape(run(overarch, tf.concat([z, dots], 1)), [-1]); // [B]
    },
  };
}
