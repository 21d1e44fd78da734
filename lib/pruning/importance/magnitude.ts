import { mapLayers } from "../map_layers.ts";
import type { Criterion } from "./criterion.ts";

/** `|w|` (Han et al. 2015, "Learning both Weights and Connections for Efficient Neural Networks", section 3). */
export const magnitudeImportance: Criterion<null> = {
  name: "magnitude",
  source: "Han et al. 2015, arXiv 1506.02626",
  init: () => null,
  update: (state, { weights }) => ({ state, scores: mapLayers(weights, Math.abs) }),
};
