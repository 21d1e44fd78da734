import { coefficients } from "../coefficients.ts";
import type { TermBuilder } from "./term.ts";

/** `sum_j c1_j x_j + c2_j (exp(-x_j^2) - 0.577) + c3_j max(x_j - 0.5, 0)`; 0.577 is about the mean of exp(-x^2). */
export const denseTerm: TermBuilder = (config, _structure, time) => {
  const Nd = config.dense;
  const c = coefficients(config, "dense", 3 * Nd, time); // [3, Nd]
  return ({ size, dense }, out) => {
    for (let i = 0, at = 0; i < size; i++) {
      let sum = 0;
      for (let j = 0; j < Nd; j++, at++) {
        const x = dense[at];
        sum += c[j] * x + c[Nd + j] * (Math.exp(-x * x) - 0.577);
        if (x > 0.5) sum += c[2 * Nd + j] * (x - 0.5);
      }
      out[i] = sum;
    }
  };
};
