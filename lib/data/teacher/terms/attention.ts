import { awayFromZero, coefficients } from "../coefficients.ts";
import type { TermBuilder } from "./term.ts";

/**
 * `sum_heads C sum_{g != q} alpha_g (u . v_g)`, `alpha = softmax_g(3 (v_q Q) . v_g / sqrt(K))`: one field asks, the others
 * answer. `C` is the coefficient kept away from 0.
 */
export const attentionTerm: TermBuilder = (config, structure, time) => {
  const F = config.cardinalities.length;
  const K = config.latent;
  const width = K + 1;
  const stride = F * width;
  const c = coefficients(config, "attn", structure.heads.length, time).map((value) => awayFromZero(config, value));
  const heads = structure.heads.map(({ query, matrix, value }) => ({
    query,
    matrix: Float64Array.from(matrix.flat(), (entry) => entry * 3 / Math.sqrt(K)), // [K, K]
    value: Float64Array.from(value),
  }));
  const asked = new Float64Array(K);
  const scores = new Float64Array(F);

  return ({ size, latents }, out) => {
    out.fill(0, 0, size);
    for (let h = 0; h < heads.length; h++) {
      const { query, matrix, value } = heads[h];
      for (let i = 0; i < size; i++) {
        const row = i * stride;
        for (let j = 0; j < K; j++) {
          let sum = 0;
          for (let k = 0; k < K; k++) sum += latents[row + query * width + k] * matrix[k * K + j];
          asked[j] = sum;
        }
        let top = -Infinity;
        for (let g = 0; g < F; g++) {
          if (g === query) continue;
          let score = 0;
          for (let k = 0; k < K; k++) score += asked[k] * latents[row + g * width + k];
          scores[g] = score;
          if (score > top) top = score;
        }
        let total = 0;
        let read = 0;
        for (let g = 0; g < F; g++) {
          if (g === query) continue;
          const weight = Math.exp(scores[g] - top);
          let answer = 0;
          for (let k = 0; k < K; k++) answer += value[k] * latents[row + g * width + k];
          total += weight;
          read += weight * answer;
        }
        out[i] += c[h] * read / total;
      }
    }
  };
};
