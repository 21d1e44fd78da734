import type { LayerValues } from "../mask.ts";
import { mapLayers } from "../map_layers.ts";
import type { Criterion } from "./criterion.ts";

/**
 * SNIP: connection sensitivity `|w g| / sum |w g|`, in one shot (Lee et al. 2019, equation 6): from the first observation, which
 * should be of one batch, and never again.
 */
export const snipImportance: Criterion<LayerValues | null> = {
  name: "snip",
  source: "Lee et al. 2019, arXiv 1810.02340",
  init: () => null,
  update(state, { product }) {
    if (state) return { state, scores: state };
    let total = 0;
    for (const values of Object.values(product)) for (const value of values) total += Math.abs(value);
    const scores = mapLayers(product, (value) => total === 0 ? 0 : Math.abs(value) / total);
    return { state: scores, scores };
  },
};
