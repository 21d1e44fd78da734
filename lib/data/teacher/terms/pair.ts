import { coefficients } from "../coefficients.ts";
import type { TermBuilder } from "./term.ts";

/** `sum_m c_m <v_i, v_j>` over the field pairs (i, j): a factorization machine, and what DLRM's dots represent. */
export const pairTerm: TermBuilder = (config, structure, time) => {
  const K = config.latent;
  const width = K + 1;
  const stride = config.cardinalities.length * width;
  const count = structure.pairs.length;
  const c = coefficients(config, "pair", count, time);
  const left = Int32Array.from(structure.pairs, ([i]) => i * width);
  const right = Int32Array.from(structure.pairs, ([, j]) => j * width);
  return ({ size, latents }, out) => {
    for (let i = 0; i < size; i++) {
      const row = i * stride;
      let sum = 0;
      for (let m = 0; m < count; m++) {
        const a = row + left[m];
        const b = row + right[m];
        let dot = 0;
        for (let k = 0; k < K; k++) dot += latents[a + k] * latents[b + k];
        sum += c[m] * dot;
      }
      out[i] = sum;
    }
  };
};
