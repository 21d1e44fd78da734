import { Figure } from "./figure.ts";
import type { Annotation, Axis, Layout, ScatterTrace, Shape } from "./plotly_spec.ts";
import type { TableRow } from "./table_csv.ts";
import {
  faintInk,
  type FigureWidth,
  font,
  fontSizes,
  referenceDash,
  seriesStyle,
  themeAxis,
  themeLayout,
  translucent,
  widthInPx,
} from "./theme.ts";
import { logAxis, tidyTicks } from "./tidy_ticks.ts";
import { widestText } from "./text_width.ts";
import { topLegend } from "./top_legend.ts";
import { wilsonInterval } from "./wilson_interval.ts";

/** Examples of similar predicted click probability. */
export interface CalibrationBin {
  /** Mean prediction of the bin's examples, 0 to 1. */
  readonly predicted: number;
  /** Clicks among them. */
  readonly clicks: number;
  /** How many they are. Empty bins are left out of the figure. */
  readonly examples: number;
}

/** The calibration of one model. */
export interface CalibrationCurve {
  /** Name in the legend. */
  readonly label: string;
  readonly bins: readonly CalibrationBin[];
}

/** What a calibration plot shows, and how. */
export interface CalibrationPlotOptions {
  readonly name: string;
  readonly caption: string;
  readonly models: readonly CalibrationCurve[];
  readonly title?: string;
  /** `"log"` spreads out low click rates. Default: log if the lowest bin is below a tenth of the highest. */
  readonly scale?: "linear" | "log";
  /** Default `"single"`. The plotting area is square. */
  readonly width?: FigureWidth;
  /** Half-width of the error bars in standard errors. Default 1.96: 95%. */
  readonly z?: number;
}

/** The strip of bin sizes, in px. */
const stripHeight = 46, stripGap = 10;

/** Bins whose sizes differ by less than this factor are as good as equal, and the strip would say nothing. */
const MUCH_LARGER = 1.5;

/** A bin as it is drawn. */
interface Point extends CalibrationBin {
  readonly observed: number;
  readonly lo: number;
  readonly hi: number;
}

/**
 * Reliability diagram: observed click rate against mean prediction in each bin, with Wilson's interval as error bar; a
 * calibrated model follows the diagonal. On log axes a bin without clicks is an open triangle at the upper end of its
 * interval: the rate is somewhere below. Where bins hold different numbers of examples a strip below shows how many.
 * The table has the columns model, predicted, observed, lo, hi, clicks, examples.
 *
 * Throws when there is no bin with examples, or a bin's numbers cannot be.
 *
 * ```ts
 * import { calibrationPlot } from "recscale/figures";
 * import assert from "node:assert/strict";
 *
 * const figure = calibrationPlot({
 *   name: "calibration",
 *   caption: "Predicted and observed click rates.",
 *   models: [{
 *     label: "DLRM",
 *     bins: [{ predicted: 0.01, clicks: 11, examples: 1000 }, { predicted: 0.1, clicks: 95, examples: 1000 }],
 *   }],
 * });
 * assert.equal(figure.table[0].observed, 0.011);
 * ```
 */
export function calibrationPlot(options: CalibrationPlotOptions): Figure {
  const { name, caption, title, z } = options;
  const models = options.models.map(({ label, bins }) => ({ label, points: points(name, label, bins, z) }));
  const all = models.flatMap((model) => model.points);
  if (all.length === 0) {
    throw new RangeError(`Cannot draw the calibration plot "${name}": no model has a bin with examples, wanted one.`);
  }
  const predicted = all.map((point) => point.predicted);
  const lowest = Math.min(...predicted), highest = Math.max(...predicted);
  const scale = options.scale ?? (lowest > 0 && lowest < highest / 10 ? "log" : "linear");
  if (scale === "log" && !(lowest > 0)) {
    throw new RangeError(
      `Cannot draw the calibration plot "${name}" on log axes: a bin has the mean prediction ${lowest}.`,
    );
  }

  const [lo, hi] = scale === "log" ? logRange(all) : linearRange(all);
  const axis: Partial<Axis> = scale === "log"
    ? logAxis(lo, hi, 7)
    : { range: [lo, hi], tickmode: "array", ...tidyTicks(lo, hi, 7) };
  const tickWidth = Math.ceil(widestText(axis.ticktext ?? [], fontSizes.tick));
  const margin = { l: tickWidth + 30, r: 10, b: 38 }; // left and below: tick labels and title

  const width = widthInPx(options.width ?? "single");
  const { height: legendHeight, legend } = topLegend(models.map((model) => model.label), width, margin.l);
  const top = legendHeight + (title ? 18 : 0) + 6;
  const side = width - margin.l - margin.r; // the main panel is square: equal distances are equal factors
  const sizes = all.map((point) => point.examples);
  const counts = Math.max(...sizes) > MUCH_LARGER * Math.min(...sizes);
  const areaHeight = side + (counts ? stripGap + stripHeight : 0);
  const largest = Math.max(...sizes);
  const layout: Layout = {
    ...themeLayout(),
    width,
    height: top + areaHeight + margin.b,
    margin: { ...margin, t: top, pad: 0, autoexpand: false },
    xaxis: themeAxis({ ...axis, anchor: counts ? "y2" : "y", title: "Mean predicted click probability" }),
    yaxis: themeAxis({ ...axis, anchor: "x", domain: [1 - side / areaHeight, 1], title: "Observed click rate" }),
    ...(counts ? { yaxis2: countAxis(largest, stripHeight / areaHeight) } : {}),
    showlegend: true,
    legend,
    annotations: title ? [titleAbove(title)] : [],
    shapes: [diagonal(lo, hi)],
  };
  const data = models.flatMap(({ label, points }, k) => [
    ...(counts ? [binSizes(label, points, k)] : []),
    rates(label, points, k, scale),
    ...(scale === "log" ? upperLimits(label, points, k) : []),
  ]);
  return new Figure({ name, caption, spec: { data, layout }, table: table(models) });
}

