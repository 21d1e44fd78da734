import type { FittedGroup } from "../scaling/fit_report.ts";
import { shownInterval } from "../scaling/fit_report_text.ts";
import { fitInterval, type ResampledFits } from "../scaling/resampled_fits.ts";
import type { Figure } from "./figure.ts";
import { type ResourcePanel, resourcePanels, type ResourceSeries } from "./resource_panels.ts";
import { sequentialColors } from "./sequential_colors.ts";
import { faintInk, ink, palette } from "./theme.ts";
import { shortNumber } from "./tidy_ticks.ts";

/** What a figure of fitted scaling laws shows, and how. */
export interface ScalingFitPlotOptions {
  readonly name: string;
  readonly fitted: readonly FittedGroup[];
  /** Names of the loss and of the resources, as on the axes. */
  readonly loss: string;
  readonly x: readonly string[];
  /** How far beyond the largest x laws are drawn. Default 10 times. */
  readonly beyond?: number;
}

const POINTS = 60;

/**
 * Observed losses and the law fitted to them, a panel for each group: with the 95 % band of resampled fits, drawn dashed beyond
 * the largest observed x, where the panel is shaded, and the law's floor with its interval. A law of two resources is drawn against the second (data), a line for each value of the
 * first, without bands.
 *
 * @throws {RangeError} when there is nothing to draw
 */
export function scalingFitPlot({ name, fitted, loss, x, beyond = 10 }: ScalingFitPlotOptions): Figure {
  const best = [...Map.groupBy(fitted, ({ report }) => report.group).values()].map(([first]) => first);
  const laws = [...new Set(best.map(({ report }) => `${report.law}: ${report.formula}`))].join("; ");
  return resourcePanels({
    name,
    caption:
      `${loss} against ${
        x.at(-1)
      }, and the law fitted to it (${laws}), dashed beyond the observed (shaded); bands, also of the floor, are 95 % ` +
      `intervals over ${[...new Set(best.map(({ report }) => report.intervals))].join(" or ")}.`,
    xTitle: x.at(-1)!,
    yTitle: loss,
    sharedY: false,
    panelHeight: 200,
    panels: best.map((each) => x.length === 1 ? onePanel(each, beyond) : twoPanel(each, x[0], beyond)),
  });
}

/** Values of x from the smallest observed to beyond the largest, evenly in logarithms. */
function grid(from: number, to: number): number[] {
  return Array.from({ length: POINTS }, (_, k) => from * (to / from) ** (k / (POINTS - 1)));
}

function onePanel({ report, fits, observations }: FittedGroup, beyond: number): ResourcePanel {
  const values = observations.map((each) => each.x[0]);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const curve = (label: string, from: number, to: number, dash?: string): ResourceSeries => {
    const at = grid(from, to);
    const band = at.map((value) => fitInterval(fits, (each) => each.predict([value])));
    return {
      label,
      color: ink,
      draw: "line",
      dash,
      unnamed: dash !== undefined,
      x: at,
      y: band.map(({ value }) => value),
      lo: band.map(({ low }) => low),
      hi: band.map(({ high }) => high),
    };
  };
  const floor = fits.fit.law.floor, known = report.parameters !== null;
  return {
    title: report.group || undefined,
    keyTitle: known ? undefined : "not identified",
    reference: floorOf(fits, floor, known),
    forecastFrom: most,
    series: [
      curve(report.law, least, most),
      curve("forecast", most, beyond * most, "4px,3px"),
      { label: "runs", color: palette[0], draw: "points", x: values, y: observations.map((each) => each.loss) },
    ],
  };
}

/** The floor of a law that has one, with its interval; none where it is not identified. */
function floorOf(fits: ResampledFits, floor: string | null, known: boolean): ResourcePanel["reference"] {
  if (floor === null || !known) return undefined;
  const { value, low, high } = fitInterval(fits, ({ best }) => best[floor]);
  return { y: value, label: `floor ${floor} ${shownInterval({ value, low, high })}`, lo: low, hi: high };
}

/** Lines for at most this many values of the first resource. */
const MOST_LINES = 8;

function twoPanel({ report, fits, observations }: FittedGroup, first: string, beyond: number): ResourcePanel {
  const all = [...new Set(observations.map((each) => each.x[0]))].sort((a, b) => a - b);
  const every = Math.ceil(all.length / MOST_LINES);
  const sizes = all.filter((_, k) => (all.length - 1 - k) % every === 0), colors = sequentialColors(sizes.length);
  const series = sizes.flatMap((size, k): ResourceSeries[] => {
    const own = observations.filter((each) => each.x[0] === size);
    const data = own.map((each) => each.x[1]);
    const [least, most] = [Math.min(...data), Math.max(...data)];
    const curve = (from: number, to: number, dash?: string): ResourceSeries => {
      const at = grid(from, to), unnamed = dash !== undefined && most > least;
      const y = at.map((value) => fits.fit.predict([size, value]));
      return { label: shortNumber(size), color: colors[k], draw: "line", dash, unnamed, x: at, y };
    };
    const points: ResourceSeries = {
      label: shortNumber(size),
      color: colors[k],
      draw: "points",
      unnamed: true,
      x: data,
      y: own.map((each) => each.loss),
    };
    return [...(most > least ? [curve(least, most)] : []), curve(most, beyond * most, "4px,3px"), points];
  });
  const floor = fits.fit.law.floor;
  return {
    title: report.group || undefined,
    keyTitle: first,
    reference: floorOf(fits, floor, report.parameters !== null),
    series: series.length > 0 ? series : [{ label: "", color: faintInk, x: [1], y: [1] }],
  };
}
