import * as tf from "@tensorflow/tfjs";
import type { Schema } from "../data/schema.ts";
import { dotInteraction } from "../engine/ops/dot_interaction.ts";
import type { Block, Model, Parameters } from "./block.ts";
import { embeddingSpec } from "./embedding_spec.ts";
import { mlpBlock } from "./mlp_block.ts";

/** The sizes of a mixture of experts. */
export interface MoeConfig {
  readonly kind: "moe";
  /** Embedding width d. */
  readonly dim: number;
  /** Hidden widths of the bottom MLP, which ends in d. */
  readonly bottom: readonly number[];
  /** k: experts. */
  readonly experts: number;
  /** Hidden widths of each expert, which ends in one logit. */
  readonly expert: readonly number[];
  /** Most rows a table may have. Default: every table has its field's cardinality. */
  readonly maxRows?: number;
}

/**
 * AdvancedDLRM whose overarch is a mixture of k experts behind a softmax gate, as in Table 3 of DHEN (arXiv 2203.11014; Shazeer et al. 2017, arXiv
 * 1701.06538, equation 1, without sparsity). The paper does not print its gate; this one sees what the experts see:
 *
 * ```text
 * h     = [dots(X_0), flat(X_0), z]                           [B, n]
 * logit = sum_i softmax(h W_g + b_g)_i  MLP_i(h)              [B]
 * ```
 */
export function moe(config: MoeConfig, schema: Schema): Model {
  const { dim, experts: count } = config;
  const numeric = schema.dense.length;
  const m = schema.fields.length + (numeric > 0 ? 1 : 0);
  const pairs = m * (m - 1) / 2, n = pairs + m * dim + (numeric > 0 ? dim : 0);
  const bottom = mlpBlock({ name: "bottom", role: "bottom", widths: [numeric, ...config.bottom, dim], last: "relu" });
  const interaction: Block = {
    name: "interaction",
    role: "interaction",
    parameters: [],
    flops: 2 * dim * pairs,
    forward: (_, x) => dotInteraction(x),
  };
  const gate = mlpBlock({ name: "gate", role: "overarch", widths: [n, count], last: "linear" });
  const experts = Array.from(
    { length: count },
    (_, i) => mlpBlock({ name: `expert${i}`, role: "overarch", widths: [n, ...config.expert, 1], last: "linear" }),
  );
  const mixture: Block = {
    name: "overarch",
    role: "overarch",
    parameters: [gate, ...experts].flatMap(({ parameters }) => parameters),
    flops: gate.flops + experts.reduce((sum, { flops }) => sum + flops, 0) + 2 * count,
    forward(p: Parameters, h) {
      const shares = tf.softmax(gate.forward(p, h) as tf.Tensor2D); // [B, k]
      const logits = tf.concat(experts.map((expert) => expert.forward(p, h) as tf.Tensor2D), 1); // [B, k]
      return tf.sum(tf.mul(shares, logits), 1, true); // [B, 1]
    },
  };
  return {
    name: `MoE ${count}`,
    embedding: embeddingSpec(schema, dim, config.maxRows),
    blocks: [...(numeric > 0 ? [bottom] : []), interaction, mixture],
    logits(run, { embeddings, dense }) {
      const z = numeric > 0 ? run(bottom, dense) : null; // [B, d]
      const x = z ? tf.concat([tf.expandDims(z, 1), embeddings], 1) : embeddings; // [B, m, d]
      const flat = tf.reshape(x, [-1, m * dim]); // [B, m d]
      const dots = run(interaction, x); // [B, pairs]
      return tf.reshape(run(mixture, tf.concat(z ? [dots, flat, z] : [dots, flat], 1)), [-1]); // [B]
    },
  };
}
