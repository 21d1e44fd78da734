import assert from "node:assert/strict";
import { Resvg } from "@resvg/resvg-js";
import {
  browserProblem,
  closeBrowser,
  exportFigure,
  jupyterDisplay,
  renderPng,
  renderSvg,
} from "../../lib/figures/mod.ts";
import * as examples from "./example_figures.ts";
import { pngPixels } from "./png_pixels.ts";

const problem = await browserProblem();
if (problem) console.error(`NO RENDERED FIGURE IS TESTED: ${problem}`);

/** The browser lives on between the tests and is closed after the last. */
function renderedTest(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, fn, ignore: problem !== undefined, sanitizeOps: false, sanitizeResources: false });
}
Deno.test.afterAll(closeBrowser);

/** Words that must be readable in each figure. */
const words: Record<keyof typeof examples, string[]> = {
  onePanel: [
    "Synthetic clicks",
    "Training examples",
    "Normalized entropy (NE)",
    "Bayes-optimal NE 0.7912",
    "DHEN",
    "100k",
  ],
  threePanels: ["Stationary", "Drifting", "Criteo sample", "DHEN (3 layers)", "Bayes-optimal NE 0.7900"],
  calibration: [
    "Synthetic clicks",
    "Mean predicted click probability",
    "Observed click rate",
    "Examples",
    "Pruned to 90%",
  ],
  dhenLayer: [
    "AdvancedDLRM",
    "Self-attention",
    "4 heads, FFN 64",
    "3 × 3, 1 channel",
    "x * (A x + b)",
    "shortcut",
    "W: 13 × 20",
    "raw columns",
    ": concatenation",
    "over each token",
    ": 20 tokens of width 8",
  ],
  dhenStack: ["AdvancedDLRM", "Linear", "DLRM", "Add &amp; Norm", ": 13 × 8"],
  features: ["MLP", "4–32–8", "Lookup", "10,000 × 8", "advertiser_…", "12 categorical fields", "12", "⋯"],
  linearCalibration: ["Mean predicted click probability", "Observed click rate", "DLRM", "0.5"],
  resources: ["Widths", "Compute", "d", "Bayes optimum", "law", "Training examples D", "FLOPs", "NE"],
  intervals: ["Embedding rows", "Embedding width", "Overarch", "main", "control", "NE difference (%)"],
  scalingFit: ["Examples", "NE", "data", "rows"],
  isoflop: ["parameters", "loss", "FLOPs", "1.0e+21"],
  scalingFitOfTwo: ["parameters", "tokens", "loss"],
};

for (const [key, make] of Object.entries(examples)) {
  renderedTest(`${key} renders to well-formed SVG with its words and without NaN`, async () => {
    const figure = make();
    const svg = await renderSvg(figure.spec);
    const { width, height } = new Resvg(svg); // an XML and SVG parser that is not the browser's
    assert.deepEqual([width, height], [figure.spec.layout.width, figure.spec.layout.height]);
    assert.doesNotMatch(svg, /NaN|Infinity|undefined/);
    const said = [...svg.matchAll(/>([^<>]+)</g)].map((match) => match[1].trim());
    for (const word of words[key as keyof typeof examples]) {
      assert.ok(said.includes(word), `"${word}" is not in the figure: ${said.join(" | ")}`);
    }
  });

  renderedTest(`${key} renders to a PNG with ink on it and none at its edge`, async () => {
    const { layout } = make().spec;
    const { width, height, rgba } = pngPixels(await renderPng(make().spec, 2));
    assert.deepEqual([width, height], [2 * layout.width, 2 * layout.height]);
    let inked = 0, cut = 0;
    for (let k = 0; k < width * height; k++) {
      const ink = rgba[4 * k] + rgba[4 * k + 1] + rgba[4 * k + 2] < 600 ? 1 : 0;
      const x = k % width, y = Math.floor(k / width);
      inked += ink;
      if (x < 2 || y < 2 || x >= width - 2 || y >= height - 2) cut += ink;
    }
    const share = inked / (width * height);
    assert.ok(share > 0.01 && share < 0.3, `${share} of the pixels are dark`);
    assert.equal(cut, 0, "something is cut off at the edge");
  });
}

