import { bayesOptimum, clickEntropy } from "../data/teacher/bayes_optimum.ts";
import { areaUnderCurve } from "./auc.ts";
import { growingNumbers } from "./growing_numbers.ts";
import { logit, logLoss, sigmoid } from "./log_loss.ts";
import { equalMassBins, equalWidthBins, expectedCalibrationError, type ReliabilityBin } from "./reliability.ts";

/** How good predictions are. Logarithms are natural; `H(q) = -q ln q - (1-q) ln(1-q)`. */
export interface MetricsResult {
  readonly examples: number;
  /** Share of clicks among the examples. */
  readonly baseRate: number;
  /** Mean log loss in nats. */
  readonly logLoss: number;
  /** Normalized entropy: `logLoss / H(baseRate)`. 1 = as good as always predicting the base rate; lower is better. */
  readonly ne: number;
  /**
   * Standard error of `ne` for other examples of the same base rate: `sd(loss) / sqrt(n) / H(baseRate)`. A difference of
   * two models on the same examples can be known better. NaN for one example; absent in records made before it was counted.
   */
  readonly neError?: number;
  /** Area under the ROC curve, exact, ties counting one half. */
  readonly auc: number;
  /** Mean prediction over base rate: 1 = calibrated on the whole, above 1 = too many clicks predicted. */
  readonly calibration: number;
  /** Expected calibration error over `bins`. */
  readonly ece: number;
  /** Expected calibration error over `equalWidthBins`. */
  readonly eceEqualWidth: number;
  /** Bins of equally many examples, for a calibration plot. */
  readonly bins: readonly ReliabilityBin[];
  /** Bins of equal width in predicted probability; empty ones are left out. */
  readonly equalWidthBins: readonly ReliabilityBin[];
  /** With true probabilities p: `mean[softplus(s) - p s] / H(mean p)`, which has no noise of the labels in it. */
  readonly expectedNe?: number;
  /** The least `expectedNe` that any model can have on these examples: `mean H(p) / H(mean p)`. */
  readonly bayesNe?: number;
  /** Standard error of `bayesNe` as an estimate for all examples there could be. */
  readonly bayesNeError?: number;
}

/** A running tally of predictions. It keeps every score (8 bytes an example, 12 with true probabilities), for the AUC. */
export interface Metrics {
  /**
   * @param logits `[n]`
   * @param labels `[n]`, 0 or 1
   * @param p `[n]`, true click probabilities: for all examples of the tally, or for none
   * @throws {RangeError} for lengths that differ, a logit that is not a number, or a label that is neither 0 nor 1
   */
  add(logits: ArrayLike<number>, labels: ArrayLike<number>, p?: ArrayLike<number>): void;
  /** As {@link Metrics.add}, for predicted probabilities in [0, 1]. A click where 0 was predicted costs Infinity. */
  addProbabilities(probabilities: ArrayLike<number>, labels: ArrayLike<number>, p?: ArrayLike<number>): void;
  /** What can be said of any examples, even where all labels are equal. */
  lossAndBaseRate(): Pick<MetricsResult, "examples" | "logLoss" | "baseRate">;
  /** @throws {RangeError} when there is no example, or when all labels are equal: NE and AUC have no meaning then */
  result(): MetricsResult;
}

/**
 * A new tally.
 *
 * Normalized entropy is He et al. 2014 ("Practical Lessons from Predicting Clicks on Ads at Facebook", equation 1) with the
 * base rate of the scored examples themselves.
 *
 * @param options.bins how many bins a calibration plot has, default 15 (as Guo et al. 2017)
 *
 * @example
 * ```ts
 * import { createMetrics } from "recscale/training";
 * import assert from "node:assert/strict";
 *
 * const metrics = createMetrics();
 * metrics.add([-1, 0, 2], [0, 0, 1]);
 * metrics.add([-2], [1]);
 * const { examples, baseRate, auc, ne } = metrics.result();
 * assert.deepEqual([examples, baseRate, auc], [4, 0.5, 0.5]);
 * assert.ok(ne > 1); // the last example was a click that nearly nobody expected
 * ```
 */
