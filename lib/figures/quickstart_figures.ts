import { mean } from "simple-statistics";
import { QUICKSTART_MODELS, type QuickstartRun } from "../experiments/quickstart.ts";
import { logsOf, runsOf } from "../experiments/quickstart_summary.ts";
import { calibrationPlot } from "./calibration_plot.ts";
import type { Figure } from "./figure.ts";
import { type LearningCurve, type LearningCurvePanel, learningCurves } from "./learning_curves.ts";

/** A test curve starts after this share of the stream. */
const EARLY = 1 / 32;
/** Free share of the NE axis above and below what is drawn, and below an optimum, whose label stands under its line. */
const MARGIN = 0.04, ROOM_FOR_LABEL = 0.16;

/**
 * Learning curves of all models, a panel for each log: expected NE of the test stream with the Bayes-optimal NE drawn
 * in where it is known, NE of each window before it was trained on otherwise. Line: mean over seeds; band: their range.
 */
export function quickstartCurves(runs: readonly QuickstartRun[]): Figure {
  const panels = logsOf(runs).map((log): LearningCurvePanel => {
    const curves = QUICKSTART_MODELS.flatMap((model) => {
      const own = runsOf(runs, log, model);
      return own.length > 0 ? [curveOf(model, own)] : [];
    });
    const bayesNe = runs.find((run) => run.log === log)?.record.result.tests.at(-1)?.metrics.bayesNe;
    const optimum = bayesNe === undefined ? undefined : { ne: bayesNe, label: "Bayes optimum" };
    return { title: log, curves, optimum, neRange: shownRange(curves, optimum?.ne) };
  });
  return learningCurves({
    name: "learning_curves",
    caption: "NE against training examples. Synthetic logs: expected NE of a test stream of the same teacher; the " +
      "dashed line is the lowest NE that any model can reach on it. Real log: NE of each window of the stream before " +
      "the models learned from it. Lines are means over seeds, bands their range.",
    panels,
    columns: 2,
  });
}

interface Point {
  readonly examples: number;
  readonly ne: number;
}

/**
 * The points of a run's curve, without the first, which lie far above all others and would flatten them, and without a
 * last window of few examples.
 */
function pointsOf(run: QuickstartRun): Point[] {
  const { tests, windows, examples: all } = run.record.result;
  if (tests.length > 0) {
    const late = tests.filter(({ examples }) => examples >= EARLY * all);
    return late.map(({ examples, metrics }) => ({ examples, ne: metrics.expectedNe ?? metrics.ne }));
  }
  const { warmupFraction, windowExamples } = run.plan.scoring;
  const full = windows.filter(({ from, to }) => from >= warmupFraction * all && to - from >= windowExamples / 2);
  return full.map(({ to, ne }) => ({ examples: to, ne: ne ?? NaN }));
}

function curveOf(label: string, runs: readonly QuickstartRun[]): LearningCurve {
  const bySeed = runs.map(pointsOf);
  const at = (i: number) => bySeed.map((points) => points[i].ne);
  const indices = bySeed[0].map((_, i) => i).filter((i) => at(i).every(Number.isFinite));
  return {
    label,
    examples: indices.map((i) => bySeed[0][i].examples),
    ne: indices.map((i) => mean(at(i))),
    lo: indices.map((i) => Math.min(...at(i))),
    hi: indices.map((i) => Math.max(...at(i))),
  };
}

/** The part of the NE axis that holds the optimum, with room for its label, and all points. */
function shownRange(curves: readonly LearningCurve[], optimum = Infinity): [number, number] {
  const shown = curves.flatMap(({ lo, hi }) => [...lo!, ...hi!].map(Number));
  const low = Math.min(optimum, ...shown), high = Math.max(...shown);
  const room = low === optimum ? ROOM_FOR_LABEL : MARGIN;
  return [low - room * (high - low), high + MARGIN * (high - low)];
}

/** Calibration of all models on one log, from the first seed: predicted against observed click rate. */
export function quickstartCalibration(runs: readonly QuickstartRun[], log: string): Figure {
  const models = QUICKSTART_MODELS.flatMap((model) => {
    const [run] = runsOf(runs, log, model);
    if (!run) return [];
    const { tests, progressive } = run.record.result;
    const { bins } = tests.at(-1)?.metrics ?? progressive;
    return [{
      label: model,
      bins: bins.map((bin) => ({ predicted: bin.predicted, clicks: bin.clicks, examples: bin.examples })),
    }];
  });
  return calibrationPlot({
    name: `calibration_${log.replace(/\W+/g, "_")}`,
    title: log,
    caption: `Observed click rate against mean prediction on ${log}, in bins of equally many examples, with 95 % ` +
      `Wilson intervals. A calibrated model follows the diagonal.`,
    models,
  });
}
