import { type PrunableMatrix, sizeOf } from "./mask.ts";

/** How the weights that stay are shared out over the matrices before any is chosen. */
export type LayerRates = "uniform" | "erk";

/**
 * How many weights each matrix keeps.
 *
 * - `"uniform"`: the same share of every matrix.
 * - `"erk"`: Erdos-Renyi-kernel (Evci et al. 2020, "Rigging the Lottery", section 3; for matrices it is the Erdos-Renyi
 *   rule of Mocanu et al. 2018). Density of matrix l `= epsilon (in + out) / (in out)`, with one epsilon such that the
 *   total is met; a matrix that would keep more than all of it is kept whole, and epsilon is found again without it.
 *
 * Whole numbers, each at least 1, whose sum is exactly `n - round(sparsity n)`: the largest remainders are rounded up.
 *
 * @throws {RangeError} for a sparsity outside [0, 1), or one that leaves fewer weights than there are matrices
 *
 * @example
 * ```ts
 * import { keptByLayer } from "recscale/pruning";
 * import assert from "node:assert/strict";
 *
 * const matrices = [{ name: "wide", shape: [10, 90] }, { name: "square", shape: [10, 10] }];
 * assert.deepEqual(keptByLayer("uniform", matrices, 0.9), [90, 10]);
 * assert.deepEqual(keptByLayer("erk", matrices, 0.88), [100, 20]); // as 10 + 90 to 10 + 10
 * ```
 */
export function keptByLayer(rates: LayerRates, matrices: readonly PrunableMatrix[], sparsity: number): number[] {
  const sizes = matrices.map(sizeOf);
  const total = sizes.reduce((a, b) => a + b, 0);
  const wanted = total - Math.round(sparsity * total);
  if (!(sparsity >= 0 && sparsity < 1 && wanted >= matrices.length)) {
    throw new RangeError(
      `Cannot share out ${wanted} weights over ${matrices.length} matrices: wanted a sparsity from 0 to below 1 ` +
        `that leaves one weight for each, got ${sparsity}.`,
    );
  }
  if (rates === "uniform") return wholeNumbers(sizes.map((size) => size * wanted / total), sizes, wanted);

  const sides = matrices.map(({ shape }) => shape.reduce((a, b) => a + b, 0));
  const full = new Set<number>();
  for (;;) {
    let [left, sum] = [wanted, 0];
    for (const [l, size] of sizes.entries()) {
      if (full.has(l)) left -= size;
      else sum += sides[l]; // density * size = epsilon * (in + out)
    }
    const epsilon = left / sum;
    const over = sizes.findIndex((size, l) => !full.has(l) && epsilon * sides[l] > size);
    if (over < 0) return wholeNumbers(sizes.map((size, l) => full.has(l) ? size : epsilon * sides[l]), sizes, wanted);
    for (const [l, size] of sizes.entries()) if (epsilon * sides[l] > size) full.add(l);
  }
}

/** Rounds shares so that they add up to the total, none below 1 or above its size: the largest remainders go up. */
function wholeNumbers(shares: readonly number[], sizes: readonly number[], total: number): number[] {
  const counts = shares.map((share, l) => Math.min(sizes[l], Math.max(1, Math.floor(share + 1e-9))));
  const sum = () => counts.reduce((a, b) => a + b, 0);
  while (sum() !== total) {
    const up = sum() < total;
    let [best, least] = [-1, -Infinity];
    for (const [l, share] of shares.entries()) {
      if (up ? counts[l] >= sizes[l] : counts[l] <= 1) continue;
      const owed = up ? share - counts[l] : counts[l] - share;
      if (owed > least) [best, least] = [l, owed];
    }
    counts[best] += up ? 1 : -1;
  }
  return counts;
}
