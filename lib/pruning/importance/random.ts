import { uniform } from "../../data/counter_hash.ts";
import { type LayerValues, type PrunableMatrix, sizeOf } from "../mask.ts";
import type { Criterion } from "./criterion.ts";

/**
 * Random importance, the control of all others: uniform numbers that stay the same from update to update, so that a mask of higher
 * sparsity lies within one of lower.
 *
 * @example
 * ```ts
 * import { globalMask, keptCount, randomImportance } from "recscale/pruning";
 * import assert from "node:assert/strict";
 *
 * const matrices = [{ name: "w", shape: [10, 10] }];
 * const scores = randomImportance(7).init(matrices);
 * const mask = globalMask(matrices, scores, { criterion: "random", sparsity: 0.9, derivedAt: 0 });
 * assert.equal(keptCount(mask).kept, 10);
 * ```
 */
export function randomImportance(seed: number): Criterion<LayerValues> {
  return {
    name: "random",
    source: "control",
    init: (matrices: readonly PrunableMatrix[]) =>
      Object.fromEntries(matrices.map((matrix, l) => [
        matrix.name,
        Float32Array.from({ length: sizeOf(matrix) }, (_, k) => uniform(seed, l, k)),
      ])),
    update: (scores) => ({ state: scores, scores }),
  };
}
