import studentQuantile from "@stdlib/stats-base-dists-t-quantile";
import { applyTransposed, createQr, factor } from "./solver/pivoted_qr.ts";
import { inverseNormal } from "./solver/covariance.ts";
import type { GainPerDoubling } from "./fit.ts";
import type { LogData } from "./laws/log_data.ts";

const CONFIDENCE = 0.95;

/**
 * How much a doubling buys beyond the observed range, with an upper bound that holds for every law whose returns do not increase: the
 * slope of `ln L` on `log2 x` over observed points is at least as steep as what follows. A flat or short curve has no exponent, but it
 * has this.
 *
 * @param estimates by the fitted curve, input by input
 */
export function gainPerDoubling(data: LogData, estimates: readonly number[]): GainPerDoubling[] {
  return estimates.map((estimate, input) => {
    const sorted = data.logU[input].toSorted();
    const median = sorted[Math.floor(sorted.length / 2)];
    // at either of two bounds, each wrong half as often
    const confidence = 1 - (1 - CONFIDENCE) / 2;
    const steepest = Math.min(
      steepestFall(data, input, -Infinity, confidence),
      steepestFall(data, input, median, confidence),
    );
    return { estimate, upper: 1 - Math.exp(-Math.LN2 * Math.max(steepest, 0)), confidence: CONFIDENCE };
  });
}

/** Upper confidence bound of `-d ln L / d ln x`, by a regression on all inputs of the points with `ln u` from `least` on. */
function steepestFall({ m, logU, logL, roots }: LogData, input: number, least: number, confidence: number): number {
  const rows = Array.from({ length: m }, (_, i) => i).filter((i) => logU[input][i] >= least);
  const inputs = logU.filter((values) => new Set(rows.map((i) => values[i])).size > 1);
  const column = inputs.indexOf(logU[input]) + 1;
  const size = inputs.length + 1, degrees = rows.length - size;
  if (column === 0 || degrees < 1) return Infinity;
  const qr = createQr(rows.length, size), rhs = new Float64Array(rows.length);
  rows.forEach((i, k) => {
    qr.a[k] = roots[i];
    inputs.forEach((values, j) => qr.a[(j + 1) * rows.length + k] = roots[i] * values[i]);
    rhs[k] = roots[i] * logL[i];
  });
  factor(qr);
  applyTransposed(qr, rhs);
  const solution = new Float64Array(size);
  for (let k = size - 1; k >= 0; k--) {
    let sum = rhs[k];
    for (let l = k + 1; l < size; l++) sum -= qr.a[l * rows.length + k] * solution[qr.order[l]];
    solution[qr.order[k]] = sum / qr.diagonal[k];
  }
  let squares = 0;
  for (let k = size; k < rows.length; k++) squares += rhs[k] ** 2;
  const error = Math.sqrt(squares / degrees * inverseNormal(qr)[column][column]);
  return -solution[column] + studentQuantile(confidence, degrees) * error;
}
