import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { NoBrowser, plotlySource } from "./browser.ts";
import type { Figure } from "./figure.ts";
import { plotlyConfig } from "./plotly_config.ts";
import { renderPdf, renderPng, renderSvg } from "./render.ts";

/** What a figure can be written as. */
export type FigureFormat = "svg" | "pdf" | "png" | "html" | "csv";

/** All of them, and the default of {@link exportFigure}. */
export const figureFormats: readonly FigureFormat[] = ["svg", "pdf", "png", "html", "csv"];

/** What came of an export. */
export interface ExportedFigure {
  /** Paths of the files written, in the order of the formats. */
  readonly written: readonly string[];
  /** Formats left out because there is no browser to draw them, with the reason. */
  readonly skipped: readonly { readonly format: FigureFormat; readonly reason: string }[];
}

/**
 * Writes `figure` into `folder` (made if need be) as `<name>.svg`, `.pdf`, `.png` (3 pixels to the CSS px), `.html`
 * (self-contained and interactive: 4.8 MB, Plotly is inside) and `.csv` (the table). Each file appears whole or not at all.
 *
 * SVG, PDF and PNG need a browser; without one they are skipped and the result says so.
 *
 * ```ts
 * import { exportFigure, learningCurves } from "recscale/figures";
 * import assert from "node:assert/strict";
 *
 * const figure = learningCurves({
 *   name: "falling",
 *   caption: "NE falls with data.",
 *   panels: [{ curves: [{ label: "DLRM", examples: [1e4, 1e5], ne: [0.9, 0.85] }] }],
 * });
 * const folder = await Deno.makeTempDir();
 * const { written } = await exportFigure(figure, folder, ["csv"]);
 * assert.equal(written.length, 1);
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export async function exportFigure(
  figure: Figure,
  folder: string,
  formats: readonly FigureFormat[] = figureFormats,
): Promise<ExportedFigure> {
  await mkdir(folder, { recursive: true });
  const written: string[] = [];
  const skipped: { format: FigureFormat; reason: string }[] = [];
  for (const format of formats) {
    try {
      const path = join(folder, `${figure.name}.${format}`);
      await writeWhole(path, await contents(figure, format));
      written.push(path);
    } catch (error) {
      if (!(error instanceof NoBrowser)) throw error;
      skipped.push({ format, reason: error.message });
    }
  }
  return { written, skipped };
}

async function contents(figure: Figure, format: FigureFormat): Promise<string | Uint8Array> {
  switch (format) {
    case "svg":
      return await renderSvg(figure.spec);
    case "pdf":
      return await renderPdf(figure.spec);
    case "png":
      return await renderPng(figure.spec);
    case "html":
      return htmlPage(figure, await plotlySource());
    case "csv":
      return figure.toCsv();
  }
}

/** Writes beside `path` and renames, so that no reader ever sees half a file. */
async function writeWhole(path: string, data: string | Uint8Array): Promise<void> {
  const partial = `${path}.${Deno.pid}.partial`;
  try {
    await writeFile(partial, data);
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw new Error(`Cannot write the figure file ${path}: ${error instanceof Error ? error.message : error}`, {
      cause: error,
    });
  }
}

function htmlPage(figure: Figure, plotly: string): string {
  // "<" cannot end the script when it is written as an escape; JSON allows that inside strings, where alone it occurs.
  const spec = JSON.stringify(figure.spec).replaceAll("<", "\\u003c");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>${escapeHtml(figure.name)}</title>
<style>
body { margin: 2em auto; max-width: ${figure.spec.layout.width}px; font-family: sans-serif; }
figure { margin: 0 } figcaption { margin-top: 1em; color: #333 }
</style>
<script>${plotly}</script>
</head>
<body>
<figure><div id="figure"></div><figcaption>${escapeHtml(figure.caption)}</figcaption></figure>
<script>
const spec = ${spec};
Plotly.newPlot("figure", spec.data, spec.layout, ${JSON.stringify(plotlyConfig)});
</script>
</body>
</html>
`;
}

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
