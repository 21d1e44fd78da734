import assert from "node:assert/strict";
import { createMetrics, type Metrics, type MetricsResult } from "../../lib/training/metrics.ts";
import recorded from "../fixtures/metrics_sklearn.json" with { type: "json" };

function near(actual: number, expected: number, relative = 1e-12, what = ""): void {
  assert.ok(
    Math.abs(actual - expected) <= relative * Math.max(1, Math.abs(expected)),
    `${what} ${actual} is not ${expected}`,
  );
}

function score(
  logits: ArrayLike<number>,
  labels: ArrayLike<number>,
  p?: ArrayLike<number>,
  bins?: number,
): MetricsResult {
  const metrics = createMetrics({ bins });
  metrics.add(logits, labels, p);
  return metrics.result();
}

const H = (q: number) => -q * Math.log(q) - (1 - q) * Math.log(1 - q);

/** Repeatable numbers in (0, 1): the fractional parts of multiples of the golden ratio. */
const golden = (n: number) => Float64Array.from({ length: n }, (_, i) => ((i + 1) * 0.6180339887498949) % 1);

Deno.test("log loss, NE, AUC and calibration agree with scikit-learn", () => {
  assert.equal(recorded.cases.length, 3);
  for (const { name, logits, labels, ...expected } of recorded.cases) {
    const result = score(Float32Array.from(logits), labels);
    near(result.logLoss, expected.logLoss, 1e-12, name);
    near(result.ne, expected.ne, 1e-12, name);
    near(result.auc, expected.auc, 1e-12, name);
    near(result.calibration, expected.calibration, 1e-12, name);
  }
});

Deno.test("equal-width bins agree with scikit-learn's uniform calibration curve", () => {
  for (const { name, logits, labels, curves } of recorded.cases) {
    const { equalWidthBins } = score(Float32Array.from(logits), labels, undefined, recorded.bins);
    assert.equal(equalWidthBins.length, curves.uniform.observed.length, name);
    equalWidthBins.forEach(({ observed, predicted }, k) => {
      near(observed, curves.uniform.observed[k], 1e-12, name);
      near(predicted, curves.uniform.predicted[k], 1e-12, name);
    });
  }
});

Deno.test("equal-mass bins agree with scikit-learn's quantile calibration curve where no scores are equal", () => {
  for (const { name, logits, labels, curves } of recorded.cases.filter(({ name }) => name !== "tied")) {
    const { bins } = score(Float32Array.from(logits), labels, undefined, recorded.bins);
    assert.deepEqual(
      bins.map(({ examples }) => examples),
      Array(recorded.bins).fill(logits.length / recorded.bins),
      name,
    );
    bins.forEach(({ observed, predicted }, k) => {
      near(observed, curves.quantile.observed[k], 1e-12, name);
      near(predicted, curves.quantile.predicted[k], 1e-12, name);
    });
  }
});

Deno.test("four examples give what pencil and paper give", () => {
  const [a, b] = [Math.log(3), -Math.log(3)]; // predictions 0.75 and 0.25
  const result = score([a, b, a, b], [1, 0, 0, 0], undefined, 2);
  near(result.logLoss, (-3 * Math.log(0.75) - Math.log(0.25)) / 4);
  near(result.ne, result.logLoss / H(0.25));
  near(result.auc, (0.5 + 1 + 1) / 3); // one tie, two wins
  near(result.calibration, 0.5 / 0.25);
  near(result.ece, 0.5 * 0.25 + 0.5 * 0.25);
  assert.deepEqual(result.bins.map(({ clicks, examples, observed }) => [clicks, examples, observed]), [[0, 2, 0], [
    1,
    2,
    0.5,
  ]]);
});

Deno.test("predicting the base rate has NE 1, AUC one half and no calibration error", () => {
  const result = score(Array(8).fill(Math.log(3 / 5)), [1, 0, 0, 1, 0, 1, 0, 0]);
  near(result.ne, 1);
  assert.equal(result.auc, 0.5);
  near(result.calibration, 1);
  near(result.ece, 0);
  assert.equal(result.bins.length, 1);
});

