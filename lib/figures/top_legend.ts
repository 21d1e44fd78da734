import type { Legend } from "./plotly_spec.ts";
import { font, fontSizes } from "./theme.ts";
import { widestText } from "./text_width.ts";

/** A legend and the room it takes. */
export interface TopLegend {
  /** Height in px to keep free at the top of the figure; 0 without entries. */
  readonly height: number;
  readonly legend: Legend | undefined;
}

/** What Plotly gives a row at this font size. */
const rowHeight = 19;
/** Line sample (30) and the gaps Plotly leaves around it. */
const sampleWidth = 46;
/** Plotly keeps this much of the figure's right edge free of legend entries. */
const rightGap = 10;

/**
 * A legend in columns across the top of a figure `width` px wide, above all plotting areas, so that it never covers data.
 * All entries are as wide as the longest label.
 */
export function topLegend(labels: readonly string[], width: number, left: number): TopLegend {
  if (labels.length === 0) return { height: 0, legend: undefined };
  const entrywidth = Math.ceil(widestText(labels, fontSizes.legend)) + 4;
  const columns = Math.max(1, Math.floor((width - left - rightGap) / (entrywidth + sampleWidth)));
  const rows = Math.ceil(labels.length / columns);
  return {
    height: rows * rowHeight + 2,
    legend: {
      orientation: "h",
      xref: "container",
      yref: "container",
      x: left / width,
      y: 1,
      xanchor: "left",
      yanchor: "top",
      entrywidth,
      font: font(fontSizes.legend),
      bgcolor: "rgba(255,255,255,0)",
      tracegroupgap: 0,
    },
  };
}
