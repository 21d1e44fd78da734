import type { LayerValues } from "../mask.ts";
import { mapLayers } from "../map_layers.ts";
import type { Criterion } from "./criterion.ts";

/**
 * `|w| |EMA(g)|`: the weight's size times the size of its momentum. The momentum is that of sparse momentum (Dettmers and
 * Zettlemoyer 2019, section 3), `u <- decay u + (1 - decay) g`, here with the mean gradient since the last update as g.
 *
 * @param decay of the momentum; default 0.9, as in the paper's optimiser
 * @throws {RangeError} for a decay outside [0, 1)
 */
export function momentumImportance(decay = 0.9): Criterion<LayerValues | null> {
  if (!(decay >= 0 && decay < 1)) throw new RangeError(`Cannot use a decay of ${decay}: wanted 0 to below 1.`);
  return {
    name: "momentum",
    source: "Dettmers and Zettlemoyer 2019, arXiv 1907.04840",
    init: () => null,
    update(state, { steps, weights, gradient }) {
      const momentum = mapLayers(
        gradient,
        (sum, name, k) => decay * (state?.[name][k] ?? 0) + (1 - decay) * (steps === 0 ? 0 : sum / steps),
      );
      return { state: momentum, scores: mapLayers(weights, (w, name, k) => Math.abs(w * momentum[name][k])) };
    },
  };
}
