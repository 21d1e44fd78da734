import { bandTrace } from "./band_trace.ts";
import { Figure } from "./figure.ts";
import { type Panel, panelGrid } from "./panel_grid.ts";
import type { Annotation, Axis, Layout, PlotValues, ScatterTrace, Shape } from "./plotly_spec.ts";
import { referenceLine } from "./reference_line.ts";
import type { TableRow } from "./table_csv.ts";
import { type FigureWidth, fontSizes, seriesStyle, themeAxis, themeLayout, widthInPx } from "./theme.ts";
import { logAxis, tidyTicks } from "./tidy_ticks.ts";
import { widestText } from "./text_width.ts";
import { topLegend } from "./top_legend.ts";

/** NE of one model as it sees more examples; all columns are equally long. */
export interface LearningCurve {
  /** Name in the legend; the same label has the same colour in every panel. */
  readonly label: string;
  /** Training examples seen, > 0. */
  readonly examples: PlotValues;
  /** Normalized entropy at that point; NaN or null is a gap. */
  readonly ne: PlotValues;
  /** A band around the curve, such as the range over seeds. Both or none. */
  readonly lo?: PlotValues;
  readonly hi?: PlotValues;
}

/** One data set: the curves that can be compared with each other. */
export interface LearningCurvePanel {
  readonly title?: string;
  readonly curves: readonly LearningCurve[];
  /** NE of the true click probabilities, below which no model can fall in expectation. */
  readonly optimum?: { readonly ne: number; readonly label?: string };
  /** Part of the NE axis to show. Default: everything, so a first point far above the rest flattens the curves. */
  readonly neRange?: readonly [number, number];
}

/** What a figure of learning curves shows, and how. */
export interface LearningCurvesOptions {
  readonly name: string;
  readonly caption: string;
  readonly panels: readonly LearningCurvePanel[];
  /** Panels in a row. Default: all up to three at double width, one at single width. */
  readonly columns?: number;
  /** Default `"single"` for one panel, `"double"` for more. */
  readonly width?: FigureWidth;
  /** Height of a panel's plotting area in px. Default 150. */
  readonly panelHeight?: number;
}

/** A curve of at most this many points shows them. */
const mostMarkers = 16;

/**
 * Learning curves: normalized entropy against training examples on a log axis, one line a model, with a band where the
 * curve has one, and the Bayes-optimal NE as a dashed line that says what it is. One panel a data set, one legend for all.
 * The table has the columns panel, model, examples, ne, lo, hi; the optimum is a row without examples.
 *
 * Throws when there is nothing to draw, or columns differ in length, or a number of examples is not positive.
 *
 * ```ts
 * import { learningCurves } from "recscale/figures";
 * import assert from "node:assert/strict";
 *
 * const figure = learningCurves({
 *   name: "two_models",
 *   caption: "NE falls with data.",
 *   panels: [{
 *     curves: [
 *       { label: "DLRM", examples: [1e4, 1e5, 1e6], ne: [0.9, 0.85, 0.83] },
 *       { label: "DHEN", examples: [1e4, 1e5, 1e6], ne: [0.91, 0.84, 0.82] },
 *     ],
 *     optimum: { ne: 0.79 },
 *   }],
 * });
 * assert.equal(figure.table.length, 7);
 * assert.deepEqual(figure.spec.layout.xaxis?.ticktext, ["10k", "100k", "1M"]);
 * ```
 */
export function learningCurves(options: LearningCurvesOptions): Figure {
  const { name, caption, panels } = options;
  check(options);
  const width = widthInPx(options.width ?? (panels.length > 1 ? "double" : "single"));
  const labels = [...new Set(panels.flatMap((panel) => panel.curves.map((curve) => curve.label)))];
  const panelHeight = options.panelHeight ?? 150;
  const neAxes = panels.map((panel) => {
    const [lo, hi] = neRange(panel, panelHeight);
    return { range: [lo, hi] as const, ...tidyTicks(lo, hi, Math.max(3, Math.floor(panelHeight / 25))) };
  });
  const tickWidth = Math.ceil(widestText(neAxes.flatMap((axis) => axis.ticktext), fontSizes.tick));
  const left = tickWidth + 30; // and the axis title
  const { height, legend } = topLegend(labels, width, left);
  const grid = panelGrid({
    count: panels.length,
    columns: options.columns ?? (width < 500 ? 1 : 3),
    width,
    panelHeight,
    titles: panels.map((panel) => panel.title),
    top: height,
    left,
    betweenColumns: tickWidth + 20,
    betweenRows: 26,
    bottom: 38,
  });

  const data: ScatterTrace[] = [];
  const annotations: Annotation[] = [...grid.titles];
  const shapes: Shape[] = [];
  const axes: Record<string, Axis> = {};
  const named = new Set<string>();
  panels.forEach((panel, k) => {
    const place = grid.panels[k];
    const xRange = examplesRange(panel);
    for (const curve of panel.curves) {
      const style = seriesStyle(labels.indexOf(curve.label));
      const { label, examples: x, lo, hi } = curve;
      if (lo && hi) data.push(bandTrace({ x, lo, hi, color: style.color, panel: place, legendgroup: label }));
      data.push(line(curve, style, place, !named.has(curve.label)));
      named.add(curve.label);
    }
    if (panel.optimum) {
      const { ne, label = `Bayes-optimal NE ${ne.toFixed(4)}` } = panel.optimum;
      const { shape, annotation } = referenceLine({ y: ne, label, xRange, panel: place });
      shapes.push(shape);
      annotations.push(annotation);
    }
    axes[place.xaxis] = themeAxis({
      ...logAxis(...xRange, Math.max(2, Math.floor(place.width / 42))),
      domain: place.xDomain,
      anchor: place.y,
      showgrid: false,
      title: place.lowest ? "Training examples" : undefined,
    });
    axes[place.yaxis] = themeAxis({
      ...neAxes[k],
      tickmode: "array",
      domain: place.yDomain,
      anchor: place.x,
      title: place.leftmost ? "Normalized entropy (NE)" : undefined,
    });
  });
  const layout: Layout = {
    ...themeLayout(),
    ...grid.size,
    ...axes,
    showlegend: true,
    legend,
    annotations,
    shapes,
  };
  return new Figure({ name, caption, spec: { data, layout }, table: table(panels) });
}

