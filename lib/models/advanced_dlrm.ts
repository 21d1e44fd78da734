import * as tf from "@tensorflow/tfjs";
import type { Schema } from "../data/schema.ts";
import type { Model } from "./block.ts";
import { featureProcessing, type FeatureProcessingConfig } from "./feature_processing.ts";
import { interactionFeatures } from "./interaction_features.ts";
import { mlpBlock } from "./mlp_block.ts";

/** The sizes of an AdvancedDLRM. */
export interface AdvancedDlrmConfig extends FeatureProcessingConfig {
  readonly kind: "advancedDlrm";
  /** Hidden widths of the overarch, which ends in one logit. */
  readonly overarch: readonly number[];
}

/**
 * AdvancedDLRM, the baseline of DHEN (Zhang et al. 2022, arXiv 2203.11014). What the paper calls so is not described
 * there; this is DLRM whose overarch sees the tokens beside their products:
 *
 * ```text
 * z     = MLP_bottom(dense)                            [B, d]
 * X     = [z, e_1, ..., e_F]                           [B, m, d],  m = F + 1
 * dots  = (x_i . x_j for i > j)                        [B, m (m - 1) / 2]
 * logit = MLP_overarch([dots, flat X, z])              [B]
 * ```
 *
 * It is what a DHEN without layers is, to the last bit.
 */
export function advancedDlrm(config: AdvancedDlrmConfig, schema: Schema): Model {
  const inputs = featureProcessing(config, schema);
  const interaction = interactionFeatures({ ...inputs, dim: config.dim });
  const widths = [interaction.width, ...config.overarch, 1];
  const overarch = mlpBlock({ name: "overarch", role: "overarch", widths, last: "linear" });
  return {
    name: "AdvancedDLRM",
    embedding: inputs.embedding,
    blocks: [...inputs.blocks, interaction.block, overarch],
    logits(run, batch) {
      const { x, z } = inputs.process(run, batch); // [B, m, d], [B, d]
      return tf.reshape(run(overarch, interaction.features(run, x, z)), [-1]); // [B]
    },
  };
}
