import * as tf from "@tensorflow/tfjs";
import { dotInteraction } from "../engine/ops/dot_interaction.ts";
import type { Block, RunBlock } from "./block.ts";

/** What AdvancedDLRM's overarch sees of tokens. */
export interface InteractionFeatures {
  readonly block: Block;
  /** `m (m - 1) / 2 + m d + zWidth` */
  readonly width: number;
  /** `[dots(X), flat X, z]`, of shape `[B, width]` */
  features(run: RunBlock, x: tf.Tensor, z: tf.Tensor | null): tf.Tensor;
}

/**
 * The interaction of AdvancedDLRM as it is written here: inner products of all pairs of tokens, beside the tokens
 * themselves and z. The paper does not say what its AdvancedDLRM has inside; without the tokens an overarch knows them
 * by their products alone.
 *
 * @throws {Error} when there is one token only, and so no pair
 */
export function interactionFeatures(
  { tokens: m, dim, zWidth }: { tokens: number; dim: number; zWidth: number },
): InteractionFeatures {
  const pairs = m * (m - 1) / 2;
  if (pairs === 0) {
    throw new Error(
      `Cannot build the dot interaction of ${m} token: there is no pair. Wanted at least two fields, or one and a ` +
        `numeric column; in front of the head of a DHEN a last layer with at least 2 tokens, or head "flat".`,
    );
  }
  const block: Block = {
    name: "interaction",
    role: "interaction",
    parameters: [],
    flops: 2 * dim * pairs,
    forward: (_, x) => dotInteraction(x),
  };
  return {
    block,
    width: pairs + m * dim + zWidth,
    features(run, x, z) {
      const dots = run(block, x); // [B, pairs]
      const flat = tf.reshape(x, [-1, m * dim]); // [B, m d]
      return tf.concat(z === null ? [dots, flat] : [dots, flat, z], 1); // [B, width]
    },
  };
}
