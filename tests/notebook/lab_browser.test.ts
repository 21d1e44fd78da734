import assert from "node:assert/strict";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { type BrowserContext, chromium, type Locator, type Page } from "playwright-core";
import { chromiumCandidates } from "../../lib/figures/chromium_candidates.ts";
import { KERNELSPEC_METADATA } from "../../lib/notebook/kernelspec.ts";
import { codeNotebook } from "./code_notebook.ts";

/**
 * `deno task lab` as a person meets it: JupyterLab in a real browser. Sets JupyterLab up where it is not (about 60 MB), so it
 * runs only when asked for.
 */
const asked = Deno.env.get("RECSCALE_TEST_LAB") === "1";
if (!asked) console.error("JUPYTERLAB IS NOT TESTED: RECSCALE_TEST_LAB=1 tests it in a browser");

const root = fileURLToPath(new URL("../../", import.meta.url));

const CELLS = [
  `import { interruptSignal, openBook, table } from "recscale/notebook";
   import { learningCurves } from "recscale/figures";
   const book = await openBook("lab_test");
   await table([{ model: "DLRM", NE: 0.81234 }], { digits: { NE: 4 } });`,
  `const progress = book.progress("work");
   for (let i = 1; i <= 6; i++) { progress.update(i, 6, "step " + i); await new Promise((r) => setTimeout(r, 300)); }
   progress.finish("all six");`,
  `await book.figure(learningCurves({ name: "falling", caption: "NE falls with data.",
     panels: [{ curves: [{ label: "DLRM", examples: [1e4, 1e5], ne: [0.9, 0.85] }] }] }));`,
  `for (let i = 0; i < 100; i++) { console.log("line", i); if (i % 10 === 0) await table([{ i }]); }`,
  `const signal = interruptSignal();
   await new Promise((_, no) => signal.addEventListener("abort", () => no(signal.reason)));`,
  `console.log("after");`,
];

Deno.test({
  name:
    "in JupyterLab outputs come under their cells, figures live, the stop button stops, nothing is asked of the network",
  ignore: !asked,
  async fn() {
    const cache = join(root, "data", "cache"); // within the project, where cells find deno.json, and ignored by git
    await Deno.mkdir(cache, { recursive: true });
    const folder = await Deno.makeTempDir({ dir: cache, prefix: "lab-test-" });
    const lab = await startLab(folder);
    let browser: BrowserContext | undefined;
    try {
      browser = await openBrowser(join(folder, "profile"));
      await useLab(await browser.newPage(), lab.address);
    } finally {
      await browser?.close();
      await lab.stop();
      await Deno.remove(folder, { recursive: true });
    }
    await assert.rejects(fetch(new URL("/api", lab.address)), "JupyterLab ends with the task that started it");
  },
});

