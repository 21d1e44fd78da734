import type { Batch } from "../data/batch.ts";
import type { TrainerState } from "../training/trainer.ts";
import { denseMask, type MaskSet } from "./mask.ts";
import type { PrunableModel } from "./pruner.ts";

/** The dense model as it was before a period, and the period's batches. */
export interface PastModel {
  readonly state: TrainerState;
  readonly batches: readonly Batch[];
}

/** A sparse model that is ready to be deployed. */
export interface DerivedModel {
  readonly state: TrainerState;
  readonly mask: MaskSet;
}

/**
 * Derives a sparse model from the past: copies the dense model of one period ago and trains it on that period, pruning as it
 * goes, so that it has seen as much as the dense model has.
 *
 * @param deriver where it is done; what was there before is lost
 * @param derivedAt the period that it is for, noted in the mask
 * @param under a mask that is put on at once instead of a new one: the same training, with nothing to choose
 */
export async function deriveSparse(
  deriver: PrunableModel,
  { state, batches }: PastModel,
  derivedAt: number,
  under?: MaskSet,
): Promise<DerivedModel> {
  const { model } = deriver;
  model.restore(state, denseMask(model.matrices));
  if (under) {
    await model.setMask(under);
    for (const batch of batches) await model.trainer.step(batch);
  } else {
    await deriver.prune(batches, derivedAt);
  }
  return { state: await model.trainer.state(), mask: model.mask };
}
