import type { Batch } from "../data/batch.ts";
import { hash, uniform } from "../data/counter_hash.ts";
import { layerMask } from "./layer_mask.ts";
import { keptByLayer, type LayerRates } from "./layer_rates.ts";
import { mapLayers } from "./map_layers.ts";
import { type LayerValues, type MaskSet, type PrunableMatrix, sizeOf } from "./mask.ts";
import type { MaskedTrainer } from "./masked_trainer.ts";
import { rewire } from "./rewire.ts";

/** Which weights are grown, how many and when. */
export interface DynamicSparseOptions {
  /** `"gradient"`: by `|g|` of the newest batch, RigL; `"random"`: SET. */
  readonly grow: "gradient" | "random";
  /** Steps between two rewirings, Delta T. Default 100, as RigL. */
  readonly every?: number;
  /** alpha: share of the kept weights that moves in the first rewiring. Default 0.3, as RigL. */
  readonly fraction?: number;
  /**
   * Steps until which the share falls by the cosine `alpha / 2 (1 + cos(pi t / T_end))`; afterwards nothing is rewired. Default:
   * never, the share stays alpha, since a stream has no end.
   */
  readonly until?: number;
  /** Of what `"random"` draws. Default 0. */
  readonly seed?: number;
}

/** The mask to begin dynamic sparse training with: drawn at random, at given layer rates. */
export function randomMask(
  matrices: readonly PrunableMatrix[],
  { rates, sparsity, seed }: { readonly rates: LayerRates; readonly sparsity: number; readonly seed: number },
): MaskSet {
  const scores = Object.fromEntries(matrices.map((matrix, l) => [
    matrix.name,
    Float32Array.from({ length: sizeOf(matrix) }, (_, k) => uniform(seed, l, k)),
  ]));
  const counts = keptByLayer(rates, matrices, sparsity);
  return layerMask(matrices, scores, { counts, criterion: "random", sparsity, derivedAt: 0 });
}

/**
 * The share of kept weights that is rewired at step t (Evci et al. 2020, section 3, "Update Schedule").
 *
 * @example
 * ```ts
 * import { rewiredFraction } from "recscale/pruning";
 * import assert from "node:assert/strict";
 *
 * const options = { grow: "gradient", fraction: 0.4, until: 1000 } as const;
 * assert.deepEqual([0, 1000, 2000].map((t) => rewiredFraction(options, t)), [0.4, 0, 0]);
 * ```
 */
export function rewiredFraction({ fraction = 0.3, until }: DynamicSparseOptions, t: number): number {
  if (until === undefined) return fraction;
  return t >= until ? 0 : fraction / 2 * (1 + Math.cos(Math.PI * t / until));
}

/**
 * One step of dynamic sparse training: SET (Mocanu et al. 2018, arXiv 1707.04780) or RigL (Evci et al. 2020, arXiv 1911.11134). Every
 * `every` steps the smallest weights are dropped and others grown in the same matrix, before the step. Unlike RigL's, the step
 * that rewires trains as well, so that no example of a stream is lost to training.
 *
 * @param t the step, from 1
 * @returns the loss before the step
 */
export async function dynamicSparseStep(
  model: MaskedTrainer,
  batch: Batch,
  options: DynamicSparseOptions,
  t: number,
): Promise<number> {
  const { every = 100, grow, seed = 0 } = options;
  const fraction = rewiredFraction(options, t);
  if (t % every === 0 && fraction > 0) {
    model.resetObservation();
    if (grow === "gradient") await model.trainer.observe(batch);
    const { weights, gradient } = await model.observation();
    const growth: LayerValues = grow === "gradient"
      ? mapLayers(gradient, Math.abs)
      : mapLayers(weights, (_, name, k) => uniform(seed, t, nameKey(name), k));
    await model.setMask(rewire(model.mask, { fraction, weights, growth, derivedAt: t }));
  }
  return await model.trainer.step(batch);
}

/** A counter for a matrix's name, so that draws do not depend on the order of matrices. */
function nameKey(name: string): number {
  return hash(...[...name].map((letter) => letter.codePointAt(0) ?? 0));
}
