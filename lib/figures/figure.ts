import { plainSpec, type PlotlySpec } from "./plotly_spec.ts";
import { NoBrowser } from "./browser.ts";
import { plotlyConfig } from "./plotly_config.ts";
import { renderSvg } from "./render.ts";
import { type TableRow, tableToCsv } from "./table_csv.ts";

/** What a notebook shows: one representation for each MIME type. */
export type MimeBundle = Readonly<Record<string, unknown>>;

/** The name under which Deno's notebook kernel looks for how a value shows itself. */
export const jupyterDisplay: unique symbol = Symbol.for("Jupyter.display");

/** The parts of a {@link Figure}. */
export interface FigureParts {
  /** File name without extension: letters, digits, `-` and `_`. */
  readonly name: string;
  /** What the figure shows, in a sentence or two; the caption of a paper. Plain text. */
  readonly caption: string;
  readonly spec: PlotlySpec;
  /** Every number that is drawn, one row a point. */
  readonly table: readonly TableRow[];
}

/**
 * A figure: what Plotly draws, and the table behind it.
 *
 * In a notebook it shows itself: interactive where the front end has a Plotly renderer, as a static SVG elsewhere, as its
 * caption in plain text. Without a browser on the machine (see `findChromium`) the SVG is left out and the text says why.
 * Files are written by `exportFigure`.
 *
 * ```ts
 * import { Figure } from "recscale/figures";
 * import assert from "node:assert/strict";
 *
 * const figure = new Figure({
 *   name: "two_points",
 *   caption: "Two points.",
 *   spec: {
 *     data: [{ type: "scatter", mode: "markers", x: [1, 2], y: [0.9, 0.8] }],
 *     layout: { width: 336, height: 240 },
 *   },
 *   table: [{ examples: 1, ne: 0.9 }, { examples: 2, ne: 0.8 }],
 * });
 * assert.equal(figure.toCsv(), "examples,ne\n1,0.9\n2,0.8\n");
 * ```
 */
export class Figure {
  readonly name: string;
  readonly caption: string;
  /** Plain JSON: no typed arrays, no NaN. */
  readonly spec: PlotlySpec;
  readonly table: readonly TableRow[];

  constructor(parts: FigureParts) {
    if (!/^[\w-]+$/.test(parts.name)) {
      throw new Error(
        `Cannot name a figure ${JSON.stringify(parts.name)}: its files are named after it, so only letters, digits, ` +
          `"-" and "_" are allowed.`,
      );
    }
    this.name = parts.name;
    this.caption = parts.caption;
    this.spec = plainSpec(parts.spec);
    this.table = parts.table;
  }

  /** The table as CSV: a header line, one line a row, numbers in full precision. */
  toCsv(): string {
    return tableToCsv(this.table);
  }

  /** The MIME bundle for a notebook: Plotly JSON, SVG where a browser can be had, and the caption. No HTML. */
  async [jupyterDisplay](): Promise<MimeBundle> {
    const bundle: Record<string, unknown> = {
      "application/vnd.plotly.v1+json": { ...this.spec, config: plotlyConfig },
    };
    let text = this.caption;
    try {
      bundle["image/svg+xml"] = await renderSvg(this.spec);
    } catch (error) {
      if (!(error instanceof NoBrowser)) throw error;
      text += `\n(No static image: ${error.message})`;
    }
    bundle["text/plain"] = text;
    return bundle;
  }
}
