import {
  calibrationPlot,
  dhenLayerDiagram,
  dhenStackDiagram,
  featureProcessingDiagram,
  type Figure,
  intervalPlot,
  isoflopPlot,
  type LearningCurve,
  learningCurves,
  resourcePanels,
  scalingFitPlot,
  sequentialColors,
} from "../../lib/figures/mod.ts";
import { fitReport, isoflopReport } from "../../lib/scaling/mod.ts";
import type { DhenConfigInput } from "../../lib/models/mod.ts";

/** NE = a + b (examples)^-c at points evenly spaced on the log axis, with a band if `spread` is given. */
function curve(label: string, [a, b, c]: [number, number, number], points = 9, spread?: number): LearningCurve {
  const examples = Array.from({ length: points }, (_, k) => Math.round(1e4 * 10 ** (2.5 * k / (points - 1))));
  const ne = examples.map((n) => Number((a + b * n ** -c).toFixed(6)));
  if (spread === undefined) return { label, examples, ne };
  return { label, examples, ne, lo: ne.map((v) => v - spread), hi: ne.map((v) => v + spread) };
}

/** One panel at column width, two models, a band, the optimum. */
export function onePanel(): Figure {
  return learningCurves({
    name: "one_panel",
    caption: "NE of two models against training examples; bands are the range over 3 seeds.",
    panels: [{
      title: "Synthetic clicks",
      curves: [
        curve("DLRM", [0.805, 2.1, 0.32], 9, 0.004),
        curve("DHEN", [0.796, 3.4, 0.36], 9, 0.004),
      ],
      optimum: { ne: 0.7912 },
    }],
  });
}

/** Three panels at page width, four models, many points, one panel without an optimum. */
export function threePanels(): Figure {
  const models = ["DLRM", "DCN v2", "AutoInt+", "DHEN (3 layers)"];
  return learningCurves({
    name: "three_panels",
    caption: "NE of four models on three data sets.",
    panels: ["Stationary", "Drifting", "Criteo sample"].map((title, p) => ({
      title,
      curves: models.map((label, m) => curve(label, [0.805 - 0.004 * m + 0.01 * p, 2.1 + m, 0.33 + 0.01 * m], 60)),
      optimum: p < 2 ? { ne: 0.78 + 0.01 * p } : undefined,
    })),
  });
}

/** Log axes, two models, a bin without clicks, bins of very different size. */
export function calibration(): Figure {
  const predicted = [0.0006, 0.0015, 0.004, 0.01, 0.02, 0.04, 0.08, 0.15, 0.3];
  const examples = [2000, 9000, 40_000, 90_000, 80_000, 40_000, 12_000, 3000, 400];
  const bins = (power: number, scale: number, shift: number) =>
    predicted.map((p, k) => ({
      predicted: p * shift,
      examples: examples[k],
      clicks: Math.floor(examples[k] * scale * p ** power),
    }));
  return calibrationPlot({
    name: "calibration",
    caption: "Reliability of two models; bars are 95% intervals.",
    title: "Synthetic clicks",
    models: [
      { label: "Dense", bins: bins(1, 1, 1).map((bin, k) => k === 0 ? { ...bin, clicks: 0 } : bin) },
      { label: "Pruned to 90%", bins: bins(1.12, 1.6, 1.15) },
    ],
  });
}

/** Linear axes, one model, bins of equal size. */
export function linearCalibration(): Figure {
  return calibrationPlot({
    name: "linear_calibration",
    caption: "Reliability of one model.",
    models: [{
      label: "DLRM",
      bins: [0.08, 0.13, 0.17, 0.2, 0.24, 0.29, 0.36, 0.47].map((predicted, k) => ({
        predicted,
        examples: 1500,
        clicks: Math.round(1500 * (predicted + (k % 3 - 1) * 0.008)),
      })),
    }],
  });
}

/** Two panels with keys of their own, a band, a reference, a labelled line, points and an envelope. */
export function resources(): Figure {
  const x = [1e4, 1e5, 1e6], colors = sequentialColors(3);
  return resourcePanels({
    name: "resources",
    caption: "NE against two resources.",
    xTitle: "Training examples D",
    yTitle: "NE",
    panels: [{
      title: "Widths",
      keyTitle: "d",
      reference: { y: 0.7, label: "Bayes optimum" },
      series: [2, 8, 32].map((d, k) => ({
        label: String(d),
        x,
        y: [0.9, 0.82, 0.78].map((ne) => ne - 0.02 * k),
        lo: [0.89, 0.81, 0.77].map((ne) => ne - 0.02 * k),
        hi: [0.91, 0.83, 0.79].map((ne) => ne - 0.02 * k),
        color: colors[k],
      })),
    }, {
      title: "Compute",
      xTitle: "FLOPs",
      key: "lower left",
      series: [
        { label: "runs", x: [1e9, 1e10, 1e11], y: [0.9, 0.85, 0.8], color: colors[0], draw: "points" },
        {
          label: "law",
          x: [1e9, 1e11],
          y: [0.9, 0.79],
          color: colors[1],
          draw: "line",
          dash: "3px,2px",
          labelled: true,
        },
        { label: "again", x: [1e9, 1e11], y: [0.91, 0.8], color: colors[1], draw: "line", unnamed: true },
      ],
    }],
  });
}