/** Panels are data sets of their own sizes, so each has its own range of examples. */
function examplesRange({ curves }: LearningCurvePanel): readonly [number, number] {
  const examples = curves.flatMap((curve) => numbers(curve.examples));
  const [fewest, most] = [Math.min(...examples), Math.max(...examples)];
  const pad = Math.max((most / fewest) ** 0.03, 1.05);
  return [fewest / pad, most * pad];
}

function line(
  curve: LearningCurve,
  { color, symbol, dash }: ReturnType<typeof seriesStyle>,
  panel: Panel,
  showlegend: boolean,
): ScatterTrace {
  const marked = curve.examples.length <= mostMarkers;
  return {
    type: "scatter",
    mode: marked ? "lines+markers" : "lines",
    x: curve.examples,
    y: curve.ne,
    xaxis: panel.x,
    yaxis: panel.y,
    name: curve.label,
    legendgroup: curve.label,
    showlegend,
    line: { color, width: 1.6, dash },
    marker: marked ? { color, symbol, size: 4.5 } : undefined,
    hovertemplate: "%{x:.4s} examples: NE %{y:.5f}<extra>%{fullData.name}</extra>",
  };
}

/** From below the optimum, with room for its label, to just above the highest value. */
function neRange(panel: LearningCurvePanel, height: number): readonly [number, number] {
  if (panel.neRange) return panel.neRange;
  const values = panel.curves.flatMap((curve) => [...numbers(curve.ne), ...numbers(curve.lo), ...numbers(curve.hi)]);
  const optimum = panel.optimum?.ne;
  const low = Math.min(...values, optimum ?? Infinity), high = Math.max(...values, optimum ?? -Infinity);
  const span = high > low ? high - low : 0.01;
  const room = optimum === undefined ? 0 : (fontSizes.note + 10) / height - (optimum - low) / span;
  return [low - span * Math.max(0.04, room), high + span * 0.05];
}

function table(panels: readonly LearningCurvePanel[]): TableRow[] {
  return panels.flatMap((panel, k) => {
    const title = panel.title ?? String(k + 1);
    const rows: TableRow[] = panel.curves.flatMap((curve) =>
      Array.from(curve.examples, (examples, i) => ({
        panel: title,
        model: curve.label,
        examples,
        ne: curve.ne[i],
        lo: curve.lo?.[i],
        hi: curve.hi?.[i],
      }))
    );
    if (panel.optimum) rows.push({ panel: title, model: "Bayes-optimal", ne: panel.optimum.ne });
    return rows;
  });
}

function check({ name, panels }: LearningCurvesOptions): void {
  const fail = (text: string): never => {
    throw new RangeError(`Cannot draw the learning curves "${name}": ${text}.`);
  };
  if (panels.length === 0) fail("there is no panel, wanted at least one");
  for (const { curves, title = "" } of panels) {
    if (curves.length === 0) fail(`panel "${title}" has no curve, wanted at least one`);
    for (const { label, examples, ne, lo, hi } of curves) {
      const lengths = [examples, ne, lo ?? ne, hi ?? ne].map((column) => column.length);
      if (new Set(lengths).size > 1 || lengths[0] === 0) {
        fail(
          `curve "${label}" has ${lengths[0]} examples, ${lengths[1]} ne, ${lengths[2]} lo, ${lengths[3]} hi, wanted ` +
            `equally many and at least one`,
        );
      }
      if ((lo === undefined) !== (hi === undefined)) fail(`curve "${label}" has one of lo and hi, wanted both or none`);
      const bad = Array.from(examples).find((value) => !(Number(value) > 0 && Number.isFinite(value)));
      if (bad !== undefined) fail(`curve "${label}" has ${bad} examples, wanted a positive number`);
      if (numbers(ne).length === 0) fail(`curve "${label}" has no finite NE`);
    }
  }
}

function numbers(values: PlotValues | undefined): number[] {
  return Array.from(values ?? []).filter((value): value is number => typeof value === "number" && isFinite(value));
}
