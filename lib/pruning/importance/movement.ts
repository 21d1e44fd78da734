import type { LayerValues } from "../mask.ts";
import { mapLayers } from "../map_layers.ts";
import type { Criterion } from "./criterion.ts";

/**
 * Movement `-sum_k w_k g_k` over all steps observed: high where training moves a weight away from 0 (Sanh et al. 2020, equation
 * 5, without the learning rate, which does not change the order).
 */
export const movementImportance: Criterion<LayerValues | null> = {
  name: "movement",
  source: "Sanh et al. 2020, arXiv 2005.07683",
  init: () => null,
  update(state, { product }) {
    const scores = mapLayers(product, (sum, name, k) => (state?.[name][k] ?? 0) - sum);
    return { state: scores, scores };
  },
};