async function useLab(page: Page, address: URL): Promise<void> {
  const elsewhere: string[] = [], complaints: string[] = [];
  page.on("request", (request) => {
    const { protocol, hostname } = new URL(request.url());
    if (/^(http|ws)s?:/.test(protocol) && hostname !== address.hostname) elsewhere.push(request.url());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  await page.goto(address.href);
  await page.locator(".jp-CodeCell").nth(CELLS.length - 1).waitFor({ timeout: 60_000 });
  const cell = (k: number) => page.locator(".jp-CodeCell").nth(k);
  const prompt = (k: number) => cell(k).locator(".jp-InputPrompt").innerText();
  const said = async (k: number) => (await cell(k).locator(".jp-OutputArea-output").allInnerTexts()).map(oneLine);

  await choose(page, "Run", /^Run All Cells/);
  const progress = new Set<string>();
  await until("the cell that waits", async () => {
    const lines = await said(1);
    assert.ok(lines.length <= 1, `one line of progress, got ${lines.join(" | ")}`);
    lines.forEach((line) => progress.add(line));
    return await prompt(4) === "[*]:" && (await said(3)).length > 0 && await prompt(3) === "[4]:";
  });
  assert.ok([...progress].some((line) => /^work [█░]+ \d+% · step \d/.test(line)), [...progress].join("\n"));
  assert.match((await said(1))[0], /^work: 6 in \d\.\d s · all six$/);
  assert.deepEqual(await said(0), ["model NE DLRM 0.8123"]);
  assert.equal(await cell(0).locator("table").count(), 1);
  const lines = (from: number, to: number) => Array.from({ length: to - from }, (_, k) => `line ${from + k}`).join(" ");
  const blocks = Array.from({ length: 9 }, (_, k) => [lines(10 * k + 1, 10 * k + 11), `i ${10 * k + 10}`]).flat();
  assert.deepEqual(await said(3), ["line 0", "i 0", ...blocks, lines(91, 100)]);
  await cell(2).locator(".js-plotly-plot .main-svg").first().waitFor();
  const toolbar = await cell(2).locator(".modebar-btn").evaluateAll((b) => b.map((x) => x.getAttribute("data-title")));
  assert.deepEqual(toolbar, ["Download plot as a PNG", "Zoom", "Pan", "Reset axes"]);
  assert.equal(await page.locator(".Toastify__toast").count(), 0, "no question stands in the way");

  await page.locator("[data-command='notebook:interrupt-kernel'], [title^='Interrupt the kernel']").first().click();
  await until("the interrupt", async () => await prompt(4) === "[5]:");
  assert.deepEqual(await said(4), ["Interrupted: The cell was interrupted"]); // no trace of the timer that noticed
  assert.deepEqual([await prompt(5), await said(5)], ["[ ]:", []], "the cell queued behind it has not run");

  await choose(page, "Kernel", /^Restart Kernel…/);
  await page.locator(".jp-Dialog .jp-mod-accept").click();
  await until(
    "the restart",
    async () => await page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").count() > 0,
  );
  await cell(5).locator(".cm-content").click();
  await page.keyboard.press("Control+Enter");
  await until("the last cell", async () => (await said(5)).join() === "after" && await prompt(5) === "[1]:");
  assert.deepEqual({ elsewhere, complaints }, { elsewhere: [], complaints: [] });
}

const oneLine = (text: string) => text.trim().replace(/\s+/g, " ");

async function choose(page: Page, menu: string, item: RegExp): Promise<void> {
  const named: Locator = page.locator(".lm-MenuBar-item", { hasText: menu }).first();
  await named.click();
  await page.locator(".lm-Menu-item", { hasText: item }).first().click();
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + 30_000;
  while (!await holds()) {
    assert.ok(performance.now() < end, `waited 30 s for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function openBrowser(profile: string): Promise<BrowserContext> {
  const failures: string[] = [];
  for await (const { executable, env } of chromiumCandidates(failures)) {
    try {
      return await chromium.launchPersistentContext(profile, {
        executablePath: executable,
        headless: true,
        viewport: { width: 1300, height: 3000 }, // all cells in view: what is not is no part of the page
        env: { ...Deno.env.toObject(), ...env },
        args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
      });
    } catch (error) {
      failures.push(String(error));
    }
  }
  throw new Error(`no browser starts: ${failures.join("; ")}`);
}

/** `deno task lab` on a notebook of {@link CELLS}, with settings as of a new user. */
async function startLab(folder: string): Promise<{ address: URL; stop(): Promise<void> }> {
  const notebook = join(folder, "cells.ipynb");
  const metadata = { kernelspec: KERNELSPEC_METADATA };
  await Deno.writeTextFile(notebook, JSON.stringify({ ...codeNotebook(...CELLS), metadata }));
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", "lib/cli/lab.ts", "--no-browser", relative(root, notebook)],
    cwd: root,
    env: { JUPYTER_CONFIG_DIR: join(folder, "config"), RECSCALE_FIGURES: join(folder, "figures") },
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const found = Promise.withResolvers<URL>();
  const reading = (async () => {
    let text = "";
    for await (const piece of process.stderr.pipeThrough(new TextDecoderStream())) {
      text += piece;
      const [address] = /http:\/\/127\.0\.0\.1:\d+\/lab\S+(?=\s)/.exec(text) ?? [];
      if (address) found.resolve(new URL(address));
    }
    found.reject(new Error(`JupyterLab did not start and said:\n${text}`));
  })();
  found.promise.catch(() => {});
  return {
    address: await found.promise,
    async stop() {
      process.kill("SIGTERM");
      await process.status;
      await reading;
    },
  };
}
