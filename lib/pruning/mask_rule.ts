import type { Model } from "../models/block.ts";
import { neuronsWithinBudget, weightsWithinBudget } from "./flop_budget.ts";
import { globalMask } from "./global_mask.ts";
import { layerMask } from "./layer_mask.ts";
import { keptByLayer, type LayerRates } from "./layer_rates.ts";
import { type LayerValues, type MaskSet, prunableMatrices, type PrunableMatrix, sizeOf } from "./mask.ts";
import { columnNorms, neuronFlops, neuronLayers, neuronMask } from "./neuron_layers.ts";

/** Turns importance into a mask that removes a share of a model: of its weights, or of their FLOPs. */
export interface MaskRule {
  readonly name: string;
  /** The parameters that its masks cover. */
  readonly matrices: readonly PrunableMatrix[];
  /**
   * @param scores importance by parameter; -Infinity for what must stay removed
   * @param share to be removed, in [0, 1)
   */
  mask(scores: LayerValues, share: number, provenance: Pick<MaskSet["provenance"], "criterion" | "derivedAt">): MaskSet;
}

/** How a rule shares out what stays. */
export interface WeightRuleOptions {
  /** `"global"`: one threshold over all matrices, so that the layer rates follow from importance. Default. */
  readonly rates?: LayerRates | "global";
  /** Guard for `"global"`: the least share that a matrix keeps. Default 0.02. */
  readonly minimumShare?: number;
}

/** Removes single weights; exactly the share that is asked for. */
export function weightRule(model: Model, { rates = "global", minimumShare }: WeightRuleOptions = {}): MaskRule {
  const matrices = prunableMatrices(model);
  return {
    name: rates,
    matrices,
    mask: (scores, sparsity, provenance) =>
      rates === "global"
        ? globalMask(matrices, scores, { ...provenance, sparsity, minimumShare })
        : layerMask(matrices, scores, { ...provenance, sparsity, counts: keptByLayer(rates, matrices, sparsity) }),
  };
}

/**
 * Removes single weights until what is left fits `(1 - share)` of the FLOPs of the prunable matrices (candidate R2).
 *
 * @param flopsPerWeight by matrix; default 2
 */
export function flopRule(
  model: Model,
  { minimumShare, flopsPerWeight }: { readonly minimumShare?: number; readonly flopsPerWeight?: readonly number[] } =
    {},
): MaskRule {
  const matrices = prunableMatrices(model);
  const whole = matrices.reduce((sum, matrix, l) => sum + (flopsPerWeight?.[l] ?? 2) * sizeOf(matrix), 0);
  return {
    name: "flops",
    matrices,
    mask: (scores, share, provenance) =>
      weightsWithinBudget(matrices, scores, {
        ...provenance,
        minimumShare,
        flopsPerWeight,
        flops: (1 - share) * whole,
      }),
  };
}

/**
 * Removes neurons until the layers that make and read them cost at most `(1 - share)` of their FLOPs. A neuron's importance is the
 * norm of its column of scores, per FLOP that it costs.
 */
export function neuronRule(model: Model, { minimumShare }: Pick<WeightRuleOptions, "minimumShare"> = {}): MaskRule {
  const layers = neuronLayers(model);
  const all = layers.map(({ width }) => new Uint8Array(width).fill(1));
  const whole = neuronFlops(layers, all);
  const full = neuronMask(model, layers, all, { criterion: "dense", sparsity: 0, derivedAt: 0 });
  return {
    name: "neurons",
    matrices: full.layers.map(({ name, shape }) => ({ name, shape })),
    mask(scores, share, provenance) {
      const present = Object.fromEntries(layers.map(({ name }) => [
        name,
        scores[name].map((score) => score === -Infinity ? 0 : score), // a removed weight counts nothing
      ]));
      const importance = columnNorms(layers, present);
      const kept = neuronsWithinBudget(layers, importance, { flops: (1 - share) * whole, minimumShare });
      return neuronMask(model, layers, kept, { ...provenance, sparsity: share });
    },
  };
}
