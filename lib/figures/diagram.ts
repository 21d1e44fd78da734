import { Figure } from "./figure.ts";
import type { Annotation, PlotlySpec, Shape } from "./plotly_spec.ts";
import type { TableRow } from "./table_csv.ts";
import { widestText } from "./text_width.ts";
import { columnWidths, faintInk, font, fontSizes, ink, themeLayout } from "./theme.ts";

/** A place in px from the lower left corner of the drawing. */
export type Point = readonly [x: number, y: number];

/** A rectangle by its lower left corner. */
export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** How a box looks. */
export interface BoxStyle {
  readonly fill?: string;
  readonly line?: string;
  readonly dash?: string;
}

/** A drawing of boxes and arrows under way: what is drawn first lies below. */
export interface Diagram {
  readonly shapes: Shape[];
  readonly annotations: Annotation[];
}

/** Font size of all text in a diagram. */
export const diagramFont = fontSizes.note;

/** Height in px of one line of text. */
export const lineHeight = 13;

const axes = { xref: "x", yref: "y" } as const;
const thin = 1;

/** Width in px of the widest of `texts` in bold, which is about a tenth wider. */
export const boldWidth = (texts: readonly string[]): number => 1.1 * widestText(texts, diagramFont);

/** Nothing drawn yet. */
export const emptyDiagram = (): Diagram => ({ shapes: [], annotations: [] });

/** Draws a box with rounded corners and centred lines of text in it, the first of them bold. */
export function box(to: Diagram, at: Rectangle, lines: readonly string[], style: BoxStyle = {}): void {
  const { x, y, width, height } = at;
  const r = Math.min(4, width / 2, height / 2), right = x + width, top = y + height;
  to.shapes.push({
    ...axes,
    type: "path",
    path: `M${x + r},${y} L${right - r},${y} Q${right},${y} ${right},${y + r} L${right},${top - r} ` +
      `Q${right},${top} ${right - r},${top} L${x + r},${top} Q${x},${top} ${x},${top - r} L${x},${y + r} ` +
      `Q${x},${y} ${x + r},${y} Z`,
    line: { color: style.line ?? ink, width: thin, dash: style.dash },
    fillcolor: style.fill ?? "#FFFFFF",
    layer: "below",
  });
  const [first, ...rest] = lines;
  if (first === undefined) return;
  const faint = rest.map((line) => `<span style="color:${faintInk}">${line}</span>`);
  text(to, [x + width / 2, y + height / 2], [`<b>${first}</b>`, ...faint].join("<br>"));
}

/** Writes a text around a point. */
export function text(
  to: Diagram,
  [x, y]: Point,
  said: string,
  { xanchor = "center", yanchor = "middle", color = ink }: Pick<Annotation, "xanchor" | "yanchor"> & {
    color?: string;
  } = {},
): void {
  const align = xanchor;
  to.annotations.push({
    ...axes,
    text: said,
    x,
    y,
    xanchor,
    yanchor,
    align,
    showarrow: false,
    font: font(diagramFont, color),
  });
}

/** Draws a line through points, with an arrow head at the last. */
export function arrow(
  to: Diagram,
  points: readonly Point[],
  { dash, color = ink, head = true }: { dash?: string; color?: string; head?: boolean } = {},
): void {
  const [x1, y1] = points.at(-1)!, [x0, y0] = points.at(-2)!;
  const length = Math.hypot(x1 - x0, y1 - y0), u = (x1 - x0) / length, v = (y1 - y0) / length;
  const size = 6, half = 2.6;
  const neck: Point = head ? [x1 - size * u, y1 - size * v] : [x1, y1];
  const line = [...points.slice(0, -1), neck].map(([x, y], i) => `${i === 0 ? "M" : "L"}${x},${y}`).join(" ");
  to.shapes.push({ ...axes, type: "path", path: line, line: { color, width: thin, dash }, layer: "below" });
  if (!head) return;
  const [nx, ny] = neck;
  to.shapes.push({
    ...axes,
    type: "path",
    path: `M${x1},${y1} L${nx - half * v},${ny + half * u} L${nx + half * v},${ny - half * u} Z`,
    line: { color, width: 0 },
    fillcolor: color,
    layer: "below",
  });
}

/** The drawing as a figure of its own size; narrower ones stand in the middle of a column of a paper. */
export function diagramFigure(
  drawn: Diagram,
  size: { readonly width: number; readonly height: number },
  said: { readonly name: string; readonly caption: string; readonly table: readonly TableRow[] },
): Figure {
  const width = Math.max(columnWidths.single, Math.ceil(size.width)), height = Math.ceil(size.height);
  const left = -(width - size.width) / 2;
  const axis = { visible: false, fixedrange: true, showgrid: false, zeroline: false };
  const spec: PlotlySpec = {
    data: [],
    layout: {
      ...themeLayout(),
      width,
      height,
      margin: { l: 0, r: 0, t: 0, b: 0, pad: 0, autoexpand: false },
      hovermode: false,
      showlegend: false,
      xaxis: { ...axis, range: [left, left + width] },
      yaxis: { ...axis, range: [0, height] },
      shapes: drawn.shapes,
      annotations: drawn.annotations,
    },
  };
  return new Figure({ ...said, spec });
}
