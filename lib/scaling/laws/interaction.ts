import { jointStarts } from "./joint.ts";
import { AMPLITUDE_ROOM, extent, LARGEST_EXPONENT, type SearchableLaw, SMALLEST_EXPONENT } from "./log_data.ts";

const CELLS = 10;
/** Powers to begin from: of Kaplan's form, where the two terms hold each other back (below 1), to terms that are worth less together. */
const POWERS = [1, 0.5, 0.25, 2];

/**
 * Loss by parameters and data that do not simply add up: `L = E + (A / n^a + B / d^b)^k`.
 *
 * With `k = 1` it is approach 3 of Chinchilla; with `E = 0` and `b = 1`, equation 1.5 of Kaplan et al. (arXiv:2001.08361). Its mixed
 * derivative, by which more of one resource changes what the other buys, has the sign of `k - 1`.
 *
 * Inner parameters: `E, ln A, a, ln B, b, ln k`.
 */
export const interaction: SearchableLaw = {
  name: "interaction",
  formula: "E + (A n^-a + B d^-b)^k",
  source:
    "Busbridge et al. 2025 (arXiv:2502.08606), supervised law; Kaplan et al. 2020 (arXiv:2001.08361), equation 1.5",
  inputs: 2,
  parameters: ["E", "A", "a", "B", "b", "k"],
  amplitudes: ["A", "B"],
  exponents: ["a", "b"],
  floor: "E",
  loss: ({ 0: e, 1: a1, 2: a, 3: b1, 4: b, 5: k }, { 0: n, 1: d }) => e + (a1 * n ** -a + b1 * d ** -b) ** k,
  gradient({ 1: a1, 2: a, 3: b1, 4: b, 5: k }, { 0: n, 1: d }) {
    const s = n ** -a, t = d ** -b, sum = a1 * s + b1 * t;
    const power = sum ** k, slope = k * power / sum;
    return [
      1,
      slope * s,
      -slope * a1 * s * Math.log(n),
      slope * t,
      -slope * b1 * t * Math.log(d),
      power * Math.log(sum),
    ];
  },
  rescale: ({ 0: e, 1: a1, 2: a, 3: b1, 4: b, 5: k }, { 0: n, 1: d }) => [e, a1 * n ** -a, a, b1 * d ** -b, b, k],
  toInner: ({ 0: e, 1: a1, 2: a, 3: b1, 4: b, 5: k }) =>
    Float64Array.of(e, Math.log(a1), a, Math.log(b1), b, Math.log(k)),
  toTheta: ({ 0: e, 1: logA, 2: a, 3: logB, 4: b, 5: logK }) => [
    e,
    Math.exp(logA),
    a,
    Math.exp(logB),
    b,
    Math.exp(logK),
  ],
  problem({ m, logU: [logN, logD], logL, roots }) {
    const [low, high] = extent(logL);
    const share = new Float64Array(m), logSum = new Float64Array(m);
    const power = new Float64Array(m), predicted = new Float64Array(m);
    let k = 1;
    // the terms are powers 1 / k of a loss, with k in [e^-4, e^4]
    const bottom = Math.min(low, 0) * 20 - AMPLITUDE_ROOM, top = Math.max(high, 0) * 20 + AMPLITUDE_ROOM;
    return {
      m,
      n: 6,
      lower: Float64Array.of(0, bottom, SMALLEST_EXPONENT, bottom, SMALLEST_EXPONENT, -4),
      upper: Float64Array.of(Infinity, top, LARGEST_EXPONENT, top, LARGEST_EXPONENT, 4),
      evaluate({ 0: e, 1: logA, 2: a, 3: logB, 4: b, 5: logK }, r) {
        k = Math.exp(logK);
        let check = 0;
        for (let i = 0; i < m; i++) {
          const first = Math.exp(logA - a * logN[i]), second = Math.exp(logB - b * logD[i]);
          const sum = first + second;
          share[i] = first / sum;
          logSum[i] = Math.log(sum);
          power[i] = Math.exp(k * logSum[i]);
          predicted[i] = e + power[i];
          r[i] = roots[i] * (Math.log(predicted[i]) - logL[i]);
          check += r[i];
        }
        return Number.isFinite(check);
      },
      jacobian(_theta, jac) {
        for (let i = 0; i < m; i++) {
          const slope = roots[i] / predicted[i], along = slope * k * power[i];
          const first = along * share[i], second = along * (1 - share[i]);
          jac[i] = slope;
          jac[m + i] = first;
          jac[2 * m + i] = -first * logN[i];
          jac[3 * m + i] = second;
          jac[4 * m + i] = -second * logD[i];
          jac[5 * m + i] = along * logSum[i];
        }
        return true;
      },
    };
  },
  starts(data, count) {
    const cells = jointStarts(data, Math.max(1, Math.ceil(count / 2)), CELLS);
    const starts = POWERS.flatMap((k) =>
      cells.map(({ c: [e, a1, b1], a, b }) => {
        const least = 1e-12 * (e + a1 + b1);
        const term = (amplitude: number) => Math.log(Math.max(amplitude, least)) / k;
        return Float64Array.of(e, term(a1), a / k, term(b1), b / k, Math.log(k));
      })
    );
    return starts.slice(0, Math.max(count, POWERS.length));
  },
};
