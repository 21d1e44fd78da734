import { createAmplitudeSpace, fitAmplitudes } from "./amplitudes.ts";
import {
  AMPLITUDE_ROOM,
  exponentGrid,
  extent,
  LARGEST_EXPONENT,
  type LogData,
  type SearchableLaw,
  SMALLEST_EXPONENT,
} from "./log_data.ts";
import { pickCells } from "./pick_cells.ts";

const CELLS = 40;

/**
 * A power law that falls to a floor: `L = alpha u^-beta + gamma`, the form of Ardalani et al. (arXiv:2208.08489) for every resource.
 *
 * Inner parameters: `ln alpha, beta, gamma`.
 */
export const powerLawConstant: SearchableLaw = {
  name: "powerLawConstant",
  formula: "alpha u^-beta + gamma",
  source: "Hestness et al. 2017 (arXiv:1712.00409); Ardalani et al. 2022 (arXiv:2208.08489)",
  inputs: 1,
  parameters: ["alpha", "beta", "gamma"],
  amplitudes: ["alpha"],
  exponents: ["beta"],
  floor: "gamma",
  loss: ({ 0: alpha, 1: beta, 2: gamma }, { 0: u }) => alpha * u ** -beta + gamma,
  gradient({ 0: alpha, 1: beta }, { 0: u }) {
    const t = u ** -beta;
    return [t, -alpha * t * Math.log(u), 1];
  },
  rescale: ({ 0: alpha, 1: beta, 2: gamma }, { 0: ratio }) => [alpha * ratio ** -beta, beta, gamma],
  toInner: ({ 0: alpha, 1: beta, 2: gamma }) => Float64Array.of(Math.log(alpha), beta, gamma),
  toTheta: ({ 0: logAlpha, 1: beta, 2: gamma }) => [Math.exp(logAlpha), beta, gamma],
  problem({ m, logU: [logU], logL, roots }) {
    const [low, high] = extent(logL);
    const term = new Float64Array(m), predicted = new Float64Array(m);
    return {
      m,
      n: 3,
      lower: Float64Array.of(low - AMPLITUDE_ROOM, SMALLEST_EXPONENT, 0),
      upper: Float64Array.of(high + AMPLITUDE_ROOM, LARGEST_EXPONENT, Infinity),
      evaluate({ 0: logAlpha, 1: beta, 2: gamma }, r) {
        let check = 0;
        for (let i = 0; i < m; i++) {
          const t = Math.exp(logAlpha - beta * logU[i]);
          term[i] = t;
          predicted[i] = t + gamma;
          r[i] = roots[i] * (Math.log(t + gamma) - logL[i]);
          check += r[i];
        }
        return Number.isFinite(check);
      },
      jacobian(_theta, jac) {
        for (let i = 0; i < m; i++) {
          const slope = roots[i] / predicted[i];
          jac[i] = slope * term[i];
          jac[m + i] = -slope * term[i] * logU[i];
          jac[2 * m + i] = slope;
        }
        return true;
      },
    };
  },
  starts(data, count) {
    return gridStarts(data, count).map(({ c: [alpha, gamma], beta }) =>
      Float64Array.of(Math.log(Math.max(alpha, 1e-19 * gamma)), beta, gamma)
    );
  },
};

function gridStarts(data: LogData, count: number): { c: Float64Array; beta: number }[] {
  const { m, logU: [logU] } = data;
  const space = createAmplitudeSpace(data);
  const betas = exponentGrid(logU, 0.02, 60, CELLS);
  const one = new Float64Array(m).fill(1), term = new Float64Array(m);
  const fitted = betas.map(() => new Float64Array(2));
  const objectives = Float64Array.from(betas, (beta, k) => {
    for (let i = 0; i < m; i++) term[i] = Math.exp(-beta * logU[i]);
    return fitAmplitudes([term, one], data, fitted[k], 3, space);
  });
  return pickCells(objectives, [CELLS], count).map((k) => ({ c: fitted[k], beta: betas[k] }));
}
