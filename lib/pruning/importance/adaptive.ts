import type { LayerValues } from "../mask.ts";
import { mapLayers } from "../map_layers.ts";
import type { Criterion } from "./criterion.ts";

/**
 * The multi-criterion importance of candidate R1 (our reconstruction, not a statement of the paper):
 *
 * ```text
 * I_l = |A_l W_l| / rms(A_l W_l)  +  T_l / mean(T_l),     T <- decay T + (1 - decay) mean |A W G|
 * ```
 *
 * with rms and mean over the weights of matrix l that are still there. Each term is 1 on average, so neither the scale of a matrix
 * nor that of its gradients decides how many of its weights stay. With the auxiliary mask A in the product the first term holds
 * magnitude and history, the second sensitivity.
 *
 * @param decay of the sensitivity by update, default 0.8: about the last 5 updates count
 */
export function adaptiveImportance(decay = 0.8): Criterion<LayerValues | null> {
  return {
    name: "adaptive",
    source: "project reconstruction R1 of Ye et al. 2020, arXiv 2010.08655",
    init: () => null,
    update(state, { steps, weights, sensitivity }) {
      const taylor = mapLayers(sensitivity, (sum, name, k) => {
        const now = steps === 0 ? 0 : sum / steps;
        return state ? decay * state[name][k] + (1 - decay) * now : now;
      });
      const scale = (values: LayerValues, power: 1 | 2) =>
        Object.fromEntries(
          Object.entries(values).map(([name, numbers]) => {
            let [sum, n] = [0, 0];
            for (const [k, value] of numbers.entries()) {
              if (weights[name][k] === 0) continue;
              sum += Math.abs(value) ** power;
              n++;
            }
            return [name, n === 0 || sum === 0 ? 1 : (sum / n) ** (1 / power)];
          }),
        );
      const [rms, mean] = [scale(weights, 2), scale(taylor, 1)];
      const scores = mapLayers(
        weights,
        (w, name, k) => w === 0 ? 0 : Math.abs(w) / rms[name] + taylor[name][k] / mean[name],
      );
      return { state: taylor, scores };
    },
  };
}
