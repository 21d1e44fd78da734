import { type LayerValues, type MaskProvenance, type MaskSet, type PrunableMatrix, sizeOf } from "./mask.ts";
import { topScores } from "./top_scores.ts";

/** How many weights stay. */
export interface GlobalMaskOptions extends MaskProvenance {
  /**
   * The layer guard: every matrix keeps at least this share of its weights, its best ones. A matrix without any would cut
   * the model in two. Default 0.02, the low end of what is usual.
   */
  readonly minimumShare?: number;
}

/**
 * The mask that keeps the most important weights over all matrices together, by one threshold, so that every matrix keeps
 * as many as its importance asks for. Exactly `n - round(sparsity n)` of all n weights stay (more only where the layer guard
 * alone asks for more). Among equals the first stays: in the order of the matrices, then row by row.
 *
 * @param scores importance by matrix; comparable between matrices
 * @throws {RangeError} for a sparsity outside [0, 1), or a score that is not a number
 *
 * @example
 * ```ts
 * import { globalMask } from "recscale/pruning";
 * import assert from "node:assert/strict";
 *
 * const matrices = [{ name: "a", shape: [1, 4] }, { name: "b", shape: [1, 4] }];
 * const scores = { a: Float32Array.of(1, 2, 3, 4), b: Float32Array.of(10, 20, 30, 40) };
 * const options = { criterion: "by hand", sparsity: 0.5, derivedAt: 0, minimumShare: 0.25 };
 * const { layers } = globalMask(matrices, scores, options);
 * assert.deepEqual(layers.map(({ kept }) => [...kept]), [[0, 0, 0, 1], [0, 1, 1, 1]]);
 * ```
 */
export function globalMask(
  matrices: readonly PrunableMatrix[],
  scores: LayerValues,
  { criterion, sparsity, derivedAt, minimumShare = 0.02 }: GlobalMaskOptions,
): MaskSet {
  if (!(sparsity >= 0 && sparsity < 1)) {
    throw new RangeError(`Cannot prune to a sparsity of ${sparsity}: wanted a number from 0 to below 1.`);
  }
  const sizes = matrices.map(sizeOf);
  const total = sizes.reduce((a, b) => a + b, 0);
  const wanted = total - Math.round(sparsity * total);
  const guarded = matrices.map(({ name }, l) => topScores(scores[name], Math.ceil(minimumShare * sizes[l])));

  const rest = new Float64Array(total); // what the guard keeps already is out of the competition
  let from = 0, held = 0;
  for (const [l, { name }] of matrices.entries()) {
    for (const [k, bit] of guarded[l].entries()) {
      rest[from + k] = bit ? -Infinity : scores[name][k];
      held += bit;
    }
    from += sizes[l];
  }
  const chosen = topScores(rest, Math.max(0, wanted - held));
  from = 0;
  const layers = matrices.map((matrix, l) => {
    const kept = guarded[l].map((bit, k) => bit | chosen[from + k]);
    from += sizes[l];
    return { ...matrix, kept };
  });
  return { layers, provenance: { criterion, sparsity, derivedAt } };
}
