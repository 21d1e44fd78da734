import {
  calibrationPlot,
  dhenLayerDiagram,
  dhenStackDiagram,
  featureProcessingDiagram,
  type Figure,
  type LearningCurve,
  learningCurves,
} from "../../lib/figures/mod.ts";
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
