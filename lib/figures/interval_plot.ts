import { Figure } from "./figure.ts";
import type { Layout, ScatterTrace, Shape } from "./plotly_spec.ts";
import type { TableRow } from "./table_csv.ts";
import {
  faintInk,
  type FigureWidth,
  fontSizes,
  palette,
  referenceDash,
  seriesStyle,
  themeAxis,
  themeLayout,
  widthInPx,
} from "./theme.ts";
import { tidyTicks } from "./tidy_ticks.ts";
import { topLegend } from "./top_legend.ts";
import { widestText } from "./text_width.ts";

/** An estimate with its interval; rows of the same label stand on one line. */
export interface IntervalRow {
  readonly label: string;
  readonly value: number;
  /** Both finite, or the interval is drawn to the edge of the panel. */
  readonly low: number;
  readonly high: number;
  /** Which series it belongs to; one colour and marker each. Default: all one. */
  readonly series?: string;
}

/** What a figure of intervals shows, and how. */
export interface IntervalPlotOptions {
  readonly name: string;
  readonly caption: string;
  readonly xTitle: string;
  readonly rows: readonly IntervalRow[];
  /** Where the null is. Default 0; null for none. */
  readonly reference?: number | null;
  /** Part of the x axis to show. Default: all intervals with both ends. */
  readonly xRange?: readonly [number, number];
  readonly width?: FigureWidth;
}

const ROW_HEIGHT = 24;

/**
 * Estimates with their intervals, one label a line, as a forest plot: for comparing many effects at once. The table has the
 * columns label, series, value, low, high.
 *
 * Throws when there is no row, or a value lies outside of its interval.
 *
 * ```ts
 * import { intervalPlot } from "recscale/figures";
 * import assert from "node:assert/strict";
 *
 * const figure = intervalPlot({
 *   name: "effects",
 *   caption: "Two effects.",
 *   xTitle: "NE difference (%)",
 *   rows: [{ label: "wide", value: -0.3, low: -0.5, high: -0.1 }, { label: "deep", value: 0.1, low: -0.1, high: 0.3 }],
 * });
 * assert.deepEqual(figure.spec.layout.yaxis?.ticktext, ["wide", "deep"]);
 * ```
 */
export function intervalPlot(options: IntervalPlotOptions): Figure {
  const { name, caption, xTitle, rows, reference = 0 } = options;
  check(options);
  const labels = [...new Set(rows.map(({ label }) => label))];
  const series = [...new Set(rows.map((row) => row.series ?? ""))];
  const width = widthInPx(options.width ?? "double");
  const left = Math.ceil(widestText(labels, fontSizes.tick)) + 16;
  const { height: top, legend } = topLegend(series.length > 1 ? series : [], width, left);
  const range = options.xRange ?? xRange(rows, reference);
  const area = labels.length * ROW_HEIGHT;
  const layout: Layout = {
    ...themeLayout(),
    width,
    height: top + 6 + area + 38,
    margin: { l: left, r: 12, t: top + 6, b: 38, pad: 0, autoexpand: false },
    showlegend: series.length > 1,
    legend,
    xaxis: themeAxis({
      range,
      tickmode: "array",
      ...tidyTicks(...range, Math.floor((width - left) / 55)),
      anchor: "y",
      title: xTitle,
    }),
    yaxis: themeAxis({
      range: [labels.length - 0.5, -0.5],
      tickmode: "array",
      tickvals: labels.map((_, k) => k),
      ticktext: labels,
      showgrid: false,
      anchor: "x",
    }),
    shapes: reference === null ? [] : [line(reference, labels.length)],
  };
  const data = series.map((own, s): ScatterTrace => {
    const shown = rows.filter((row) => (row.series ?? "") === own);
    const { symbol } = seriesStyle(s);
    const color = palette[s % palette.length];
    const to = (value: number) => Math.min(Math.max(value, range[0]), range[1]);
    const offset = series.length > 1 ? (s / (series.length - 1) - 0.5) * 0.4 : 0;
    return {
      type: "scatter",
      mode: "markers",
      x: shown.map(({ value }) => value),
      y: shown.map(({ label }) => labels.indexOf(label) + offset),
      name: own,
      marker: { color, symbol, size: 6 },
      error_x: {
        type: "data",
        symmetric: false,
        array: shown.map(({ value, high }) => to(high) - value),
        arrayminus: shown.map(({ value, low }) => value - to(low)),
        color,
        thickness: 1.3,
        width: 0,
      },
      customdata: shown.map(({ label, low, high }) => [label, low, high]),
      hovertemplate: "%{customdata[0]}: %{x:.4g} [%{customdata[1]:.4g}, %{customdata[2]:.4g}]<extra></extra>",
    };
  });
  return new Figure({ name, caption, spec: { data, layout }, table: table(rows) });
}

function line(x: number, count: number): Shape {
  return {
    type: "line",
    xref: "x",
    yref: "y",
    x0: x,
    x1: x,
    y0: -0.5,
    y1: count - 0.5,
    line: { color: faintInk, width: 1.1, dash: referenceDash },
    layer: "between",
  };
}

function xRange(rows: readonly IntervalRow[], reference: number | null): readonly [number, number] {
  const ends = rows.flatMap(({ value, low, high }) => [value, low, high]).filter(Number.isFinite);
  if (reference !== null) ends.push(reference);
  const low = Math.min(...ends), high = Math.max(...ends);
  const pad = high > low ? 0.05 * (high - low) : 0.01;
  return [low - pad, high + pad];
}

function table(rows: readonly IntervalRow[]): TableRow[] {
  return rows.map(({ label, series, value, low, high }) => ({ label, series, value, low, high }));
}

function check({ name, rows }: IntervalPlotOptions): void {
  const fail = (text: string): never => {
    throw new RangeError(`Cannot draw the intervals "${name}": ${text}.`);
  };
  if (rows.length === 0) fail("there is no row, wanted at least one");
  for (const { label, value, low, high } of rows) {
    if (!(low <= value && value <= high)) fail(`"${label}" has ${value} outside of its interval [${low}, ${high}]`);
  }
}
