import { sigmoid } from "./log_loss.ts";

/** Examples of similar predicted click probability: one point of a calibration plot. */
export interface ReliabilityBin {
  /** Mean prediction. */
  readonly predicted: number;
  /** Share of clicks: `clicks / examples`. */
  readonly observed: number;
  readonly clicks: number;
  readonly examples: number;
}

/**
 * Bins of about equally many examples, ordered by prediction. Equal predictions are never parted, so the bins do not depend on
 * the order of the examples; where many are equal there are fewer bins, and unequal ones.
 *
 * @param positives logits of clicked examples, ascending
 * @param negatives logits of the others, ascending
 * @param count how many bins
 */
export function equalMassBins(positives: Float64Array, negatives: Float64Array, count: number): ReliabilityBin[] {
  const total = positives.length + negatives.length;
  const bins: ReliabilityBin[] = [];
  let open = emptyBin();
  let seen = 0;
  let full = 1; // the open bin ends once `full / count` of all examples are seen
  for (let i = 0, j = 0; seen < total;) {
    const score = j === negatives.length || positives[i] < negatives[j] ? positives[i] : negatives[j];
    for (; i < positives.length && positives[i] === score; i++, seen++) add(open, score, 1);
    for (; j < negatives.length && negatives[j] === score; j++, seen++) add(open, score, 0);
    if (seen * count < full * total) continue;
    bins.push(closed(open));
    open = emptyBin();
    full = Math.floor(seen * count / total) + 1;
  }
  return bins;
}

/**
 * Bins of equal width in predicted probability, `((k-1)/count, k/count]` as in Guo et al. 2017 (arXiv 1706.04599); 0 is in
 * the first. Empty ones are left out.
 */
export function equalWidthBins(positives: Float64Array, negatives: Float64Array, count: number): ReliabilityBin[] {
  const bins = Array.from({ length: count }, emptyBin);
  const put = (score: number, label: 0 | 1) =>
    add(bins[Math.max(0, Math.ceil(sigmoid(score) * count) - 1)], score, label);
  for (const score of positives) put(score, 1);
  for (const score of negatives) put(score, 0);
  return bins.filter(({ examples }) => examples > 0).map(closed);
}

/**
 * Expected calibration error: `sum over bins of (examples / all) |observed - predicted|`.
 *
 * It depends on the bins, and is above 0 by chance alone for a perfectly calibrated model: compare at equal bins and numbers.
 *
 * @example
 * ```ts
 * import { expectedCalibrationError } from "recscale/training";
 * import assert from "node:assert/strict";
 *
 * const bins = [
 *   { predicted: 0.25, observed: 0, clicks: 0, examples: 3 },
 *   { predicted: 0.5, observed: 1, clicks: 1, examples: 1 },
 * ];
 * assert.equal(expectedCalibrationError(bins), (3 * 0.25 + 0.5) / 4);
 * ```
 */
export function expectedCalibrationError(bins: readonly ReliabilityBin[]): number {
  const total = bins.reduce((sum, { examples }) => sum + examples, 0);
  return bins.reduce((sum, bin) => sum + bin.examples * Math.abs(bin.observed - bin.predicted), 0) / total;
}

interface OpenBin {
  predictions: number;
  clicks: number;
  examples: number;
}

function emptyBin(): OpenBin {
  return { predictions: 0, clicks: 0, examples: 0 };
}

function add(bin: OpenBin, score: number, label: 0 | 1): void {
  bin.predictions += sigmoid(score);
  bin.clicks += label;
  bin.examples++;
}

function closed({ predictions, clicks, examples }: OpenBin): ReliabilityBin {
  return { predicted: predictions / examples, observed: clicks / examples, clicks, examples };
}
