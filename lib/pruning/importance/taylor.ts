import type { LayerValues } from "../mask.ts";
import { mapLayers } from "../map_layers.ts";
import type { Criterion } from "./criterion.ts";

/** The running mean of the sensitivity, and how many steps are in it. */
export interface TaylorState {
  readonly steps: number;
  readonly mean: LayerValues | null;
}

/**
 * First-order Taylor importance `|w g|`, the estimated change of the loss when the weight is set to 0, averaged over all steps
 * observed (Molchanov et al. 2017, equation 8).
 */
export const taylorImportance: Criterion<TaylorState> = {
  name: "taylor",
  source: "Molchanov et al. 2017, arXiv 1611.06440",
  init: () => ({ steps: 0, mean: null }),
  update({ steps, mean }, { steps: more, sensitivity }) {
    const all = steps + more;
    const scores = mapLayers(
      sensitivity,
      (sum, name, k) => all === 0 ? 0 : ((mean?.[name][k] ?? 0) * steps + sum) / all,
    );
    return { state: { steps: all, mean: scores }, scores };
  },
};
