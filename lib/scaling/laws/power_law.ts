import { lineOn } from "./line_on.ts";
import { AMPLITUDE_ROOM, extent, LARGEST_EXPONENT, type SearchableLaw } from "./log_data.ts";

/**
 * A power law without a floor: `L = alpha u^-beta`, a straight line on logs.
 *
 * Inner parameters: `ln alpha, beta`. The problem is linear in them, so that one start is as good as many.
 */
export const powerLaw: SearchableLaw = {
  name: "powerLaw",
  formula: "alpha u^-beta",
  source: "Kaplan et al. 2020 (arXiv:2001.08361), equations 1.1 to 1.3",
  inputs: 1,
  parameters: ["alpha", "beta"],
  amplitudes: ["alpha"],
  exponents: ["beta"],
  floor: null,
  loss: ({ 0: alpha, 1: beta }, { 0: u }) => alpha * u ** -beta,
  gradient({ 0: alpha, 1: beta }, { 0: u }) {
    const t = u ** -beta;
    return [t, -alpha * t * Math.log(u)];
  },
  rescale: ({ 0: alpha, 1: beta }, { 0: ratio }) => [alpha * ratio ** -beta, beta],
  toInner: ({ 0: alpha, 1: beta }) => Float64Array.of(Math.log(alpha), beta),
  toTheta: ({ 0: logAlpha, 1: beta }) => [Math.exp(logAlpha), beta],
  problem({ m, logU: [logU], logL, roots }) {
    const [low, high] = extent(logL);
    return {
      m,
      n: 2,
      lower: Float64Array.of(low - AMPLITUDE_ROOM, 0),
      upper: Float64Array.of(high + AMPLITUDE_ROOM, LARGEST_EXPONENT),
      evaluate({ 0: logAlpha, 1: beta }, r) {
        for (let i = 0; i < m; i++) r[i] = roots[i] * (logAlpha - beta * logU[i] - logL[i]);
        return true;
      },
      jacobian(_theta, jac) {
        for (let i = 0; i < m; i++) {
          jac[i] = roots[i];
          jac[m + i] = -roots[i] * logU[i];
        }
        return true;
      },
    };
  },
  starts({ logU: [logU], logL, roots }) {
    const { level, slope } = lineOn(logU, logL, roots);
    return [Float64Array.of(level, Math.max(-slope, 0))];
  },
};
