import { createAmplitudeSpace, fitAmplitudes } from "./amplitudes.ts";
import { AMPLITUDE_ROOM, exponentGrid, extent, LARGEST_EXPONENT, type SearchableLaw } from "./log_data.ts";
import { pickCells } from "./pick_cells.ts";

const FALLS = 7, RISES = 3, BREAKS = 9;
const SHARPNESSES = [0.03, 0.15, 0.5, 1.3];

/** `ln(1 + e^z)`, exact at both ends. */
function softplus(z: number): number {
  return z > 0 ? z + Math.log1p(Math.exp(-z)) : Math.log1p(Math.exp(z));
}

/**
 * A power law whose exponent changes once, from c0 to `c0 + c1` around `u = d`, above a floor: a smoothly broken neural scaling law
 * with one break, `L = a + b u^-c0 (1 + (u / d)^(1/f))^(-c1 f)`. `f` is how wide the change is: `d e^-f` to `d e^f`.
 *
 * A break cannot be foreseen from data before it. A tool to find out whether the simple law is to be trusted.
 *
 * Inner parameters: `a, ln b, c0, c1, ln d, ln f`.
 */
export const brokenPowerLaw: SearchableLaw = {
  name: "brokenPowerLaw",
  formula: "a + b u^-c0 (1 + (u/d)^(1/f))^(-c1 f)",
  source: "Caballero et al. 2022 (arXiv:2210.14891), equation 1 with one break",
  inputs: 1,
  parameters: ["a", "b", "c0", "c1", "d", "f"],
  amplitudes: ["b"],
  exponents: ["c0", "c1"],
  floor: "a",
  loss: ({ 0: a, 1: b, 2: c0, 3: c1, 4: d, 5: f }, { 0: u }) =>
    a + b * Math.exp(-c0 * Math.log(u) - c1 * f * softplus(Math.log(u / d) / f)),
  gradient({ 1: b, 2: c0, 3: c1, 4: d, 5: f }, { 0: u }) {
    const logU = Math.log(u), z = Math.log(u / d) / f, bend = softplus(z), past = 1 / (1 + Math.exp(-z));
    const shape = Math.exp(-c0 * logU - c1 * f * bend), term = b * shape;
    return [1, shape, -term * logU, -term * f * bend, term * c1 * past / d, -term * c1 * (bend - z * past)];
  },
  rescale: ({ 0: a, 1: b, 2: c0, 3: c1, 4: d, 5: f }, { 0: ratio }) => [a, b * ratio ** -c0, c0, c1, d / ratio, f],
  toInner: ({ 0: a, 1: b, 2: c0, 3: c1, 4: d, 5: f }) =>
    Float64Array.of(a, Math.log(b), c0, c1, Math.log(d), Math.log(f)),
  toTheta: ({ 0: a, 1: logB, 2: c0, 3: c1, 4: logD, 5: logF }) => [
    a,
    Math.exp(logB),
    c0,
    c1,
    Math.exp(logD),
    Math.exp(logF),
  ],
  problem({ m, logU: [logU], logL, roots }) {
    const [low, high] = extent(logL), [first, last] = extent(logU);
    const term = new Float64Array(m), predicted = new Float64Array(m);
    return {
      m,
      n: 6,
      lower: Float64Array.of(0, low - AMPLITUDE_ROOM, -LARGEST_EXPONENT, -LARGEST_EXPONENT, first, Math.log(1e-3)),
      upper: Float64Array.of(
        Infinity,
        high + AMPLITUDE_ROOM,
        LARGEST_EXPONENT,
        LARGEST_EXPONENT,
        last,
        Math.log(2 * Math.max(last - first, 1)),
      ),
      evaluate({ 0: a, 1: logB, 2: c0, 3: c1, 4: logD, 5: logF }, r) {
        const f = Math.exp(logF);
        let check = 0;
        for (let i = 0; i < m; i++) {
          term[i] = Math.exp(logB - c0 * logU[i] - c1 * f * softplus((logU[i] - logD) / f));
          predicted[i] = a + term[i];
          r[i] = roots[i] * (Math.log(predicted[i]) - logL[i]);
          check += r[i];
        }
        return Number.isFinite(check);
      },
      jacobian({ 3: c1, 4: logD, 5: logF }, jac) {
        const f = Math.exp(logF);
        for (let i = 0; i < m; i++) {
          const slope = roots[i] / predicted[i], along = slope * term[i];
          const z = (logU[i] - logD) / f, bend = softplus(z), past = 1 / (1 + Math.exp(-z));
          jac[i] = slope;
          jac[m + i] = along;
          jac[2 * m + i] = -along * logU[i];
          jac[3 * m + i] = -along * f * bend;
          jac[4 * m + i] = along * c1 * past;
          jac[5 * m + i] = -along * c1 * f * (bend - z * past);
        }
        return true;
      },
    };
  },
  starts(data, count) {
    const { m, logU: [logU] } = data;
    const [first, last] = extent(logU);
    const space = createAmplitudeSpace(data);
    // loss may rise before or after the break: double descent
    const slopes = [...exponentGrid(logU, 0.4, 30, FALLS), ...exponentGrid(logU, -0.4, -6, RISES)].sort((a, b) =>
      a - b
    );
    const breaks = Array.from({ length: BREAKS }, (_, k) => first + (last - first) * (k + 1) / (BREAKS + 1));
    const shape = [SHARPNESSES.length, BREAKS, slopes.length, slopes.length];
    const size = shape.reduce((product, axis) => product * axis);
    const objectives = new Float64Array(size), fitted = Array.from({ length: size }, () => new Float64Array(2));
    const one = new Float64Array(m).fill(1), term = new Float64Array(m), bend = new Float64Array(m);
    const inner: number[][] = [];
    let cell = 0;
    for (const f of SHARPNESSES) {
      for (const logD of breaks) {
        for (let i = 0; i < m; i++) bend[i] = f * softplus((logU[i] - logD) / f);
        for (const before of slopes) {
          for (const after of slopes) {
            const c1 = after - before;
            for (let i = 0; i < m; i++) term[i] = Math.exp(-before * logU[i] - c1 * bend[i]);
            objectives[cell] = fitAmplitudes([term, one], data, fitted[cell], 1, space);
            inner[cell++] = [before, c1, logD, Math.log(f)];
          }
        }
      }
    }
    // many local minima: four times as many are followed as are asked for, after a fit on logs
    return pickCells(objectives, shape, 8 * count).map((k) => {
      const [before, c1, logD, logF] = inner[k], f = Math.exp(logF);
      for (let i = 0; i < m; i++) term[i] = Math.exp(-before * logU[i] - c1 * f * softplus((logU[i] - logD) / f));
      const objective = fitAmplitudes([term, one], data, fitted[k], 3, space);
      const [b, a] = fitted[k];
      return { start: Float64Array.of(a, Math.log(Math.max(b, 1e-19 * a)), ...inner[k]), objective };
    }).sort((a, b) => a.objective - b.objective).slice(0, 4 * count).map(({ start }) => start);
  },
};
