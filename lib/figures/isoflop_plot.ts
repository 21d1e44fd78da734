import type { ReportedIsoflop } from "../scaling/isoflop_report.ts";
import type { RunsGroup } from "../scaling/runs_table.ts";
import type { Figure } from "./figure.ts";
import { type ResourcePanel, resourcePanels, type ResourceSeries } from "./resource_panels.ts";
import { sequentialColors } from "./sequential_colors.ts";
import { ink } from "./theme.ts";

/** What a figure of an isoFLOP analysis shows. */
export interface IsoflopPlotOptions {
  readonly name: string;
  /** Names of the loss and of the parameters, as on the axes. */
  readonly loss: string;
  readonly parameters: string;
  /** Runs whose resources are compute, parameters and perhaps data, and what was found of each. */
  readonly groups: readonly RunsGroup[];
  readonly reports: readonly ReportedIsoflop[];
}

/** Levels of compute with a name in the key. */
const MOST_NAMED = 3;

/**
 * Loss against size, a curve for each level of compute (through the best run of each size), with the best size of each: a panel for each
 * group.
 *
 * @throws {RangeError} when there is nothing to draw
 */
export function isoflopPlot({ name, loss, parameters, groups, reports }: IsoflopPlotOptions): Figure {
  return resourcePanels({
    name,
    caption: `${loss} against ${parameters} at equal compute, and the best size at each (diamonds).`,
    xTitle: parameters,
    yTitle: loss,
    yScale: "log",
    sharedY: false,
    panelHeight: 200,
    panels: reports.map((report, k) => panel(groups[k], report)),
  });
}

function panel({ name, observations }: RunsGroup, { analysis: { optima } }: ReportedIsoflop): ResourcePanel {
  const levels = [...new Set(observations.map(({ x: [flops] }) => flops))].sort((a, b) => a - b);
  const colors = sequentialColors(levels.length), every = Math.ceil(levels.length / MOST_NAMED);
  const curves = levels.map((flops, k): ResourceSeries => {
    const own = [...Map.groupBy(observations.filter(({ x }) => x[0] === flops), ({ x }) => x[1]).values()]
      .map((same) => same.reduce((a, b) => b.loss < a.loss ? b : a)).sort((a, b) => a.x[1] - b.x[1]);
    return {
      label: flops.toExponential(1),
      color: colors[k],
      unnamed: (levels.length - 1 - k) % every !== 0,
      x: own.map(({ x }) => x[1]),
      y: own.map((run) => run.loss),
    };
  });
  return {
    title: name || undefined,
    keyTitle: "FLOPs",
    key: "lower left", // where no curve comes: small models do not get to a low loss
    series: [
      ...curves,
      {
        label: "best",
        color: ink,
        draw: "points",
        symbol: "diamond",
        unnamed: true,
        x: optima.map((each) => each.parameters),
        y: optima.map((each) => each.loss),
      },
    ],
  };
}
