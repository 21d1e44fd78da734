import { bandTrace } from "./band_trace.ts";
import { Figure } from "./figure.ts";
import { type Panel, panelGrid } from "./panel_grid.ts";
import type { Annotation, Axis, Layout, PlotValues, ScatterTrace, Shape } from "./plotly_spec.ts";
import { referenceLine } from "./reference_line.ts";
import type { TableRow } from "./table_csv.ts";
import {
  faintInk,
  type FigureWidth,
  font,
  fontSizes,
  themeAxis,
  themeLayout,
  translucent,
  widthInPx,
} from "./theme.ts";
import { logAxis, tidyTicks } from "./tidy_ticks.ts";
import { widestText } from "./text_width.ts";

/** A quantity against a resource; all columns are equally long. */
export interface ResourceSeries {
  readonly label: string;
  /** The resource: examples, parameters, FLOPs; > 0. */
  readonly x: PlotValues;
  readonly y: PlotValues;
  /** A band around the curve. Both or none. */
  readonly lo?: PlotValues;
  readonly hi?: PlotValues;
  /** `#rrggbb`. */
  readonly color: string;
  /** Default `"both"`. */
  readonly draw?: "line" | "points" | "both";
  readonly dash?: string;
  readonly symbol?: string;
  /** Left out of the key: one of many lines of a kind that another stands for. */
  readonly unnamed?: boolean;
  /** Says its name above its last point, and is left out of the key. */
  readonly labelled?: boolean;
}

/** One panel: what can be compared with each other. */
export interface ResourcePanel {
  readonly title?: string;
  readonly series: readonly ResourceSeries[];
  /** A level, such as the Bayes optimum or a law's floor, and the interval of one that is estimated: as much of it as the panel shows. */
  readonly reference?: { readonly y: number; readonly label: string; readonly lo?: number; readonly hi?: number };
  /** Beyond this x nothing was observed: the rest of the panel is shaded. */
  readonly forecastFrom?: number;
  /** Where the key stands. Default `"upper right"`, where curves that fall leave room. */
  readonly key?: "upper right" | "lower left" | "none";
  /** Says what the series of the key are, e.g. `"embedding width d"`. */
  readonly keyTitle?: string;
  /** What stands on this panel's x axis, where panels differ. */
  readonly xTitle?: string;
}

/** What a figure of resources shows, and how. */
export interface ResourcePanelsOptions {
  readonly name: string;
  readonly caption: string;
  readonly panels: readonly ResourcePanel[];
  readonly xTitle: string;
  readonly yTitle: string;
  /** Default `"linear"`. */
  readonly yScale?: "linear" | "log";
  /** All panels show the same range of y, so that heights can be compared across them. Default true. */
  readonly sharedY?: boolean;
  /** Part of the y axis to show. Default: everything. */
  readonly yRange?: readonly [number, number];
  /** Default: two at double width, one at single width. */
  readonly columns?: number;
  /** Default `"single"` for one panel, `"double"` for more. */
  readonly width?: FigureWidth;
  /** Height of a panel's plotting area in px. Default 170. */
  readonly panelHeight?: number;
}

/** A series of at most this many points shows them. */
const MOST_MARKERS = 16;

/**
 * A quantity, as a rule NE, against a resource on a log axis, in panels with a key inside each: for families of curves whose
 * members differ between panels, such as the sizes of several schemes. The table has the columns panel, series, x, y, lo, hi.
 *
 * Throws when there is nothing to draw, columns differ in length, or x (on a log axis also y) is not positive.
 *
 * ```ts
 * import { resourcePanels, sequentialColors } from "recscale/figures";
 * import assert from "node:assert/strict";
 *
 * const [dark, light] = sequentialColors(2);
 * const figure = resourcePanels({
 *   name: "two_sizes",
 *   caption: "NE against examples for two widths.",
 *   xTitle: "Training examples",
 *   yTitle: "NE",
 *   panels: [{
 *     keyTitle: "d",
 *     series: [
 *       { label: "2", x: [1e4, 1e5], y: [0.9, 0.85], color: dark },
 *       { label: "8", x: [1e4, 1e5], y: [0.9, 0.83], color: light },
 *     ],
 *   }],
 * });
 * assert.equal(figure.toCsv().split("\n")[1], "1,2,10000,0.9,,");
 * ```
 */