Deno.test("AUC counts every pair, ties one half", () => {
  const logits = golden(97).map((u) => Math.round(10 * u));
  const labels = golden(97).map((u, i) => Number(u * 10 + (i % 7) > 8));
  let wins = 0;
  let pairs = 0;
  for (let i = 0; i < 97; i++) {
    for (let j = 0; j < 97; j++) {
      if (labels[i] !== 1 || labels[j] !== 0) continue;
      pairs++;
      wins += logits[i] > logits[j] ? 1 : logits[i] === logits[j] ? 0.5 : 0;
    }
  }
  assert.equal(score(logits, labels).auc, wins / pairs);
});

Deno.test("extreme logits keep their digits: softplus(s) - y s for s of 40, 800 and -40", () => {
  const result = score([40, 800, -40], [1, 0, 0]);
  near(result.logLoss, (Math.exp(-40) + 800 + Math.exp(-40)) / 3);
  const quiet = score([40, -40], [1, 0]);
  assert.ok(Math.abs(quiet.logLoss / Math.exp(-40) - 1) < 1e-12, `${quiet.logLoss}`);
});

Deno.test("the expected NE is the mean NE over all labels the true probabilities could give", () => {
  const logits = [-1.5, 0.25, 2];
  const p = [0.125, 0.5, 0.75];
  let expectedLoss = 0;
  for (let draw = 0; draw < 8; draw++) {
    const labels = p.map((_, i) => (draw >> i) & 1);
    const chance = p.reduce((product, q, i) => product * (labels[i] ? q : 1 - q), 1);
    const metrics = createMetrics();
    metrics.add(logits, labels);
    expectedLoss += chance * metrics.lossAndBaseRate().logLoss;
  }
  const result = score(logits, [0, 1, 1], p);
  const meanP = (0.125 + 0.5 + 0.75) / 3;
  near(result.expectedNe!, expectedLoss / H(meanP));
  near(result.bayesNe!, (H(0.125) + H(0.5) + H(0.75)) / 3 / H(meanP));
  assert.ok(result.bayesNe! < result.expectedNe!);
});

Deno.test("a model that knows the true probabilities has the Bayes-optimal expected NE, whatever the labels", () => {
  const p = Float32Array.from(golden(500));
  const logits = Float64Array.from(p, (q) => Math.log(q / (1 - q)));
  for (const labels of [p.map((_, i) => i % 2), p.map((_, i) => Number(i % 5 === 0))]) {
    const { expectedNe, bayesNe } = score(logits, labels, p);
    near(expectedNe!, bayesNe!, 1e-9);
  }
  const off = score(logits.map((s) => s + 0.1), p.map((_, i) => i % 2), p);
  assert.ok(off.expectedNe! > off.bayesNe! + 1e-4);
});

Deno.test("the standard error of the Bayes NE agrees with the jackknife's", () => {
  const n = 200;
  const p = Array.from(golden(n), (u) => u ** 2);
  const labels = p.map((_, i) => i % 2);
  const without = p.map((_, left) => {
    const kept = <T>(_: T, i: number) => i !== left;
    return score(p.filter(kept), labels.filter(kept), p.filter(kept)).bayesNe!;
  });
  const mean = without.reduce((sum, ne) => sum + ne, 0) / n;
  const jackknife = Math.sqrt(without.reduce((sum, ne) => sum + (ne - mean) ** 2, 0) * (n - 1) / n);
  near(score(p, labels, p).bayesNeError! / jackknife, 1, 0.02);
});

Deno.test("examples may come in any number of parts and any order", () => {
  const n = 5000;
  const logits = Float32Array.from(golden(n), (u) => Math.round(40 * u) / 8 - 3);
  const labels = Float32Array.from(golden(n), (u, i) => Number((i * 37 % 101) / 101 < u));
  const p = Float32Array.from(golden(n), (u) => 0.1 + 0.8 * u);
  const whole = score(logits, labels, p);
  const parts = createMetrics();
  for (let from = 0; from < n; from += 777) {
    parts.add(logits.subarray(from, from + 777), labels.subarray(from, from + 777), p.subarray(from, from + 777));
  }
  assert.deepEqual(parts.result(), whole);
  const reversed = score(logits.toReversed(), labels.toReversed(), p.toReversed());
  for (const key of ["logLoss", "ne", "auc", "calibration", "ece", "eceEqualWidth", "expectedNe", "bayesNe"] as const) {
    near(reversed[key]!, whole[key]!, 1e-10, key);
  }
  assert.deepEqual(
    reversed.bins.map(({ clicks, examples }) => [clicks, examples]),
    whole.bins.map(({ clicks, examples }) => [clicks, examples]),
  );
});

