import type { Batch } from "../data/batch.ts";
import { cubicRamp } from "./cubic_ramp.ts";
import type { Criterion } from "./importance/criterion.ts";
import type { LayerValues, MaskSet } from "./mask.ts";
import type { MaskRule } from "./mask_rule.ts";
import { createMaskedTrainer, type MaskedTrainer } from "./masked_trainer.ts";
import type { Pruner } from "./pruner.ts";

/** What is pruned by, how much, and how fast. */
export interface GradualOptions<State> {
  readonly criterion: Criterion<State>;
  readonly rule: MaskRule;
  /** The share to be removed, in [0, 1). */
  readonly share: number;
  /**
   * Part of the training steps over which the share rises by the cubic ramp; the rest recovers. Default 0.75. 0 = in one shot on the
   * first batch, before any training.
   */
  readonly ramp?: number;
  /** Steps between two masks. Default 4: a mask a step costs more time than it brings. */
  readonly every?: number;
}

/**
 * Gradual pruning (Zhu and Gupta 2017, arXiv 1710.01878) by any criterion: trains on, and every few steps removes the least important
 * weights up to the cubic ramp. What is removed stays removed.
 *
 * @throws {RangeError} for a share outside [0, 1), a ramp outside [0, 1], or `every` below 1
 */
export function gradualPruner<State>(options: GradualOptions<State>): Pruner {
  const { criterion, rule, share } = options;
  checkGradualOptions(options);
  return {
    name: `${criterion.name} ${rule.name}`,
    share,
    attach(trainerOptions) {
      const model = createMaskedTrainer({ ...trainerOptions, matrices: rule.matrices });
      return {
        model,
        prune: (batches, derivedAt) => pruneAlong(model, batches, options, derivedAt),
        dispose: model.dispose,
      };
    },
  };
}

/** The loop of {@link gradualPruner}: trains on each batch once, raising the share that is removed. */
export async function pruneAlong<State>(
  model: MaskedTrainer,
  batches: readonly Batch[],
  options: GradualOptions<State>,
  derivedAt: number,
): Promise<MaskSet> {
  const { criterion, rule, share, ramp = 0.75, every = 4 } = options;
  if (batches.length === 0) throw new RangeError("Cannot prune without data: wanted at least one batch.");
  let state = criterion.init(rule.matrices);
  const tighten = async (removed: number) => {
    const scored = criterion.update(state, await model.observation());
    state = scored.state;
    model.resetObservation();
    const provenance = { criterion: criterion.name, derivedAt };
    const mask = rule.mask(withoutRemoved(scored.scores, model.mask), removed, provenance);
    await model.setMask(mask);
  };

  const steps = Math.round(ramp * batches.length);
  model.resetObservation();
  if (steps === 0) {
    await model.trainer.observe(batches[0]);
    await tighten(share);
  }
  for (const [i, batch] of batches.entries()) {
    await model.trainer.step(batch);
    const k = i + 1;
    if (steps > 0 && (k % every === 0 || k === steps) && k <= steps) {
      await tighten(cubicRamp({ final: share, steps }, k));
    }
  }
  return model.mask;
}

/** @throws {RangeError} naming the option that is out of range */
export function checkGradualOptions<State>({ share, ramp = 0.75, every = 4 }: GradualOptions<State>): void {
  if (!(share >= 0 && share < 1)) throw new RangeError(`Cannot remove a share of ${share}: wanted 0 to below 1.`);
  if (!(ramp >= 0 && ramp <= 1)) throw new RangeError(`Cannot prune along a ramp of ${ramp}: wanted 0 to 1.`);
  if (!(Number.isInteger(every) && every >= 1)) {
    throw new RangeError(`Cannot prune every ${every} steps: wanted a whole number from 1.`);
  }
}

/** Scores with -Infinity for weights that are removed already, so that they stay so. */
function withoutRemoved(scores: LayerValues, mask: MaskSet): LayerValues {
  const kept = new Map(mask.layers.map((layer) => [layer.name, layer.kept]));
  return Object.fromEntries(
    Object.entries(scores).map(([name, values]) => [
      name,
      values.map((score, k) => kept.get(name)?.[k] === 0 ? -Infinity : score),
    ]),
  );
}