export function resourcePanels(options: ResourcePanelsOptions): Figure {
  const { name, caption, panels, xTitle, yTitle, yScale = "linear", sharedY = true, panelHeight = 170 } = options;
  check(options);
  const width = widthInPx(options.width ?? (panels.length > 1 ? "double" : "single"));
  const ranges = panels.map((panel) => options.yRange ?? yRange(sharedY ? panels : [panel], yScale, panelHeight));
  const yAxes = ranges.map(([lo, hi]) => yAxis(lo, hi, yScale, panelHeight));
  const tickWidth = Math.ceil(widestText(yAxes.flatMap((axis) => axis.ticktext ?? []), fontSizes.tick));
  const left = tickWidth + 30;
  const ownTitles = panels.some((panel) => panel.xTitle !== undefined);
  const grid = panelGrid({
    count: panels.length,
    columns: options.columns ?? (width < 500 ? 1 : 2),
    width,
    panelHeight,
    titles: panels.map((panel) => panel.title),
    top: 0,
    left,
    betweenColumns: tickWidth + 20,
    betweenRows: ownTitles ? 40 : 26,
    bottom: 38,
  });
  const data: ScatterTrace[] = [];
  const annotations: Annotation[] = [...grid.titles];
  const shapes: Shape[] = [];
  const axes: Record<string, Axis> = {};
  panels.forEach((panel, k) => {
    const place = grid.panels[k];
    const xRange = rangeOf(panel);
    for (const series of panel.series) {
      const { x, lo, hi, color } = series;
      if (lo && hi) data.push(bandTrace({ x, lo, hi, color, panel: place }));
    }
    for (const series of panel.series) {
      data.push(trace(series, place));
      if (series.labelled) annotations.push(endLabel(series, place, yScale));
    }
    if (panel.forecastFrom !== undefined) shapes.push(shaded(place, [panel.forecastFrom, xRange[1]], ranges[k], 0.06));
    if (panel.reference) {
      const { lo, hi } = panel.reference, [least, most] = ranges[k];
      if (lo !== undefined && hi !== undefined && lo < most && hi > least) {
        shapes.push(shaded(place, xRange, [Math.max(lo, least), Math.min(hi, most)], 0.14));
      }
      const { shape, annotation } = referenceLine({
        ...panel.reference,
        xRange,
        panel: place,
        logY: yScale === "log",
      });
      shapes.push(shape);
      annotations.push(annotation);
    }
    if (keySeries(panel).length > 0) annotations.push(keyOf(panel, place));
    axes[place.xaxis] = themeAxis({
      ...logAxis(...xRange, Math.max(2, Math.floor(place.width / 42))),
      domain: place.xDomain,
      anchor: place.y,
      showgrid: false,
      title: panel.xTitle ?? (place.lowest ? xTitle : undefined),
    });
    axes[place.yaxis] = themeAxis({
      ...yAxes[k],
      domain: place.yDomain,
      anchor: place.x,
      title: place.leftmost ? yTitle : undefined,
    });
  });
  const layout: Layout = { ...themeLayout(), ...grid.size, ...axes, showlegend: false, annotations, shapes };
  return new Figure({ name, caption, spec: { data, layout }, table: table(panels) });
}

/** A faint rectangle below the curves. */
function shaded(
  { x, y }: Panel,
  [x0, x1]: readonly [number, number],
  [y0, y1]: readonly [number, number],
  opacity: number,
): Shape {
  return {
    ...{ type: "rect", xref: x, yref: y, x0, x1, y0, y1 },
    line: { width: 0 },
    fillcolor: translucent(faintInk, opacity),
    layer: "between",
  };
}

function trace(series: ResourceSeries, panel: Panel): ScatterTrace {
  const { label, x, y, color, dash, symbol = "circle", draw = "both" } = series;
  const line = draw !== "points", points = draw === "points" || (draw === "both" && x.length <= MOST_MARKERS);
  return {
    type: "scatter",
    mode: line && points ? "lines+markers" : line ? "lines" : "markers",
    x,
    y,
    xaxis: panel.x,
    yaxis: panel.y,
    name: label,
    line: line ? { color, width: 1.5, dash } : undefined,
    marker: points ? { color, symbol, size: 4.5 } : undefined,
    hovertemplate: "%{x:.4s}: %{y:.5f}<extra>%{fullData.name}</extra>",
  };
}

function keySeries({ series, key }: ResourcePanel): readonly ResourceSeries[] {
  return key === "none" ? [] : series.filter(({ unnamed, labelled }) => !unnamed && !labelled);
}

/** The name of a series above its last point. Annotations on log axes are placed by the logarithm. */
function endLabel({ label, x, y, color }: ResourceSeries, panel: Panel, yScale: "linear" | "log"): Annotation {
  const [lastX, lastY] = [x[x.length - 1], y[y.length - 1]].map(Number);
  return {
    text: label,
    x: Math.log10(lastX),
    y: yScale === "log" ? Math.log10(lastY) : lastY,
    xref: panel.x,
    yref: panel.y,
    xanchor: "right",
    yanchor: "bottom",
    yshift: 1,
    showarrow: false,
    font: font(fontSizes.note, color),
  };
}

