/**
 * The part of Plotly's figure format that our builders use. Plotly accepts far more; a builder that needs another field
 * adds it here, so that a misspelt field is a type error and not a setting silently ignored.
 * Reference: https://plotly.com/javascript/reference/
 */

/** One value of a column; `null` is a gap. */
export type PlotValue = number | string | null;

/** A column of values. Typed arrays are accepted and become plain arrays in the figure. */
export type PlotValues = readonly PlotValue[] | Float32Array | Float64Array | Int32Array | Uint32Array;

export interface Font {
  readonly family?: string;
  /** CSS px. */
  readonly size?: number;
  readonly color?: string;
  readonly weight?: number;
}

export interface Line {
  readonly color?: string;
  readonly width?: number;
  /** `"solid"`, `"dot"`, `"dash"` (which grow with the width), or lengths such as `"6px,4px"`. */
  readonly dash?: string;
}

export interface Marker {
  readonly color?: string | PlotValues;
  /** Diameter in px. */
  readonly size?: number | PlotValues;
  readonly symbol?: string | readonly string[];
  readonly opacity?: number;
  readonly line?: Line;
}

/** Distances from the point up or right (`array`), and down or left (`arrayminus`). */
export interface ErrorBars {
  readonly type: "data";
  readonly symmetric: boolean;
  readonly array: PlotValues;
  readonly arrayminus?: PlotValues;
  readonly color?: string;
  readonly thickness?: number;
  /** Length of the caps in px. */
  readonly width?: number;
}

interface CommonTrace {
  readonly x: PlotValues;
  readonly y: PlotValues;
  readonly name?: string;
  /** `"x"`, `"x2"`, ...: which axis of the layout the trace belongs to. */
  readonly xaxis?: string;
  readonly yaxis?: string;
  readonly marker?: Marker;
  readonly error_x?: ErrorBars;
  readonly error_y?: ErrorBars;
  readonly opacity?: number;
  readonly legendgroup?: string;
  readonly showlegend?: boolean;
  readonly hoverinfo?: "skip" | "name" | "x+y" | "text";
  readonly hovertemplate?: string;
  readonly text?: PlotValues;
  readonly customdata?: readonly (readonly PlotValue[])[];
  readonly cliponaxis?: boolean;
}

/** Points, lines between them, or an area. */
export interface ScatterTrace extends CommonTrace {
  readonly type: "scatter";
  readonly mode: "lines" | "markers" | "lines+markers" | "text" | "none";
  readonly line?: Line;
  readonly fill?: "none" | "toself" | "tozeroy";
  readonly fillcolor?: string;
  readonly connectgaps?: boolean;
}

/** Bars. */
export interface BarTrace extends CommonTrace {
  readonly type: "bar";
  readonly width?: number | PlotValues;
  readonly orientation?: "v" | "h";
}

/** One series of a figure. */
export type Trace = ScatterTrace | BarTrace;

/** One axis: its scale and range, title, ticks, grid and line. */
export interface Axis {
  readonly type?: "linear" | "log" | "category";
  /** On a log axis: powers of ten. */
  readonly range?: readonly [number, number];
  /** Part of the plotting area that the axis covers, from 0 to 1. */
  readonly domain?: readonly [number, number];
  readonly anchor?: string;
  readonly title?: { readonly text: string; readonly font?: Font; readonly standoff?: number };
  readonly tickmode?: "auto" | "linear" | "array";
  readonly tickvals?: readonly PlotValue[];
  readonly ticktext?: readonly string[];
  readonly tickformat?: string;
  readonly tickfont?: Font;
  readonly nticks?: number;
  readonly ticks?: "outside" | "inside" | "";
  readonly ticklen?: number;
  readonly tickwidth?: number;
  readonly tickcolor?: string;
  readonly showticklabels?: boolean;
  readonly minor?: {
    readonly tickmode?: "array";
    readonly tickvals?: readonly number[];
    readonly ticks?: "outside" | "inside" | "";
    readonly ticklen?: number;
    readonly tickcolor?: string;
  };
  readonly showgrid?: boolean;
  readonly gridcolor?: string;
  readonly gridwidth?: number;
  readonly showline?: boolean;
  readonly linecolor?: string;
  readonly linewidth?: number;
  readonly zeroline?: boolean;
  readonly mirror?: boolean;
  readonly automargin?: boolean;
  readonly fixedrange?: boolean;
  /** False: neither line nor ticks, grid or title. */
  readonly visible?: boolean;
}

