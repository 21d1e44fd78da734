import { largestWithin } from "./largest_within.ts";
import { type LayerValues, type MaskProvenance, type MaskSet, type PrunableMatrix, sizeOf } from "./mask.ts";
import { type KeptNeurons, neuronFlops, type NeuronLayer } from "./neuron_layers.ts";
import { topScores } from "./top_scores.ts";

/** What is kept within a budget of forward FLOPs per example. */
export interface FlopBudgetOptions {
  /** Most forward FLOPs per example of the kept weights. */
  readonly flops: number;
  /** Every layer keeps at least this share of its weights or neurons, its best ones, and at least one. Default 0.02. */
  readonly minimumShare?: number;
}

/** What a budget for weights takes besides. */
export interface WeightBudgetOptions extends FlopBudgetOptions, Omit<MaskProvenance, "sparsity"> {
  /** Forward FLOPs per example of one weight, by matrix. Default 2: a multiply-add, once an example. */
  readonly flopsPerWeight?: readonly number[];
}

/**
 * The mask of the most important weights whose FLOPs fit a budget: one threshold over all matrices, found by bisection
 * (candidate R2). One weight more, in the order of importance, would exceed the budget.
 *
 * @throws {RangeError} when the layer guard alone exceeds the budget
 */
export function weightsWithinBudget(
  matrices: readonly PrunableMatrix[],
  scores: LayerValues,
  options: WeightBudgetOptions,
): MaskSet {
  const { flops, minimumShare = 0.02, flopsPerWeight = matrices.map(() => 2), criterion, derivedAt } = options;
  const guarded = matrices.map((matrix) =>
    topScores(scores[matrix.name], Math.max(1, Math.ceil(minimumShare * sizeOf(matrix))))
  );
  const guard = guarded.reduce((sum, kept, l) => sum + flopsPerWeight[l] * kept.reduce((a, b) => a + b, 0), 0);
  const others = matrices.map(({ name }, l) =>
    Float64Array.from(scores[name].filter((score, k) => guarded[l][k] === 0 && score > -Infinity)).sort()
  );
  const sorted = Float64Array.from(others.flatMap((values) => [...values])).sort();
  const threshold = (n: number) => n === sorted.length ? -Infinity : sorted[sorted.length - 1 - n];
  const costAbove = (t: number) =>
    others.reduce((sum, values, l) => sum + flopsPerWeight[l] * (values.length - countUpTo(values, t)), guard);

  const t = threshold(largestWithin(sorted.length, flops, (n) => costAbove(threshold(n))));
  let left = flops - costAbove(t);
  for (const [l, { name }] of matrices.entries()) {
    for (const [k, score] of scores[name].entries()) {
      if (score > t) guarded[l][k] = 1;
      else if (score === t && guarded[l][k] === 0 && score > -Infinity) {
        left -= flopsPerWeight[l]; // among equals the first are kept, while they fit
        if (left >= 0) guarded[l][k] = 1;
      }
    }
  }
  const total = matrices.reduce((sum, matrix) => sum + sizeOf(matrix), 0);
  const kept = guarded.reduce((sum, bits) => sum + bits.reduce((a, b) => a + b, 0), 0);
  return {
    layers: matrices.map((matrix, l) => ({ ...matrix, kept: guarded[l] })),
    provenance: { criterion, sparsity: 1 - kept / total, derivedAt },
  };
}

/**
 * The most important neurons whose layers' FLOPs fit a budget. Neurons compete over all layers by importance per FLOP that
 * their removal saves from the whole layer, `2 (inputs + outputs)`; what the kept ones cost is counted exactly, with the
 * rows that are gone ({@link neuronFlops}).
 *
 * @param importance by layer, `[width]`
 * @throws {RangeError} when the layer guard alone exceeds the budget
 *
 * @example
 * ```ts
 * import { neuronsWithinBudget } from "recscale/pruning";
 * import assert from "node:assert/strict";
 *
 * const layer = { name: "w", bias: "b", next: "v", inputs: 3, width: 4, outputs: 2 };
 * const kept = neuronsWithinBudget([layer], [Float64Array.of(1, 4, 2, 3)], { flops: 25 });
 * assert.deepEqual([...kept[0]], [0, 1, 0, 1]); // two neurons at 2 (3 + 2) FLOPs
 * ```
 */
export function neuronsWithinBudget(
  layers: readonly NeuronLayer[],
  importance: readonly Float64Array<ArrayBuffer>[],
  { flops, minimumShare = 0.02 }: FlopBudgetOptions,
): KeptNeurons {
  const guarded = layers.map(({ width }, l) => topScores(importance[l], Math.max(1, Math.ceil(minimumShare * width))));
  const perFlop = layers.map(({ inputs, outputs }, l) =>
    importance[l].map((score) => score / (2 * (inputs + outputs)))
  );
  const order = ranked(perFlop, guarded);
  const keeping = (n: number): KeptNeurons => {
    const kept = guarded.map((bits) => bits.slice());
    for (const [l, k] of order.slice(0, n)) kept[l][k] = 1;
    return kept;
  };
  return keeping(largestWithin(order.length, flops, (n) => neuronFlops(layers, keeping(n))));
}

/** How many of the ascending values are at most t. */
function countUpTo(values: Float64Array, t: number): number {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle] <= t) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The places that are not marked yet, `[layer, index]`, from the highest score to the lowest; among equals the first. */
function ranked(
  scores: readonly (Float32Array | Float64Array)[],
  marked: readonly Uint8Array[],
): (readonly [number, number])[] {
  const places = scores.flatMap((values, l) =>
    [...values.keys()].filter((k) => !marked[l][k]).map((k) => [l, k] as const)
  );
  return places.sort(([l, k], [m, n]) => scores[m][n] - scores[l][k] || l - m || k - n);
}
