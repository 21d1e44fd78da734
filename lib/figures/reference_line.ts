import type { Panel } from "./panel_grid.ts";
import type { Annotation, Shape } from "./plotly_spec.ts";
import { faintInk, font, fontSizes, referenceDash } from "./theme.ts";

/** A level to compare curves with, such as a known optimum. */
export interface ReferenceLineOptions {
  readonly y: number;
  readonly label: string;
  /** In data units. */
  readonly xRange: readonly [number, number];
  readonly panel: Panel;
  /** On a log axis, annotations are placed by the logarithm. Default false. */
  readonly logY?: boolean;
}

/** A dashed line across a panel, and what it is: under the line at its left end, where no curve comes but by chance. */
export function referenceLine(
  { y, label, xRange: [x0, x1], panel, logY = false }: ReferenceLineOptions,
): { shape: Shape; annotation: Annotation } {
  return {
    shape: {
      type: "line",
      xref: panel.x,
      yref: panel.y,
      x0,
      x1,
      y0: y,
      y1: y,
      line: { color: faintInk, width: 1.1, dash: referenceDash },
      layer: "between",
    },
    annotation: {
      text: label,
      x: 0,
      y: logY ? Math.log10(y) : y,
      xref: `${panel.x} domain`,
      yref: panel.y,
      xanchor: "left",
      yanchor: "top",
      xshift: 3,
      yshift: 1,
      showarrow: false,
      font: font(fontSizes.note, faintInk),
    },
  };
}
