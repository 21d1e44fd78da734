import type { DynamicSparseOptions } from "./dynamic_sparse.ts";
import type { Policy } from "./policy.ts";

const never = { init: () => null, decide: () => ({ state: null, refresh: false }), keepsDense: false } as const;

/** The dense model itself, trained incrementally: the reference. */
export const densePolicy: Policy<null> = { ...never, name: "dense", training: "dense", keepsDense: true };

/** Pruned once and never trained again. */
export const frozenSparse: Policy<null> = { ...never, name: "frozen sparse", training: "frozen" };

/** Pruned once; the kept weights train on, the mask stays. */
export const incrementalSparse: Policy<null> = { ...never, name: "incremental sparse", training: "incremental" };

/** Pruned once; the kept weights train on while the mask is rewired by SET or RigL. */
export function dynamicSparsePolicy(options: DynamicSparseOptions): Policy<null> {
  return { ...never, name: `dynamic sparse (${options.grow === "gradient" ? "RigL" : "SET"})`, training: options };
}

/**
 * D2S(r), dense to sparse: the dense model trains for ever, and every r periods a new sparse model is derived from it, which trains
 * incrementally until the next (Ye et al. 2020, arXiv 2010.08655).
 *
 * @param r periods from one derivation to the next
 * @param takes what a refresh takes from the derivation
 * @throws {RangeError} when r is not a whole number from 1
 *
 * @example
 * ```ts
 * import { denseToSparse } from "recscale/pruning";
 * import assert from "node:assert/strict";
 *
 * const costs = { gaps: [], denseFlops: 0, refreshFlops: 0, nextRefreshFlops: 0 };
 * const at = (period: number) =>
 *   denseToSparse(4).decide(null, { period, sinceRefresh: period % 4 || 4, ...costs }).refresh;
 * assert.deepEqual([1, 2, 3, 4, 5, 8].map(at), [false, false, false, true, false, true]);
 * ```
 */
export function denseToSparse(r: number, takes: Policy["takes"] = "both"): Policy<null> {
  if (!(Number.isInteger(r) && r >= 1)) {
    throw new RangeError(`Cannot derive a sparse model every ${r} periods: wanted a whole number from 1.`);
  }
  return {
    name: takes === "both" ? `D2S(${r})` : `D2S(${r}), ${takes} only`,
    training: "incremental",
    takes,
    keepsDense: true,
    init: () => null,
    decide: (state, { sinceRefresh }) => ({ state, refresh: sinceRefresh >= r }),
  };
}

/** The ideal: a sparse model fresh from the dense one in every period. */
export const idealSparse: Policy<null> = { ...denseToSparse(1), name: "ideal sparse" };
