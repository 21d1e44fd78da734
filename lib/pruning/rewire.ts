import type { LayerValues, MaskSet } from "./mask.ts";
import { topScores } from "./top_scores.ts";

/** How a mask is rewired. */
export interface RewireOptions {
  /** Share of each matrix's kept weights that is dropped and grown again elsewhere, in [0, 1]. */
  readonly fraction: number;
  /** What to drop by: the lowest `|w|` of the kept weights. */
  readonly weights: LayerValues;
  /** What to grow by: the highest. */
  readonly growth: LayerValues;
  readonly derivedAt: number;
}

/**
 * One round of prune-and-regrow: every matrix drops the smallest of its kept weights and grows as many of those that are then
 * not kept, so that its count stays as it was. A dropped weight may be grown again at once, as in RigL (Evci et al. 2020, algorithm 1:
 * grown are weights outside of those that survive the drop).
 *
 * @throws {RangeError} for a fraction outside [0, 1]
 *
 * @example
 * ```ts
 * import { rewire } from "recscale/pruning";
 * import assert from "node:assert/strict";
 *
 * const provenance = { criterion: "by hand", sparsity: 0.5, derivedAt: 0 };
 * const mask = { layers: [{ name: "w", shape: [1, 4], kept: Uint8Array.of(1, 1, 0, 0) }], provenance };
 * const weights = { w: Float32Array.of(0.1, -3, 0, 0) }, growth = { w: Float32Array.of(1, 9, 2, 5) };
 * const { layers } = rewire(mask, { fraction: 0.5, weights, growth, derivedAt: 1 });
 * assert.deepEqual([...layers[0].kept], [0, 1, 0, 1]);
 * ```
 */
export function rewire(mask: MaskSet, { fraction, weights, growth, derivedAt }: RewireOptions): MaskSet {
  if (!(fraction >= 0 && fraction <= 1)) {
    throw new RangeError(`Cannot rewire a fraction of ${fraction} of the kept weights: wanted 0 to 1.`);
  }
  const layers = mask.layers.map((layer) => {
    const { name, kept } = layer;
    const count = kept.reduce((sum, bit) => sum + bit, 0);
    const moved = Math.floor(fraction * count);
    const sizes = weights[name].map((w, k) => kept[k] ? Math.abs(w) : -Infinity);
    const surviving = topScores(sizes, count - moved);
    const grown = topScores(growth[name].map((score, k) => surviving[k] ? -Infinity : score), moved);
    return { ...layer, kept: surviving.map((bit, k) => bit | grown[k]) };
  });
  return { layers, provenance: { ...mask.provenance, derivedAt } };
}
