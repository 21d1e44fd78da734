import { coefficients } from "../coefficients.ts";
import type { TermBuilder } from "./term.ts";

/** `sum_m c_m prod_d v_{f_d}[k_d]`: products of 2 or 3 single coordinates of different fields, as DCN makes them. */
export const crossTerm: TermBuilder = (config, structure, time) => {
  const width = config.latent + 1;
  const stride = config.cardinalities.length * width;
  const count = structure.crosses.length;
  const c = coefficients(config, "cross", count, time);
  const position = (d: number) =>
    Int32Array.from(
      structure.crosses,
      ({ fields, coordinates }) => d < fields.length ? fields[d] * width + coordinates[d] : -1,
    );
  const [first, second, third] = [position(0), position(1), position(2)];
  return ({ size, latents }, out) => {
    for (let i = 0; i < size; i++) {
      const row = i * stride;
      let sum = 0;
      for (let m = 0; m < count; m++) {
        const product = c[m] * latents[row + first[m]] * latents[row + second[m]];
        sum += third[m] < 0 ? product : product * latents[row + third[m]];
      }
      out[i] = sum;
    }
  };
};
