import type { Model } from "../models/block.ts";
import { cost } from "../models/cost.ts";
import type { MaskSet } from "./mask.ts";

/** A backward pass computes two products for each of the forward pass. */
const TRAINING = 3;

/**
 * Forward FLOPs per example of a model with the removed weights left out. A weight of a matrix counts 2; lookups 0. It is what ideal
 * hardware would do: real speed needs neurons or blocks that are gone as a whole.
 *
 * @example
 * ```ts
 * import { buildModel } from "recscale/models";
 * import { denseMask, forwardFlops, prunableMatrices } from "recscale/pruning";
 * import assert from "node:assert/strict";
 *
 * const schema = { name: "two", fields: [{ name: "a", cardinality: 10 }], dense: ["x"], time: "fileOrder" } as const;
 * const model = buildModel({ kind: "mlp", dim: 4, hidden: [8] }, schema);
 * const mask = denseMask(prunableMatrices(model));
 * assert.equal(forwardFlops(model, mask), 2 * (5 * 8 + 8));
 * mask.layers[0].kept.fill(0, 0, 10);
 * assert.equal(forwardFlops(model, mask), 2 * (5 * 8 + 8) - 20);
 * ```
 */
export function forwardFlops(model: Model, mask: MaskSet | null): number {
  const removed = (mask?.layers ?? []).filter(({ shape }) => shape.length > 1)
    .reduce((sum, { kept }) => sum + kept.length - kept.reduce((a, b) => a + b, 0), 0);
  return cost(model).totalFlops - 2 * removed;
}

/** FLOPs of training on so many examples, the optimiser's own not counted. */
export function trainingFlops(model: Model, mask: MaskSet | null, examples: number): number {
  return TRAINING * examples * forwardFlops(model, mask);
}