renderedTest("text in the PNG is drawn: the words of the legend leave ink", async () => {
  const { spec } = examples.onePanel();
  const dark = async (font: number) => {
    const legend = { ...spec.layout.legend, font: { ...spec.layout.legend?.font, size: font } };
    const { rgba } = pngPixels(await renderPng({ ...spec, layout: { ...spec.layout, legend } }, 1));
    return rgba.filter((value, k) => k % 4 === 0 && value < 128).length;
  };
  assert.ok(await dark(10) > await dark(1) + 20);
});

renderedTest("the same figure gives the same SVG and PDF bytes, whatever was drawn before", async () => {
  const folder = await Deno.makeTempDir();
  const read = async (name: string) => [
    await Deno.readTextFile(`${folder}/${name}.svg`),
    [...await Deno.readFile(`${folder}/${name}.pdf`)].join(),
  ];
  await exportFigure(examples.onePanel(), folder, ["svg", "pdf"]);
  const first = await read("one_panel");
  await closeBrowser();
  await exportFigure(examples.calibration(), folder, ["svg", "pdf"]);
  await exportFigure(examples.onePanel(), folder, ["svg", "pdf"]);
  assert.deepEqual(await read("one_panel"), first);
  await Deno.remove(folder, { recursive: true });
});

renderedTest("figures asked for at the same time come out as when asked for one by one", async () => {
  const specs = [examples.onePanel().spec, examples.calibration().spec, examples.onePanel().spec];
  const together = await Promise.all(specs.map((spec) => renderSvg(spec)));
  assert.equal(together[0], together[2]);
  assert.equal(together[1], await renderSvg(specs[1]));
});

renderedTest("exportFigure writes each format under the figure's name and nothing else", async () => {
  const folder = await Deno.makeTempDir();
  const { written, skipped } = await exportFigure(examples.onePanel(), `${folder}/made/on the way`);
  assert.equal(skipped.length, 0);
  const names = ["svg", "pdf", "png", "html", "csv"].map((format) => `one_panel.${format}`);
  assert.deepEqual(written, names.map((name) => `${folder}/made/on the way/${name}`));
  const found = Array.from(Deno.readDirSync(`${folder}/made/on the way`), (entry) => entry.name);
  assert.deepEqual(found.sort(), names.toSorted());
  const start = (k: number) => new TextDecoder("latin1").decode(Deno.readFileSync(written[k]).subarray(0, 8));
  assert.match(start(0), /^<svg /);
  assert.match(start(1), /^%PDF-/);
  assert.match(start(2), /^.PNG/);
  const pdf = new TextDecoder("latin1").decode(Deno.readFileSync(written[1]));
  // Points, 72 to the inch, of a page of the figure's size in CSS px, 96 to the inch.
  const [, w, h] = /\/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]/.exec(pdf)!.map(Number);
  const { width, height } = examples.onePanel().spec.layout;
  assert.ok(Math.abs(w - width * 0.75) < 1 && Math.abs(h - height * 0.75) < 1, `${w} x ${h} points`);
  assert.match(pdf, /\/FontFile2/, "the fonts are embedded");
  await Deno.remove(folder, { recursive: true });
});

renderedTest("a figure shows itself in a notebook as Plotly JSON, SVG and text, never as HTML", async () => {
  const figure = examples.onePanel();
  const bundle = await figure[jupyterDisplay]();
  assert.deepEqual(Object.keys(bundle).sort(), ["application/vnd.plotly.v1+json", "image/svg+xml", "text/plain"]);
  assert.equal(bundle["text/plain"], figure.caption);
  assert.equal(bundle["image/svg+xml"], await renderSvg(figure.spec));
});