function points(name: string, label: string, bins: readonly CalibrationBin[], z?: number): Point[] {
  return bins.filter((bin) => bin.examples !== 0).map((bin) => {
    const { predicted, clicks, examples } = bin;
    if (!(predicted >= 0 && predicted <= 1)) {
      throw new RangeError(
        `Cannot draw the calibration plot "${name}": a bin of "${label}" has the mean prediction ${predicted}, wanted 0 to 1.`,
      );
    }
    const [lo, hi] = wilsonInterval(clicks, examples, z);
    return { ...bin, observed: clicks / examples, lo, hi };
  });
}

function rates(label: string, points: readonly Point[], index: number, scale: "linear" | "log"): ScatterTrace {
  const shown = scale === "log" ? points.filter((point) => point.clicks > 0) : points;
  const { color, symbol } = seriesStyle(index);
  return {
    type: "scatter",
    mode: "markers",
    x: shown.map((point) => point.predicted),
    y: shown.map((point) => point.observed),
    name: label,
    legendgroup: label,
    error_y: {
      type: "data",
      symmetric: false,
      array: shown.map((point) => point.hi - point.observed),
      arrayminus: shown.map((point) => point.observed - point.lo),
      color,
      thickness: 1.2,
      width: 0,
    },
    marker: { color, symbol, size: 5 },
    customdata: shown.map((point) => [point.clicks, point.examples]),
    hovertemplate: "predicted %{x:.4g}, observed %{y:.4g}<br>%{customdata[0]} clicks in %{customdata[1]} examples" +
      "<extra>%{fullData.name}</extra>",
  };
}

/** Examples in each bin, as an area over the strip. */
function binSizes(label: string, points: readonly Point[], index: number): ScatterTrace {
  const { color } = seriesStyle(index);
  const ordered = points.toSorted((a, b) => a.predicted - b.predicted);
  return {
    type: "scatter",
    mode: "lines",
    x: ordered.map((point) => point.predicted),
    y: ordered.map((point) => point.examples),
    yaxis: "y2",
    name: label,
    legendgroup: label,
    showlegend: false,
    line: { color, width: 1 },
    fill: "tozeroy",
    fillcolor: translucent(color, 0.15),
    hovertemplate: "predicted %{x:.4g}: %{y} examples<extra>%{fullData.name}</extra>",
  };
}

function countAxis(largest: number, share: number): Axis {
  const { tickvals, ticktext } = tidyTicks(0, largest, 3);
  return themeAxis({
    range: [0, largest * 1.1],
    domain: [0, share],
    anchor: "x",
    tickmode: "array",
    tickvals,
    ticktext,
    title: "Examples",
  });
}

function diagonal(lo: number, hi: number): Shape {
  return {
    type: "line",
    xref: "x",
    yref: "y",
    x0: lo,
    y0: lo,
    x1: hi,
    y1: hi,
    line: { color: faintInk, width: 1.1, dash: referenceDash },
    layer: "between",
  };
}

function upperLimits(label: string, points: readonly Point[], index: number): ScatterTrace[] {
  const empty = points.filter((point) => point.clicks === 0);
  if (empty.length === 0) return [];
  return [{
    type: "scatter",
    mode: "markers",
    x: empty.map((point) => point.predicted),
    y: empty.map((point) => point.hi),
    name: label,
    legendgroup: label,
    showlegend: false,
    marker: { color: seriesStyle(index).color, symbol: "triangle-down-open", size: 6 },
    customdata: empty.map((point) => [point.examples]),
    hovertemplate: "predicted %{x:.4g}, observed < %{y:.4g}<br>no click in %{customdata[0]} examples" +
      "<extra>%{fullData.name}</extra>",
  }];
}

/** All points, and the bars as far as twice below the lowest point; longer ones leave the panel. */
function logRange(points: readonly Point[]): [number, number] {
  const centre = Math.min(...points.flatMap(({ predicted, observed, hi }) => [predicted, observed || hi]));
  const ends = points.map((point) => point.lo).filter((lo) => lo > 0);
  const high = Math.max(...points.flatMap(({ predicted, hi }) => [predicted, hi]));
  return [Math.max(Math.min(centre, ...ends), centre / 2) / 1.15, Math.min(1, high * 1.15)];
}

function linearRange(points: readonly Point[]): [number, number] {
  const low = Math.min(...points.flatMap(({ predicted, lo }) => [predicted, lo]));
  const high = Math.max(...points.flatMap(({ predicted, hi }) => [predicted, hi]));
  const pad = (high - low || 0.01) * 0.05;
  // Zero is the natural start when it is near.
  return [low < (high - low) / 4 ? 0 : low - pad, Math.min(1, high + pad)];
}

function titleAbove(text: string): Annotation {
  return {
    text,
    x: 0,
    y: 1,
    xref: "paper",
    yref: "paper",
    xanchor: "left",
    yanchor: "bottom",
    showarrow: false,
    font: { ...font(fontSizes.title), weight: 600 },
  };
}

function table(models: readonly { label: string; points: readonly Point[] }[]): TableRow[] {
  return models.flatMap(({ label, points }) =>
    points.map(({ predicted, observed, lo, hi, clicks, examples }) => (
      { model: label, predicted, observed, lo, hi, clicks, examples }
    ))
  );
}