export function createMetrics({ bins = 15 }: { readonly bins?: number } = {}): Metrics {
  if (!(Number.isInteger(bins) && bins >= 1)) {
    throw new RangeError(`Cannot make a tally with ${bins} bins: wanted a whole number from 1.`);
  }
  const [negatives, positives] = [growingNumbers(Float64Array), growingNumbers(Float64Array)];
  const truth = growingNumbers(Float32Array);
  let [loss, squaredLoss, predicted, expectedLoss] = [0, 0, 0, 0];

  const count = () => negatives.length + positives.length;

  const add = (score: (i: number) => number, n: number, labels: ArrayLike<number>, p?: ArrayLike<number>) => {
    checkLengths(n, labels, p, count() === truth.length, truth.length > 0);
    for (let i = 0; i < n; i++) {
      const [s, y] = [score(i), labels[i]];
      if (Number.isNaN(s)) {
        throw new RangeError(
          `Cannot score example ${count()}: its prediction is not a number. The model may have diverged.`,
        );
      }
      if (y !== 0 && y !== 1) throw new RangeError(`Cannot score example ${count()}: wanted a label 0 or 1, got ${y}.`);
      (y === 1 ? positives : negatives).push(s);
      const own = logLoss(s, y);
      loss += own;
      squaredLoss += own * own;
      predicted += sigmoid(s);
      if (p === undefined) continue;
      if (!(p[i] >= 0 && p[i] <= 1)) {
        throw new RangeError(`Cannot score example ${count() - 1}: wanted a true probability in [0, 1], got ${p[i]}.`);
      }
      truth.push(p[i]);
      expectedLoss += logLoss(s, p[i]);
    }
  };

  const lossAndBaseRate = () => {
    const examples = count();
    if (examples === 0) throw new RangeError("Cannot score predictions: no example was added.");
    return { examples, logLoss: loss / examples, baseRate: positives.length / examples };
  };

  return {
    lossAndBaseRate,
    add: (logits, labels, p) => add((i) => logits[i], logits.length, labels, p),
    addProbabilities: (probabilities, labels, p) =>
      add((i) => logitOf(probabilities[i], count()), probabilities.length, labels, p),
    result() {
      const base = lossAndBaseRate();
      if (base.baseRate === 0 || base.baseRate === 1) {
        throw new RangeError(
          `Cannot give the normalized entropy of ${base.examples} examples: all labels are ${base.baseRate}, so the entropy of ` +
            `the base rate, by which the log loss is divided, is 0. Score a longer window.`,
        );
      }
      const sorted = { positives: positives.values().sort(), negatives: negatives.values().sort() };
      const massBins = equalMassBins(sorted.positives, sorted.negatives, bins);
      const widthBins = equalWidthBins(sorted.positives, sorted.negatives, bins);
      const { examples, logLoss } = base;
      const variance = Math.max(0, squaredLoss - examples * logLoss ** 2) / (examples - 1);
      const entropy = clickEntropy(base.baseRate);
      return {
        ...base,
        ne: logLoss / entropy,
        neError: Math.sqrt(variance / examples) / entropy,
        auc: areaUnderCurve(sorted.positives, sorted.negatives),
        calibration: predicted / positives.length,
        ece: expectedCalibrationError(massBins),
        eceEqualWidth: expectedCalibrationError(widthBins),
        bins: massBins,
        equalWidthBins: widthBins,
        ...(truth.length > 0 && againstTruth(truth.values(), expectedLoss)),
      };
    },
  };
}

function logitOf(probability: number, example: number): number {
  if (probability >= 0 && probability <= 1) return logit(probability);
  throw new RangeError(`Cannot score example ${example}: wanted a probability in [0, 1], got ${probability}.`);
}

function againstTruth(
  p: Float32Array,
  expectedLoss: number,
): Required<Pick<MetricsResult, "expectedNe" | "bayesNe" | "bayesNeError">> {
  const { ne, standardError, meanP, examples } = bayesOptimum(p);
  return { expectedNe: expectedLoss / examples / clickEntropy(meanP), bayesNe: ne, bayesNeError: standardError };
}

function checkLengths(
  n: number,
  labels: ArrayLike<number>,
  p: ArrayLike<number> | undefined,
  all: boolean,
  some: boolean,
): void {
  if (labels.length !== n || (p !== undefined && p.length !== n)) {
    const lengths = p === undefined
      ? `${labels.length} labels`
      : `${labels.length} labels and ${p.length} probabilities`;
    throw new RangeError(`Cannot score ${n} predictions: wanted as many labels, got ${lengths}.`);
  }
  if (p === undefined ? some : !all) {
    throw new RangeError("Cannot score predictions with true probabilities for some examples and without for others.");
  }
}