Deno.test("equal-mass bins never part equal scores, and one large group does not make the bins after it small", () => {
  const logits = Float32Array.from({ length: 1000 }, (_, i) => i < 500 ? -5 : i / 1000);
  const { bins } = score(logits, logits.map((_, i) => i % 2), undefined, 10);
  assert.deepEqual(bins.map(({ examples }) => examples), [500, 100, 100, 100, 100, 100]);
});

Deno.test("probabilities give the metrics of their logits, and a certain error costs Infinity", () => {
  const metrics = createMetrics();
  metrics.addProbabilities([0.75, 0.25, 0.75, 0.25], [1, 0, 0, 0]);
  const [a, b] = [Math.log(3), -Math.log(3)];
  near(metrics.result().ne, score([a, b, a, b], [1, 0, 0, 0]).ne);
  const certain = createMetrics();
  certain.addProbabilities([0, 1], [0, 1]);
  assert.equal(certain.result().logLoss, 0);
  certain.addProbabilities([0], [1]);
  assert.equal(certain.result().logLoss, Infinity);
});

Deno.test("NE against a base rate of 0 or 1 is an error that says why, and the log loss is still there", () => {
  const metrics = createMetrics();
  metrics.add([0, 0], [0, 0]);
  assert.deepEqual(metrics.lossAndBaseRate(), { examples: 2, logLoss: Math.LN2, baseRate: 0 });
  assert.throws(() => metrics.result(), {
    name: "RangeError",
    message:
      "Cannot give the normalized entropy of 2 examples: all labels are 0, so the entropy of the base rate, by which " +
      "the log loss is divided, is 0. Score a longer window.",
  });
  assert.throws(() => score([1], [1]), /all labels are 1/);
});

Deno.test("what cannot be scored is said", () => {
  const message = (use: (metrics: Metrics) => unknown) => {
    try {
      use(createMetrics());
    } catch (error) {
      return (error as Error).message;
    }
    return "none";
  };
  assert.equal(message((m) => m.result()), "Cannot score predictions: no example was added.");
  assert.equal(message((m) => m.add([1, 2], [1])), "Cannot score 2 predictions: wanted as many labels, got 1 labels.");
  assert.equal(
    message((m) => m.add([0, NaN], [0, 1])),
    "Cannot score example 1: its prediction is not a number. The model may have diverged.",
  );
  assert.equal(message((m) => m.add([0], [0.5])), "Cannot score example 0: wanted a label 0 or 1, got 0.5.");
  assert.equal(
    message((m) => m.add([0], [1], [2])),
    "Cannot score example 0: wanted a true probability in [0, 1], got 2.",
  );
  assert.equal(
    message((m) => m.addProbabilities([1.5], [1])),
    "Cannot score example 0: wanted a probability in [0, 1], got 1.5.",
  );
  assert.equal(
    message((m) => (m.add([0], [1], [0.5]), m.add([0], [1]))),
    "Cannot score predictions with true probabilities for some examples and without for others.",
  );
  assert.throws(() => createMetrics({ bins: 0 }), {
    message: "Cannot make a tally with 0 bins: wanted a whole number from 1.",
  });
});

Deno.test("the standard error of NE is that of the mean of the losses, over the entropy of the base rate", () => {
  const metrics = createMetrics();
  metrics.addProbabilities([0.5, 0.25, 0.8, 0.2], [0, 0, 1, 1]);
  const losses = [Math.LN2, -Math.log(0.75), -Math.log(0.8), -Math.log(0.2)];
  const mean = losses.reduce((sum, loss) => sum + loss, 0) / 4;
  const deviation = Math.sqrt(losses.reduce((sum, loss) => sum + (loss - mean) ** 2, 0) / 3);
  assert.ok(Math.abs(metrics.result().neError! - deviation / 2 / Math.LN2) < 1e-12);
});