/** Two series of intervals on three lines, one without an end. */
export function intervals(): Figure {
  const labels = ["Embedding rows", "Embedding width", "Overarch"];
  return intervalPlot({
    name: "intervals",
    caption: "Effects with their 95 % intervals.",
    xTitle: "NE difference (%)",
    xRange: [-1, 0.5],
    rows: ["main", "control"].flatMap((series, s) =>
      labels.map((label, k) => ({
        label,
        series,
        value: -0.2 * k + 0.1 * s,
        low: k === 2 && s === 1 ? -Infinity : -0.2 * k + 0.1 * s - 0.15,
        high: -0.2 * k + 0.1 * s + 0.1,
      }))
    ),
  });
}

/** A law of one resource in two groups, of which one is flat. */
export function scalingFit(): Figure {
  const observations = (gain: number) =>
    [1, 2, 4, 8, 16, 32].map((x, i) => ({ x: [x * 1e6], loss: gain * x ** -0.4 + 0.7 + 1e-4 * (i % 3 - 1) }));
  return scalingFitPlot({
    name: "scaling_fit",
    loss: "NE",
    x: ["Examples"],
    fitted: fitReport([
      { name: "data", observations: observations(0.2) },
      { name: "rows", observations: observations(1e-5) },
    ], { resamples: 20 }),
  });
}

/** Loss against size at four levels of compute, of which the last is open. */
export function isoflop(): Figure {
  const observations = [1e18, 1e19, 1e20, 1e21].flatMap((flops) =>
    [-3, -2, -1, 0, 1, 2, 3].map((k) => {
      const n = flops === 1e21 ? 5e8 * 2 ** k : Math.sqrt(flops / 6) * 2 ** k, d = flops / 6 / n;
      return { x: [flops, n, d], loss: 1.7 + 400 / n ** 0.4 + 400 / d ** 0.4 };
    })
  );
  const groups = [{ name: "", observations }];
  return isoflopPlot({
    name: "isoflop",
    loss: "loss",
    parameters: "parameters",
    groups,
    reports: isoflopReport(groups),
  });
}

/** A law of two resources. */
export function scalingFitOfTwo(): Figure {
  const observations = [1e6, 4e6, 1.6e7].flatMap((n) =>
    [1e7, 1e8, 1e9, 1e10].map((d) => ({ x: [n, d], loss: 0.5 + 20 * n ** -0.3 + 30 * d ** -0.3 }))
  );
  return scalingFitPlot({
    name: "scaling_fit_of_two",
    loss: "loss",
    x: ["parameters", "tokens"],
    fitted: fitReport([{ name: "", observations }], { resamples: 5 }),
  });
}

const clicks = {
  name: "clicks",
  fields: Array.from(
    { length: 12 },
    (_, f) => ({ name: f === 1 ? "advertiser_category" : `f${f}`, cardinality: 10 ** (f % 7) }),
  ),
  dense: ["a", "b", "c", "d"],
  time: "fileOrder" as const,
};
const stacked = (layers: DhenConfigInput["layers"]): DhenConfigInput => ({
  kind: "dhen",
  dim: 8,
  bottom: [32],
  layers,
  overarch: [64, 32],
});

/** All five modules beside each other, raw columns in two of them, a projected shortcut. */
export function dhenLayer(): Figure {
  const layers: DhenConfigInput["layers"] = [{
    modules: [
      { kind: "advancedDlrm", hidden: [64], tokens: 4, dense: true },
      { kind: "selfAttention", heads: 4, hidden: 64, tokens: 4 },
      { kind: "convolution", tokens: 4, dense: true },
      { kind: "linear", tokens: 4 },
      { kind: "deepCross", form: "flat", tokens: 4 },
    ],
    ensemble: "concat",
    norm: "token",
  }];
  return dhenLayerDiagram(stacked(layers), clicks);
}

/** Two layers of the paper's modules, and their four compositions. */
export function dhenStack(): Figure {
  const layers: DhenConfigInput["layers"] = [{
    repeat: 2,
    modules: [{ kind: "advancedDlrm", hidden: [64] }, { kind: "linear" }],
  }];
  return dhenStackDiagram(stacked(layers), clicks);
}

/** An MLP and lookups, more fields than are drawn. */
export function features(): Figure {
  return featureProcessingDiagram({ dim: 8, bottom: [32] }, clicks);
}
