import type { Axis, Font, Layout } from "./plotly_spec.ts";

/**
 * How every figure of the workspace looks: made for a column of a paper, where it is printed at its own size.
 * Sizes are in CSS px, 96 to the inch, so 336 px are 3.5 in, and 10.7 px are 8 pt.
 */

/** Figure widths in px: one column (3.5 in) and the page (7 in). */
export const columnWidths = { single: 336, double: 672 } as const;

/** A figure's width: a named one or px. */
export type FigureWidth = keyof typeof columnWidths | number;

/** `width` in px. Throws for one in which no axis has room. */
export function widthInPx(width: FigureWidth): number {
  const px = typeof width === "number" ? width : columnWidths[width];
  if (!(px >= 160)) {
    throw new RangeError(`Cannot make a figure ${width} wide: wanted "single", "double" or at least 160 (px).`);
  }
  return px;
}

/**
 * Colours that stay apart for all common kinds of colour blindness (Okabe and Ito 2008), in an order that begins with the
 * strongest contrasts; their yellow is left out because it vanishes on white. Text and axes are {@link ink}.
 */
export const palette = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000"] as const;

/** Text, axes and reference lines. */
export const ink = "#262626";

/** Reference lines and what is said about them. */
export const faintInk = "#595959";

const grid = "#E6E6E6";

/** Dash of reference lines, longer than that of any series. */
export const referenceDash = "6px,4px";

/** Marker shapes and dashes that go with the colours, so that a print in grey can still be read. */
const symbols = ["circle", "square", "diamond", "triangle-up", "cross", "x", "triangle-down"];
const dashes = ["solid", "solid", "solid", "solid", "3px,2px", "3px,2px", "3px,2px"];

/** Colour, marker and dash of the `index`th series; after seven they repeat. */
export function seriesStyle(index: number): { color: string; symbol: string; dash: string } {
  const k = index % palette.length;
  return { color: palette[k], symbol: symbols[k], dash: dashes[k] };
}

/** `#rrggbb` as a colour that lets through what is behind; `opacity` from 0 to 1. */
export function translucent(color: string, opacity: number): string {
  const [r, g, b] = [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));
  return `rgba(${r},${g},${b},${opacity})`;
}

/** Font sizes in px. */
export const fontSizes = { title: 11, axis: 11, tick: 10, legend: 10, note: 10 } as const;

/**
 * What readers have (Arial, Helvetica), its metric twin on Linux, then the one that comes with our Chromium: a machine
 * without any fonts still draws text.
 */
export const fontFamily = "Arial, Helvetica, 'Liberation Sans', 'Open Sans', 'DejaVu Sans', sans-serif";

/** The theme's font in a given size. */
export function font(size: number, color: string = ink): Font {
  return { family: fontFamily, size, color };
}

/** The parts of a layout that are the same in every figure. */
export function themeLayout(): Omit<Layout, "width" | "height"> {
  return {
    font: font(fontSizes.tick),
    colorway: palette,
    paper_bgcolor: "#FFFFFF",
    plot_bgcolor: "#FFFFFF",
    hovermode: "closest",
  };
}

/** An axis in the theme: a line with outside ticks, a light grid; `own` is added or replaces. */
export function themeAxis(own: Omit<Axis, "title"> & { readonly title?: string }): Axis {
  const { title, ...rest } = own;
  return {
    showline: true,
    linecolor: ink,
    linewidth: 0.8,
    zeroline: false,
    showgrid: true,
    gridcolor: grid,
    gridwidth: 0.6,
    ticks: "outside",
    ticklen: 3,
    tickwidth: 0.8,
    tickcolor: ink,
    tickfont: font(fontSizes.tick),
    automargin: false,
    title: title === undefined ? undefined : { text: title, font: font(fontSizes.axis), standoff: 6 },
    ...rest,
  };
}
