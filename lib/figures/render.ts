import { withPage } from "./browser.ts";
import type { PlotlySpec } from "./plotly_spec.ts";

/** The one function of Plotly that runs in the page. */
interface PlotlyInPage {
  toImage(spec: unknown, options: { format: string; width: number; height: number; scale: number }): Promise<string>;
}

/** Longest time for one image; a figure takes some 30 ms. */
const limitMs = 30_000;

/**
 * The figure as SVG. The same spec gives the same bytes on the same machine: Plotly takes the ids inside an SVG from
 * `Math.random`, which is replaced by a fixed sequence in the page while it draws.
 *
 * Throws `NoBrowser` where no browser can be started.
 */
export async function renderSvg(spec: PlotlySpec): Promise<string> {
  return await toImage(spec, "svg", 1);
}

/** The figure as PNG, `scale` pixels to the CSS px (3 makes 288 dots to the inch). Throws `NoBrowser`. */
export async function renderPng(spec: PlotlySpec, scale = 3): Promise<Uint8Array<ArrayBuffer>> {
  const uri = await toImage(spec, "png", scale);
  return Uint8Array.from(atob(uri.slice(uri.indexOf(",") + 1)), (char) => char.charCodeAt(0));
}

/**
 * The figure as a PDF of one page of exactly its size, with vector graphics and embedded fonts. The dates in it are set to
 * a fixed one, so that the same figure gives the same bytes. Throws `NoBrowser`.
 */
export async function renderPdf(spec: PlotlySpec): Promise<Uint8Array<ArrayBuffer>> {
  const svg = await renderSvg(spec);
  const { width, height } = spec.layout;
  const pdf = await withPage(async (page) => {
    const sheet = await page.context().newPage();
    try {
      await sheet.setContent(
        `<!doctype html><meta charset=utf-8><style>body { margin: 0 } svg { display: block }</style>${svg}`,
      );
      return await sheet.pdf({ width: `${width}px`, height: `${height}px`, printBackground: true, pageRanges: "1" });
    } finally {
      await sheet.close();
    }
  });
  return withFixedDates(pdf);
}

async function toImage(spec: PlotlySpec, format: "svg" | "png", scale: number): Promise<string> {
  const { width, height } = spec.layout;
  return await withPage(async (page) => {
    const late = setTimeout(() => void page.close(), limitMs); // which ends what runs in it
    try {
      return await page.evaluate(drawInPage, { spec, options: { format, width, height, scale } });
    } catch (error) {
      const [reason] = (error instanceof Error ? error.message : String(error)).split("\n");
      throw new Error(`Plotly could not draw the figure as ${format}: ${reason}`, { cause: error });
    } finally {
      clearTimeout(late);
    }
  });
}

/**
 * Runs in the page: must not refer to anything outside itself. Plotly sets the attributes of an SVG element in an order
 * that depends on what it drew before, so they are sorted.
 */
async function drawInPage(
  { spec, options }: { spec: unknown; options: Parameters<PlotlyInPage["toImage"]>[1] },
): Promise<string> {
  const plotly = (globalThis as unknown as { Plotly: PlotlyInPage }).Plotly;
  const random = Math.random;
  let state = 1;
  Math.random = () => (state = (state * 16807) % 2147483647) / 2147483647;
  let uri: string;
  try {
    uri = await plotly.toImage(spec, options);
  } finally {
    Math.random = random;
  }
  if (options.format !== "svg") return uri;
  const svg = decodeURIComponent(uri.slice(uri.indexOf(",") + 1));
  const tree = new DOMParser().parseFromString(svg, "image/svg+xml");
  for (const element of tree.querySelectorAll("*")) {
    const attributes = [...element.attributes].sort((a, b) => a.name < b.name ? -1 : 1);
    for (const attribute of attributes) element.removeAttributeNode(attribute);
    for (const attribute of attributes) element.setAttributeNode(attribute);
  }
  return new XMLSerializer().serializeToString(tree);
}

/** Replaces `D:20260102030405+00'00'` in place by a date of the same length, so that the offsets in the file still hold. */
function withFixedDates(pdf: Uint8Array): Uint8Array<ArrayBuffer> {
  const text = new TextDecoder("latin1").decode(pdf);
  const bytes = new Uint8Array(pdf);
  for (const match of text.matchAll(/\(D:(\d{14})/g)) {
    bytes.set(new TextEncoder().encode("20000101000000"), match.index + 3);
  }
  return bytes;
}
