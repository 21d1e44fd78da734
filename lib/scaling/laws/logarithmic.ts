import { lineOn } from "./line_on.ts";
import type { SearchableLaw } from "./log_data.ts";

/**
 * A loss that falls by the same amount with every doubling: `L = p + q ln u`, with q below 0. What a power law with a small exponent
 * looks like over a short range; it falls below zero in the end.
 *
 * Inner parameters: `p, q`.
 */
export const logarithmic: SearchableLaw = {
  name: "logarithmic",
  formula: "p + q ln(u)",
  source: "Zhai et al. 2024, HSTU (arXiv:2402.17152), figure 7",
  inputs: 1,
  parameters: ["p", "q"],
  amplitudes: [],
  exponents: [],
  floor: null,
  loss: ({ 0: p, 1: q }, { 0: u }) => p + q * Math.log(u),
  gradient: (_theta, { 0: u }) => [1, Math.log(u)],
  rescale: ({ 0: p, 1: q }, { 0: ratio }) => [p + q * Math.log(ratio), q],
  toInner: ({ 0: p, 1: q }) => Float64Array.of(p, q),
  toTheta: ({ 0: p, 1: q }) => [p, q],
  problem({ m, logU: [logU], logL, roots }) {
    const predicted = new Float64Array(m);
    return {
      m,
      n: 2,
      lower: Float64Array.of(-Infinity, -Infinity),
      upper: Float64Array.of(Infinity, Infinity),
      evaluate({ 0: p, 1: q }, r) {
        for (let i = 0; i < m; i++) {
          predicted[i] = p + q * logU[i];
          if (!(predicted[i] > 0)) return false;
          r[i] = roots[i] * (Math.log(predicted[i]) - logL[i]);
        }
        return true;
      },
      jacobian(_theta, jac) {
        for (let i = 0; i < m; i++) {
          jac[i] = roots[i] / predicted[i];
          jac[m + i] = jac[i] * logU[i];
        }
        return true;
      },
    };
  },
  starts({ logU: [logU], logL, roots }) {
    const weights = roots.map((root, i) => root / Math.exp(logL[i])); // squares of L, as the logs weight them
    const { level, slope } = lineOn(logU, logL.map(Math.exp), weights);
    const mean = logL.reduce((sum, value) => sum + value, 0) / logL.length;
    // the level line is a start whatever the data: its loss is above zero everywhere
    return [Float64Array.of(level, slope), Float64Array.of(Math.exp(mean), 0)];
  },
};
