import type { Browser, Page } from "playwright-core";
import { chromiumCandidates } from "./chromium_candidates.ts";

/**
 * One headless Chromium for each process, started at the first figure and shared by all.
 *
 * It never outlives its process: Playwright talks to it over a pair of pipes, and Chromium quits when they close, which
 * they do however the process ends (`kill -9` included; then only the browser's profile folder, `playwright_*` in the
 * temporary folder, stays behind). Nor does it keep the process alive for long: it is closed after a while without work.
 */

/** Why there are no static images on this machine: one line. */
export class NoBrowser extends Error {
  override name = "NoBrowser";
}

/** Without work for this long the browser is closed, so that a script can end; starting it again costs about a second. */
const idleMs = 3_000;

/** No background work, no network, no sandbox (which containers do not allow; the only page shown is our own). */
const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // Glyphs at their exact widths, whatever the machine's hinting: text then has the same size in SVG, PNG and PDF.
  "--font-render-hinting=none",
];

let launching: Promise<Browser> | undefined;
let pages: Promise<Page> | undefined;
let queue: Promise<unknown> = Promise.resolve();
let waiting = 0;
let idle: ReturnType<typeof setTimeout> | undefined;

/**
 * Runs `work` on the shared page, which has Plotly loaded; one piece of work at a time, in order of the calls.
 *
 * Throws {@link NoBrowser} when no browser can be started; the reason is found once and remembered.
 */
export function withPage<T>(work: (page: Page) => Promise<T>): Promise<T> {
  waiting++;
  clearTimeout(idle);
  const result = queue.then(async () => await work(await page()));
  queue = result.catch(() => {}).then(() => {
    if (--waiting === 0) idle = setTimeout(() => void closeBrowser(), idleMs);
  });
  return result;
}

/** The reason why no browser can be started, or `undefined` when one runs. Starts it. */
export async function browserProblem(): Promise<string | undefined> {
  try {
    await withPage(async () => {});
  } catch (error) {
    if (error instanceof NoBrowser) return error.message;
    throw error;
  }
}

/** Closes the browser, if one runs, after the work that is under way. A later figure starts a new one. */
export function closeBrowser(): Promise<void> {
  clearTimeout(idle);
  const closing = queue.then(async () => {
    clearTimeout(idle);
    const browser = await launching?.catch(() => undefined); // a failed launch stays remembered
    if (!browser) return;
    launching = pages = undefined;
    await browser.close();
  });
  queue = closing.catch(() => {});
  return closing;
}

async function page(): Promise<Page> {
  launching ??= launch();
  const browser = await launching;
  if (!browser.isConnected()) { // it crashed or was killed since
    launching = pages = undefined;
    return page();
  }
  pages ??= plotlyPage(browser).catch((error) => {
    pages = undefined;
    throw error;
  });
  return await pages;
}

async function plotlyPage(browser: Browser): Promise<Page> {
  const context = await browser.newContext();
  const page = await context.newPage();
  page.on("crash", () => pages = undefined);
  page.on("close", () => pages = undefined);
  await page.setContent("<!doctype html><meta charset=utf-8><body></body>");
  await page.addScriptTag({ content: await plotlySource() });
  return page;
}

/** The source of Plotly (minified, 4.8 MB), as the page and exported HTML files carry it. */
export function plotlySource(): Promise<string> {
  return Deno.readTextFile(new URL(import.meta.resolve("plotly.js-dist-min/plotly.min.js")));
}

async function launch(): Promise<Browser> {
  const { chromium } = await import("playwright-core");
  const failures: string[] = [];
  for await (const candidate of chromiumCandidates(failures)) {
    try {
      return await chromium.launch({
        executablePath: candidate.executable,
        headless: true,
        args: flags,
        env: { ...Deno.env.toObject(), ...candidate.env },
        timeout: 30_000,
        // Signals are the business of the program: Playwright's own handlers would end it.
        handleSIGINT: false,
        handleSIGTERM: false,
        handleSIGHUP: false,
      });
    } catch (error) {
      const [reason] = (error instanceof Error ? error.message : String(error)).split("\n");
      failures.push(`${candidate.what} does not start (${reason})`);
    }
  }
  const what = failures.join("; ");
  throw new NoBrowser(`no browser starts: ${what}. Set RECSCALE_CHROMIUM to the path of a Chromium or Chrome.`);
}
