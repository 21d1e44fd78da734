import * as tf from "@tensorflow/tfjs";
import type { Schema } from "../data/schema.ts";
import type { Block, Model } from "./block.ts";
import { featureProcessing, type FeatureProcessingConfig } from "./feature_processing.ts";
import { interactionFeatures } from "./interaction_features.ts";
import { mlpBlock } from "./mlp_block.ts";

/** The sizes of a mixture of experts. */
export interface MixtureOfExpertsConfig extends FeatureProcessingConfig {
  readonly kind: "mixtureOfExperts";
  /** How many overarches there are. */
  readonly experts: number;
  /** Hidden widths of each, which ends in one logit. */
  readonly overarch: readonly number[];
}

/**
 * AdvancedDLRM with a mixture of experts for its overarch, as in table 3 of DHEN (Zhang et al. 2022, arXiv 2203.11014),
 * where "MoE is applied to the MLP part" with a gating network; all experts run on every example (Jacobs et al. 1991,
 * Adaptive mixtures of local experts):
 *
 * ```text
 * f     = [dots(X), flat X, z]                         [B, n]     as in AdvancedDLRM
 * g     = softmax(f W_g + b_g)                         [B, k]
 * logit = sum_k g_k MLP_k(f)                           [B]
 * ```
 */
export function mixtureOfExperts(config: MixtureOfExpertsConfig, schema: Schema): Model {
  const inputs = featureProcessing(config, schema);
  const interaction = interactionFeatures({ ...inputs, dim: config.dim });
  const gate = mlpBlock({
    name: "gate",
    role: "overarch",
    widths: [interaction.width, config.experts],
    last: "linear",
  });
  const widths = [interaction.width, ...config.overarch, 1];
  const experts: Block[] = Array.from(
    { length: config.experts },
    (_, k) => mlpBlock({ name: `expert${k}`, role: "overarch", widths, last: "linear" }),
  );
  return {
    name: "Mixture of experts",
    embedding: inputs.embedding,
    blocks: [...inputs.blocks, interaction.block, gate, ...experts],
    logits(run, batch) {
      const { x, z } = inputs.process(run, batch); // [B, m, d], [B, d]
      const f = interaction.features(run, x, z); // [B, n]
      const g = tf.softmax(run(gate, f)); // [B, k]
      const opinions = tf.concat(experts.map((expert) => run(expert, f)), 1); // [B, k]
      return tf.sum(tf.mul(g, opinions), 1); // [B]
    },
  };
}
