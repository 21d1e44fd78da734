import { coefficients } from "../coefficients.ts";
import type { TermBuilder } from "./term.ts";

/**
 * `sum_a sum_f C_af relu(2 (phi_a0 . v_{f-1} + phi_a1 . v_f + phi_a2 . v_{f+1}) - 0.5)`, f = 1..F-2: four filters shared by
 * all positions, with `C_af = 0.7 sgn(c_a0) + 0.3 c_af` (under concept drift `0.7 c_a0 + 0.3 c_af`).
 */
export const localTerm: TermBuilder = (config, structure, time) => {
  const F = config.cardinalities.length;
  const K = config.latent;
  const width = K + 1;
  const stride = F * width;
  const A = structure.filters.length;
  const smooth = config.drift.concept.share > 0;
  const c = coefficients(config, "local", A * F, time); // [A, F]
  const weights = c.map((value, at) => {
    const lead = c[at - (at % F)];
    return 0.7 * (smooth ? lead : Math.sign(lead)) + 0.3 * value;
  });
  const phi = Float64Array.from(structure.filters.flatMap((filter) => filter.flat())); // [A, 3, K]
  return ({ size, latents }, out) => {
    for (let i = 0; i < size; i++) {
      let sum = 0;
      for (let f = 1; f < F - 1; f++) {
        const left = i * stride + (f - 1) * width;
        const centre = left + width;
        const right = centre + width;
        for (let a = 0, p = 0; a < A; a++, p += 3 * K) {
          let z = 0;
          for (let k = 0; k < K; k++) {
            z += phi[p + k] * latents[left + k] + phi[p + K + k] * latents[centre + k] +
              phi[p + 2 * K + k] * latents[right + k];
          }
          if (z > 0.25) sum += weights[a * F + f] * (2 * z - 0.5);
        }
      }
      out[i] = sum;
    }
  };
};