/** What stands for a series in a key. */
const SAMPLES = { points: "\u25CF", line: "\u2501", both: "\u2501" } as const;

/** What the colours of a panel are, one line a series, in the series' colours. */
function keyOf(panel: ResourcePanel, place: Panel): Annotation {
  const { key = "upper right", keyTitle } = panel;
  const upper = key === "upper right";
  const lines = keySeries(panel).map(({ label, color, draw = "both" }) =>
    upper
      ? `${label} <span style="color:${color}">${SAMPLES[draw]}</span>`
      : `<span style="color:${color}">${SAMPLES[draw]}</span> ${label}`
  );
  return {
    text: [...(keyTitle ? [keyTitle] : []), ...lines].join("<br>"),
    x: upper ? 1 : 0,
    y: upper ? 1 : 0,
    xref: `${place.x} domain`,
    yref: `${place.y} domain`,
    xanchor: upper ? "right" : "left",
    yanchor: upper ? "top" : "bottom",
    align: upper ? "right" : "left",
    showarrow: false,
    font: font(fontSizes.note),
  };
}

/** Room at both ends of an x axis. */
function rangeOf({ series }: ResourcePanel): readonly [number, number] {
  const x = series.flatMap((each) => numbers(each.x));
  const [fewest, most] = [Math.min(...x), Math.max(...x)];
  const pad = Math.max((most / fewest) ** 0.03, 1.05);
  return [fewest / pad, most * pad];
}

function yRange(
  panels: readonly ResourcePanel[],
  scale: "linear" | "log",
  height: number,
): readonly [number, number] {
  const y = panels.flatMap(({ series, reference }) => [
    ...series.flatMap((each) => [...numbers(each.y), ...numbers(each.lo), ...numbers(each.hi)]),
    ...(reference ? [reference.y] : []),
  ]).filter((value) => scale === "linear" || value > 0);
  const to = scale === "log" ? Math.log10 : (value: number) => value;
  const low = to(Math.min(...y)), high = to(Math.max(...y));
  const span = high > low ? high - low : 0.01;
  // a reference's label stands under its line
  const below = panels.some(({ reference }) => reference && to(reference.y) < low + 0.1 * span)
    ? (fontSizes.note + 12) / height
    : 0.05;
  const range = [low - below * span, high + 0.05 * span];
  return scale === "log" ? [10 ** range[0], 10 ** range[1]] : [range[0], range[1]];
}

function yAxis(lo: number, hi: number, scale: "linear" | "log", height: number): Partial<Axis> {
  const most = Math.max(3, Math.floor(height / 25));
  if (scale === "log") return logAxis(lo, hi, most);
  return { range: [lo, hi], tickmode: "array", ...tidyTicks(lo, hi, most) };
}

function table(panels: readonly ResourcePanel[]): TableRow[] {
  return panels.flatMap(({ title, series, reference }, k) => {
    const panel = title ?? String(k + 1);
    const rows: TableRow[] = series.flatMap((each) =>
      Array.from(each.x, (x, i) => ({
        panel,
        series: each.label,
        x,
        y: each.y[i],
        lo: each.lo?.[i],
        hi: each.hi?.[i],
      }))
    );
    if (reference) {
      const { label, y, lo, hi } = reference;
      rows.push({ panel, series: label, y, ...(lo === undefined ? {} : { lo, hi }) });
    }
    return rows;
  });
}

function check({ name, panels, yScale }: ResourcePanelsOptions): void {
  const fail = (text: string): never => {
    throw new RangeError(`Cannot draw the figure "${name}": ${text}.`);
  };
  if (panels.every(({ series }) => series.length === 0)) fail("there is no series, wanted at least one");
  for (const { label, x, y, lo, hi } of panels.flatMap(({ series }) => series)) {
    const lengths = [x, y, lo ?? y, hi ?? y].map((column) => column.length);
    if (new Set(lengths).size > 1 || lengths[0] === 0) {
      fail(`series "${label}" has ${lengths.join(", ")} values of x, y, lo, hi, wanted equally many and at least one`);
    }
    const wrong = [...x].find((value) => !(Number(value) > 0));
    if (wrong !== undefined) fail(`series "${label}" has x = ${wrong}, wanted numbers > 0 for a log axis`);
    const below = yScale === "log" ? [...y].find((value) => value !== null && Number(value) <= 0) : undefined;
    if (below !== undefined) fail(`series "${label}" has y = ${below}, wanted numbers > 0 for a log axis`);
  }
}

function numbers(column: PlotValues | undefined): number[] {
  return column ? [...column].filter((value): value is number => Number.isFinite(value)) : [];
}