/** A text in the figure. */
export interface Annotation {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  /** `"paper"`, `"x"`, `"x domain"`, ... */
  readonly xref: string;
  readonly yref: string;
  readonly xanchor?: "left" | "center" | "right";
  readonly yanchor?: "top" | "middle" | "bottom";
  readonly xshift?: number;
  readonly yshift?: number;
  readonly showarrow: false;
  readonly align?: "left" | "center" | "right";
  readonly font?: Font;
  readonly bgcolor?: string;
}

/** A line or rectangle in the figure, or a path. */
export type Shape = StraightShape | PathShape;

interface StraightShape extends CommonShape {
  readonly type: "line" | "rect";
  readonly x0: number;
  readonly x1: number;
  readonly y0: number;
  readonly y1: number;
}

interface PathShape extends CommonShape {
  readonly type: "path";
  /** SVG path commands in the coordinates of the axes: M, L, Q, C, Z. */
  readonly path: string;
}

interface CommonShape {
  readonly xref: string;
  readonly yref: string;
  readonly line?: Line;
  readonly fillcolor?: string;
  /** `"between"`: above the grid and below the data; Plotly 4.1 fails on it when a reference is a `domain`. */
  readonly layer?: "above" | "between" | "below";
}

export interface Legend {
  readonly orientation?: "h" | "v";
  readonly x?: number;
  readonly y?: number;
  readonly xref?: "paper" | "container";
  readonly yref?: "paper" | "container";
  readonly xanchor?: "left" | "center" | "right";
  readonly yanchor?: "top" | "middle" | "bottom";
  readonly font?: Font;
  readonly entrywidth?: number;
  readonly itemwidth?: number;
  readonly tracegroupgap?: number;
  readonly bgcolor?: string;
}

/** All of a figure but its data: size, margins, axes, legend, texts and shapes. */
export interface Layout {
  /** Size of the whole figure in CSS px, 96 to the inch. */
  readonly width: number;
  readonly height: number;
  readonly margin?: {
    readonly l: number;
    readonly r: number;
    readonly t: number;
    readonly b: number;
    readonly pad?: number;
    readonly autoexpand?: boolean;
  };
  readonly font?: Font;
  readonly colorway?: readonly string[];
  readonly paper_bgcolor?: string;
  readonly plot_bgcolor?: string;
  readonly showlegend?: boolean;
  readonly legend?: Legend;
  readonly hovermode?: "closest" | "x" | "x unified" | false;
  readonly barmode?: "group" | "stack" | "overlay";
  readonly bargap?: number;
  readonly annotations?: readonly Annotation[];
  readonly shapes?: readonly Shape[];
  readonly xaxis?: Axis;
  readonly yaxis?: Axis;
  readonly [axis: `xaxis${number}`]: Axis;
  readonly [axis: `yaxis${number}`]: Axis;
}

/** What Plotly draws. */
export interface PlotlySpec {
  readonly data: readonly Trace[];
  readonly layout: Layout;
}

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/**
 * `spec` as JSON can carry it: typed arrays become arrays, NaN and the infinities become `null` (a gap in a line), and
 * fields that are `undefined` go.
 *
 * ```ts
 * import { plainSpec } from "recscale/figures";
 * import assert from "node:assert/strict";
 *
 * const spec = plainSpec({
 *   data: [{ type: "scatter", mode: "lines", x: Float32Array.of(1, 2), y: [NaN, 3] }],
 *   layout: { width: 336, height: 240 },
 * });
 * assert.deepEqual(spec.data[0].x, [1, 2]);
 * assert.deepEqual(spec.data[0].y, [null, 3]);
 * ```
 */
export function plainSpec(spec: PlotlySpec): PlotlySpec {
  return plain(spec) as unknown as PlotlySpec;
}

function plain(value: unknown): Json {
  switch (typeof value) {
    case "number":
      return Number.isFinite(value) ? value : null;
    case "string":
    case "boolean":
      return value;
    case "object": {
      if (value === null) return null;
      if (Array.isArray(value)) return value.map(plain);
      if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
        return Array.from(value as unknown as ArrayLike<number>, plain);
      }
      const fields = Object.entries(value).filter(([, field]) => field !== undefined);
      return Object.fromEntries(fields.map(([key, field]) => [key, plain(field)]));
    }
    default:
      throw new TypeError(
        `Cannot put a ${typeof value} into a Plotly figure: wanted numbers, strings, arrays, objects.`,
      );
  }
}
