import assert from "node:assert/strict";
import { join } from "node:path";
import { reproduceNotebook, verdictsOf } from "../../lib/cli/reproduce_notebook.ts";
import { reportMarkdown } from "../../lib/cli/report.ts";
import type { Verdict } from "../../lib/experiments/verdict.ts";
import { type NotebookCell, readNotebook, writeNotebook } from "../../lib/notebook/notebook_file.ts";
import { noProgress } from "../../lib/engine/progress.ts";

const verdict: Verdict = {
  id: "X1",
  claim: "a | b",
  measured: "-1.00 %",
  control: "none",
  judgement: "reproduced",
  runs: ["abc", "def"],
};

const cell = (source: string): NotebookCell => ({
  cell_type: "code",
  metadata: {},
  source,
  outputs: [],
  execution_count: null,
});

async function inFolder(work: (folder: string) => Promise<void>) {
  const folder = await Deno.makeTempDir();
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const display = `await Deno.jupyter.display({
  "application/vnd.recscale.verdicts+json": ${JSON.stringify([verdict])}, "text/plain": "X1",
}, { raw: true });`;

async function reproduce(folder: string, cells: NotebookCell[], signal = new AbortController().signal) {
  const path = join(folder, "book.ipynb");
  await writeNotebook(path, { cells, metadata: {}, nbformat: 4, nbformat_minor: 5 });
  const options = { output: join(folder, "out"), env: { GREETING: "hello" }, signal, progress: noProgress };
  return await reproduceNotebook(path, { ...options, writeBack: false });
}

Deno.test("verdicts that a notebook shows reach the report, and the executed copy has the outputs", () =>
  inFolder(async (folder) => {
    const result = await reproduce(folder, [cell(`Deno.env.get("GREETING")`), cell(display)]);
    assert.equal(result.failure, undefined);
    assert.deepEqual(result.verdicts, [verdict]);
    const copy = await readNotebook(join(folder, "out", "book.ipynb"));
    assert.match(JSON.stringify(copy.cells[0].outputs), /hello/);
    assert.deepEqual(verdictsOf(copy), [verdict]);
  }));

Deno.test("a notebook that fails says in which cell, and its copy keeps what came before", () =>
  inFolder(async (folder) => {
    const cells = [cell(`console.log("first")`), cell(`throw new RangeError("too much")`), cell("1")];
    const result = await reproduce(folder, cells);
    assert.equal(result.failure, "cell 1: RangeError: too much");
    const copy = await readNotebook(join(folder, "out", "book.ipynb"));
    assert.match(JSON.stringify(copy.cells[0].outputs), /first/);
    assert.match(JSON.stringify(copy.cells[1].outputs), /too much/);
    assert.deepEqual(copy.cells[2].outputs, []);
  }));

Deno.test("a notebook that is stopped keeps what came before", () =>
  inFolder(async (folder) => {
    const stop = new AbortController();
    const cells = [cell(`console.log("first")`), cell(`await new Promise((done) => setTimeout(done, 60_000))`)];
    setTimeout(() => stop.abort(new Error("Ctrl-C")), 2500);
    const running = reproduce(folder, [...cells, cell(display)], stop.signal);
    const result = await running;
    assert.match(result.failure ?? "", /^cell 1: Interrupted/);
    assert.match(await Deno.readTextFile(join(folder, "out", "book.ipynb")), /first/);
  }));

Deno.test("the report lists claims, notebooks, figures and the runs behind each verdict", () => {
  const report = reportMarkdown(
    [
      { name: "00_a", seconds: 12.4, verdicts: [verdict], figures: ["00_a/curve.svg"] },
      { name: "01_b", seconds: 3, verdicts: [], figures: [], failure: "cell 2: Error: no | luck" },
    ],
    { profile: "smoke", engine: "TensorFlow 2.21.0 on CPU", date: "2026-01-02" },
  );
  assert.match(report, /\| X1 \| a \\\| b \| -1\.00 % \| none \| \*\*reproduced\*\* \| \[00_a\]\(00_a\.ipynb\) \|/);
  assert.match(report, /\[01_b\]\(01_b\.ipynb\): \*\*failed\*\* in cell 2: Error: no \\\| luck/);
  assert.match(report, /!\[00_a\/curve\.svg\]\(00_a\/curve\.svg\)/);
  assert.match(report, /<summary>X1: 2 runs<\/summary>\n\n`abc`, `def`\n\n<\/details>/);
});
