/** How sparsity rises. */
export interface CubicRamp {
  /** s_i. Default 0. */
  readonly initial?: number;
  /** s_f */
  readonly final: number;
  /** Step k0 at which it begins to rise. Default 0. */
  readonly from?: number;
  /** Steps `n dk` over which it rises. 0 = at once. */
  readonly steps: number;
}

/**
 * Sparsity after k steps of gradual pruning: `s_k = s_f + (s_i - s_f) (1 - (k - k0) / (n dk))^3`, s_i before and s_f after (Zhu and
 * Gupta 2017, arXiv 1710.01878, equation 1).
 *
 * @example
 * ```ts
 * import { cubicRamp } from "recscale/pruning";
 * import assert from "node:assert/strict";
 *
 * const ramp = { final: 0.5, from: 10, steps: 20 };
 * assert.deepEqual([0, 10, 20, 30, 99].map((k) => cubicRamp(ramp, k)), [0, 0, 0.4375, 0.5, 0.5]);
 * ```
 */
export function cubicRamp({ initial = 0, final, from = 0, steps }: CubicRamp, k: number): number {
  if (k < from) return initial;
  if (k >= from + steps) return final;
  return final + (initial - final) * (1 - (k - from) / steps) ** 3;
}
