import { createAmplitudeSpace, fitAmplitudes, solveNonNegative } from "./amplitudes.ts";
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
  amplitudes: ["A", "B"],
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

/** Cells of the grid that are fitted on logs, for each that is wanted. */
const FINALISTS = 3;

/**
 * The best cells of a grid over both exponents, with their amplitudes E, A, B.
 *
 * All cells are compared by relative deviations, `sum w (predicted / observed - 1)^2`, which needs one product a point and cell: of the
 * sums that the normal equations are made of, only `sum w s t / L^2` belongs to a cell, the others to a row or a column of the grid.
 * The best cells are then fitted on logs, with the loss that is asked for.
 */
export function jointStarts(
  data: LogData,
  count: number,
  cells: number,
): { c: Float64Array; a: number; b: number }[] {
  const { m, logU, logL, roots } = data;
  const exponents = logU.map((values) => exponentGrid(values, 0.1, 30, cells));
  const terms = logU.map((values, input) =>
    exponents[input].map((exponent) => values.map((logU) => Math.exp(-exponent * logU)))
  );
  // a point's row of the problem, over its loss: (1, s, t) sqrt(w) / L against sqrt(w)
  const scale = roots.map((root, i) => root / Math.exp(logL[i]));
  const scaled = terms.map((input) => input.map((term) => term.map((value, i) => value * scale[i])));
  const margins = scaled.map((input) =>
    input.map((term) => ({ one: dot(term, scale), self: dot(term, term), target: dot(term, roots) }))
  );
  const ones = dot(scale, scale), target = dot(scale, roots), total = dot(roots, roots);
  const normal = new Float64Array(9), rhs = new Float64Array(3), c = new Float64Array(3);
  const objectives = new Float64Array(cells * cells);
  for (let p = 0; p < cells; p++) {
    const first = margins[0][p];
    for (let q = 0; q < cells; q++) {
      const second = margins[1][q];
      normal[0] = ones;
      normal[3] = first.one;
      normal[4] = first.self;
      normal[6] = second.one;
      normal[7] = dot(scaled[0][p], scaled[1][q]);
      normal[8] = second.self;
      rhs[0] = target;
      rhs[1] = first.target;
      rhs[2] = second.target;
      objectives[p * cells + q] = total - solveNonNegative(normal, rhs, 3, c);
    }
  }
  const space = createAmplitudeSpace(data), one = new Float64Array(m).fill(1);
  return pickCells(objectives, [cells, cells], FINALISTS * count).map((k) => {
    const p = Math.floor(k / cells), q = k % cells, c = new Float64Array(3);
    const objective = fitAmplitudes([one, terms[0][p], terms[1][q]], data, c, 2, space);
    return { c, a: exponents[0][p], b: exponents[1][q], objective };
  }).sort((a, b) => a.objective - b.objective).slice(0, count);
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
