import type { EmbeddingSpec } from "../models/block.ts";
import { globalMask, type GlobalMaskOptions } from "./global_mask.ts";
import type { LayerValues, MaskSet, PrunableMatrix } from "./mask.ts";

/** The embedding tables as things to prune: one weight a row, so that masks, counts and overlaps mean rows. */
export function embeddingRows({ fieldRows }: EmbeddingSpec): PrunableMatrix[] {
  return fieldRows.map((rows, f) => ({ name: `embeddings/${f}`, shape: [rows] }));
}

/**
 * Importance of embedding rows: their norm, and where it is known, times the root of how often they were looked up, since a row that
 * nobody reads costs nothing to remove. Tables are comparable: the model reads them all at the same scale.
 *
 * @param weights `[rows of all tables, dim]`: `state.arrays["embeddings/weights"]` of a trainer
 * @param counts `[rows of all tables]` lookups; absent: norm alone
 * @throws {RangeError} when there are more or fewer weights than the tables have
 *
 * @example
 * ```ts
 * import { rowImportance } from "recscale/pruning";
 * import assert from "node:assert/strict";
 *
 * const tables = { fieldRows: [2, 1], dim: 2, scale: 1 };
 * const scores = rowImportance(tables, Float32Array.of(3, 4, 0, 1, 6, 8));
 * assert.deepEqual([...scores["embeddings/0"], ...scores["embeddings/1"]], [5, 1, 10]);
 * ```
 */
export function rowImportance(
  spec: EmbeddingSpec,
  weights: Float32Array,
  counts?: ArrayLike<number>,
): LayerValues {
  const { fieldRows, dim } = spec;
  const total = fieldRows.reduce((a, b) => a + b, 0);
  if (weights.length !== total * dim || (counts && counts.length !== total)) {
    throw new RangeError(
      `Cannot rank ${total} rows of width ${dim} by ${weights.length} weights and ${counts?.length ?? "no"} counts.`,
    );
  }
  let from = 0;
  return Object.fromEntries(
    embeddingRows(spec).map(({ name }, f) => {
      const first = from;
      from += fieldRows[f];
      return [
        name,
        Float32Array.from({ length: fieldRows[f] }, (_, r) => {
          const row = first + r;
          const norm = Math.hypot(...weights.subarray(row * dim, (row + 1) * dim));
          return counts ? norm * Math.sqrt(counts[row]) : norm;
        }),
      ];
    }),
  );
}

/** The rows that stay, by one threshold over all tables; each table keeps at least its guarded share. */
export function embeddingRowMask(spec: EmbeddingSpec, scores: LayerValues, options: GlobalMaskOptions): MaskSet {
  return globalMask(embeddingRows(spec), scores, options);
}

/**
 * Puts a mask of rows on a trainer's `rowMask`, between two steps. Removed rows keep their stored values, which the model does not
 * see and training does not change: a row that comes back goes on from where it was.
 */
export function writeRowMask(target: Uint8Array, mask: MaskSet): void {
  const all = mask.layers.flatMap(({ kept }) => [...kept]);
  if (all.length !== target.length) {
    throw new RangeError(`Cannot put a mask of ${all.length} rows on tables of ${target.length}.`);
  }
  target.set(all);
}
