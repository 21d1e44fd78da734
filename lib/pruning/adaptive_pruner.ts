import { neuronLayers } from "./neuron_layers.ts";
import { auxiliaryMasks, type AuxiliaryOptions } from "./auxiliary_masks.ts";
import { checkGradualOptions, type GradualOptions, pruneAlong } from "./gradual_pruner.ts";
import { adaptiveImportance } from "./importance/adaptive.ts";
import type { Model } from "../models/block.ts";
import type { LayerValues } from "./mask.ts";
import { flopRule, neuronRule, weightRule } from "./mask_rule.ts";
import { createMaskedTrainer } from "./masked_trainer.ts";
import type { Pruner } from "./pruner.ts";

/** How the adaptive algorithm prunes. */
export interface AdaptiveOptions
  extends Pick<GradualOptions<unknown>, "share" | "ramp" | "every">, Omit<AuxiliaryOptions, "per"> {
  /**
   * What is removed and how the share is counted: `"weights"` (share of weights), `"flops"` (single weights, share of FLOPs), `"neurons"`
   * (share of the FLOPs of the layers that make and read them). Default `"weights"`.
   */
  readonly structure?: "weights" | "flops" | "neurons";
  /** Every layer keeps at least this share. Default 0.02. */
  readonly minimumShare?: number;
}

/**
 * The adaptive dense-to-sparse algorithm as this project reconstructs it (candidate R1; the paper, Ye et al. 2020, arXiv 2010.08655, is
 * known to us by its abstract only): real-valued auxiliary masks that are trained with the weights
 * ({@link auxiliaryMasks}), an importance of several criteria ({@link adaptiveImportance}), one global threshold, so that the
 * layer rates are learned, and a cubic ramp. At the end the masks are multiplied into the weights.
 */
export function adaptivePruner(model: Model, options: AdaptiveOptions): Pruner {
  const { structure = "weights", minimumShare, share, ramp, every } = options;
  const rule = { weights: weightRule, flops: flopRule, neurons: neuronRule }[structure](model, { minimumShare });
  const gradual: GradualOptions<LayerValues | null> = { criterion: adaptiveImportance(), rule, share, ramp, every };
  checkGradualOptions(gradual);
  const neurons = structure === "neurons";
  const learning = neurons ? neuronLayers(model).map(({ name }) => name) : rule.matrices.map(({ name }) => name);
  return {
    name: `adaptive ${structure}`,
    share,
    attach(trainerOptions) {
      const auxiliary = auxiliaryMasks(trainerOptions.engine, learning, {
        ...options,
        per: neurons ? "neuron" : "weight",
      });
      const masked = createMaskedTrainer({
        ...trainerOptions,
        matrices: rule.matrices,
        observer: auxiliary.observer,
      });
      return {
        model: masked,
        async prune(batches, derivedAt) {
          auxiliary.learn(true);
          const mask = await pruneAlong(masked, batches, gradual, derivedAt);
          auxiliary.learn(false);
          await masked.absorbMasks();
          return mask;
        },
        dispose() {
          masked.dispose();
          auxiliary.dispose();
        },
      };
    },
  };
}
