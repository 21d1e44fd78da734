import type { Batch } from "../data/batch.ts";
import type { MaskSet } from "./mask.ts";
import type { MaskedTrainer, MaskedTrainerOptions } from "./masked_trainer.ts";

/** A model that can be trained and pruned. */
export interface PrunableModel {
  readonly model: MaskedTrainer;
  /**
   * Prunes the model while it trains on the batches, each once; before, its mask must keep everything. Afterwards its mask is
   * of zeros and ones and has the whole share removed.
   *
   * @param derivedAt noted in the mask
   */
  prune(batches: readonly Batch[], derivedAt: number): Promise<MaskSet>;
  dispose(): void;
}

/** A way to prune: a criterion, a rule and a schedule. */
export interface Pruner {
  readonly name: string;
  /** The share that it removes. */
  readonly share: number;
  /** Puts a model on the engine that this pruner can prune. */
  attach(options: Omit<MaskedTrainerOptions, "matrices" | "observer">): PrunableModel;
}
