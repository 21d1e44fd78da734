import type { Panel } from "./panel_grid.ts";
import type { PlotValues, ScatterTrace } from "./plotly_spec.ts";
import { translucent } from "./theme.ts";

/** A band between two curves; all columns are equally long. */
export interface BandOptions {
  readonly x: PlotValues;
  readonly lo: PlotValues;
  readonly hi: PlotValues;
  /** `#rrggbb` of the curve that it belongs to. */
  readonly color: string;
  readonly panel: Panel;
  /** Hidden and shown with the curve of this group. */
  readonly legendgroup?: string;
}

/** The outline of the band, up one side and back the other; points without both ends are left out. */
export function bandTrace({ x, lo, hi, color, panel, legendgroup }: BandOptions): ScatterTrace {
  const points = Array.from(x, (at, k) => ({ x: at, lo: lo[k], hi: hi[k] }))
    .filter(({ lo, hi }) => Number.isFinite(lo) && Number.isFinite(hi));
  const back = points.toReversed();
  return {
    type: "scatter",
    mode: "none",
    x: [...points, ...back].map((point) => point.x),
    y: [...points.map((point) => point.hi), ...back.map((point) => point.lo)],
    xaxis: panel.x,
    yaxis: panel.y,
    legendgroup,
    showlegend: false,
    fill: "toself",
    fillcolor: translucent(color, 0.18),
    hoverinfo: "skip",
  };
}
