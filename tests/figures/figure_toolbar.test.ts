import assert from "node:assert/strict";
import { join } from "node:path";
import { browserProblem, closeBrowser, exportFigure, jupyterDisplay } from "../../lib/figures/mod.ts";
import { plotlySource, withPage } from "../../lib/figures/browser.ts";
import * as examples from "./example_figures.ts";

const problem = await browserProblem();
if (problem) console.error(`NO TOOLBAR OF A FIGURE IS TESTED: ${problem}`);
Deno.test.afterAll(closeBrowser);

/** What Plotly itself draws of a page: the titles of its toolbar's buttons, in order. */
async function toolbarOf(html: string): Promise<string[]> {
  return await withPage(async (page) => {
    const own = await page.context().newPage();
    try {
      await own.setContent(html);
      await own.waitForSelector(".modebar-btn", { state: "attached" });
      const titles = await own.locator(".modebar-btn").evaluateAll((buttons) =>
        buttons.map((button) => button.getAttribute("data-title") ?? "")
      );
      return titles;
    } finally {
      await own.close();
    }
  });
}

Deno.test({
  name:
    "an interactive figure's toolbar saves, zooms, moves and resets, and offers to send it nowhere, in a notebook and as HTML",
  ignore: problem !== undefined,
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const wanted = ["Download plot as a PNG", "Zoom", "Pan", "Reset axes"];
    const figure = examples.onePanel();
    // as the renderers of JupyterLab and VS Code do: data, layout and config of the bundle, handed to Plotly
    const shown = JSON.stringify((await figure[jupyterDisplay]())["application/vnd.plotly.v1+json"]);
    const page = `<!doctype html><div id=f></div><script>${await plotlySource()}</script>
      <script>const s = ${shown.replaceAll("<", "\\u003c")}; Plotly.react("f", s.data, s.layout, s.config)</script>`;
    assert.deepEqual(await toolbarOf(page), wanted);

    const folder = await Deno.makeTempDir();
    try {
      await exportFigure(figure, folder, ["html"]);
      assert.deepEqual(await toolbarOf(await Deno.readTextFile(join(folder, `${figure.name}.html`))), wanted);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
