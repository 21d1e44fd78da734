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

const CELLS = 14;

/**
 * Loss by parameters and data: `L = E + A / n^a + B / d^b`, approach 3 of Chinchilla.
 *
 * Inner parameters: `E, ln A, a, ln B, b`.
 */
export const joint: SearchableLaw = {
  name: "joint",
  formula: "E + A n^-a + B d^-b",
  source: "Hoffmann et al. 2022 (arXiv:2203.15556), equation 2",
  inputs: 2,
  parameters: ["E", "A", "a", "B", "b"],
  exponents: ["a", "b"],
  floor: "E",
  loss: ({ 0: e, 1: a1, 2: a, 3: b1, 4: b }, { 0: n, 1: d }) => e + a1 * n ** -a + b1 * d ** -b,
  gradient({ 1: a1, 2: a, 3: b1, 4: b }, { 0: n, 1: d }) {
    const s = n ** -a, t = d ** -b;
    return [1, s, -a1 * s * Math.log(n), t, -b1 * t * Math.log(d)];
  },
  rescale: ({ 0: e, 1: a1, 2: a, 3: b1, 4: b }, { 0: n, 1: d }) => [e, a1 * n ** -a, a, b1 * d ** -b, b],
  toInner: ({ 0: e, 1: a1, 2: a, 3: b1, 4: b }) => Float64Array.of(e, Math.log(a1), a, Math.log(b1), b),
  toTheta: ({ 0: e, 1: logA, 2: a, 3: logB, 4: b }) => [e, Math.exp(logA), a, Math.exp(logB), b],
  problem({ m, logU: [logN, logD], logL, roots }) {
    const [low, high] = extent(logL);
    const s = new Float64Array(m), t = new Float64Array(m), predicted = new Float64Array(m);
    const bottom = low - AMPLITUDE_ROOM, top = high + AMPLITUDE_ROOM;
    return {
      m,
      n: 5,
      lower: Float64Array.of(0, bottom, SMALLEST_EXPONENT, bottom, SMALLEST_EXPONENT),
      upper: Float64Array.of(Infinity, top, LARGEST_EXPONENT, top, LARGEST_EXPONENT),
      evaluate({ 0: e, 1: logA, 2: a, 3: logB, 4: b }, r) {
        let check = 0;
        for (let i = 0; i < m; i++) {
          const first = Math.exp(logA - a * logN[i]), second = Math.exp(logB - b * logD[i]);
          const sum = e + first + second;
          s[i] = first;
          t[i] = second;
          predicted[i] = sum;
          r[i] = roots[i] * (Math.log(sum) - logL[i]);
          check += r[i];
        }
        return Number.isFinite(check);
      },
      jacobian(_theta, jac) {
        for (let i = 0; i < m; i++) {
          const slope = roots[i] / predicted[i];
          jac[i] = slope;
          jac[m + i] = slope * s[i];
          jac[2 * m + i] = -slope * s[i] * logN[i];
          jac[3 * m + i] = slope * t[i];
          jac[4 * m + i] = -slope * t[i] * logD[i];
        }
        return true;
      },
    };
  },
  starts(data, count) {
    return jointStarts(data, count, CELLS).map(({ c: [e, a1, b1], a, b }) => {
      const least = 1e-19 * (e + a1 + b1);
      return Float64Array.of(e, Math.log(Math.max(a1, least)), a, Math.log(Math.max(b1, least)), b);
    });
  },
};

/** The best cells of a grid over both exponents, with their amplitudes E, A, B. */
export function jointStarts(
  data: LogData,
  count: number,
  cells: number,
): { c: Float64Array; a: number; b: number }[] {
  const { m, logU } = data;
  const space = createAmplitudeSpace(data);
  const exponents = logU.map((values) => exponentGrid(values, 0.1, 30, cells));
  const terms = logU.map((values, input) =>
    exponents[input].map((exponent) => values.map((logU) => Math.exp(-exponent * logU)))
  );
  const one = new Float64Array(m).fill(1);
  const fitted = Array.from({ length: cells * cells }, () => new Float64Array(3));
  const objectives = new Float64Array(cells * cells);
  for (let p = 0; p < cells; p++) {
    for (let q = 0; q < cells; q++) {
      const k = p * cells + q;
      objectives[k] = fitAmplitudes([one, terms[0][p], terms[1][q]], data, fitted[k], 1, space);
    }
  }
  return pickCells(objectives, [cells, cells], count).map((k) => {
    const p = Math.floor(k / cells), q = k % cells;
    fitAmplitudes([one, terms[0][p], terms[1][q]], data, fitted[k], 4, space);
    return { c: fitted[k], a: exponents[0][p], b: exponents[1][q] };
  });
}
