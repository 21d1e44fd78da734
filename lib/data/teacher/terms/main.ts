import { coefficients } from "../coefficients.ts";
import type { TermBuilder } from "./term.ts";

/** `sum_f w_f (0.5 + |c_f|) a_f`; under concept drift `sum_f w_f 1.2 c_f a_f`. */
export const mainTerm: TermBuilder = (config, structure, time) => {
  const F = config.cardinalities.length;
  const K = config.latent;
  const smooth = config.drift.concept.share > 0;
  const weights = coefficients(config, "main", F, time)
    .map((c, f) => structure.mainWeights[f] * (smooth ? 1.2 * c : 0.5 + Math.abs(c)));
  return ({ size, latents }, out) => {
    for (let i = 0, at = K; i < size; i++) {
      let sum = 0;
      for (let f = 0; f < F; f++, at += K + 1) sum += weights[f] * latents[at];
      out[i] = sum;
    }
  };
};
