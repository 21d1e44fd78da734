import { stat } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { bundledChromium } from "./bundled_chromium.ts";

/** A browser that may work. */
export interface ChromiumCandidate {
  /** For messages: where it comes from. */
  readonly what: string;
  readonly executable: string;
  /** Variables to add to its environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Programs that speak the protocol, in the order they are looked for in `PATH`. */
const installedNames = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];

/**
 * The browsers to try, best first: `RECSCALE_CHROMIUM` alone where that is set; else the Chromium of the npm package (as it
 * is, then with the libraries that a bare container lacks); else an installed Chromium or Chrome. What cannot even be tried
 * is told in `failures`.
 */
export async function* chromiumCandidates(failures: string[]): AsyncGenerator<ChromiumCandidate> {
  const chosen = Deno.env.get("RECSCALE_CHROMIUM");
  if (chosen) {
    yield { what: `RECSCALE_CHROMIUM=${chosen}`, executable: chosen };
    return;
  }
  const what = "the Chromium of npm:@sparticuz/chromium";
  try {
    const { executable, env, libraries } = await bundledChromium();
    yield { what, executable, env };
    const path = [libraries, Deno.env.get("LD_LIBRARY_PATH")].filter(Boolean).join(delimiter);
    yield { what: `${what} with the libraries of that package`, executable, env: { ...env, LD_LIBRARY_PATH: path } };
  } catch (error) {
    failures.push(`${what} cannot be unpacked (${error instanceof Error ? error.message : error})`);
  }
  const installed = await findInstalled();
  if (installed) yield { what: installed, executable: installed };
  else failures.push("no installed Chromium or Chrome was found");
}

async function findInstalled(): Promise<string | undefined> {
  const folders = (Deno.env.get("PATH") ?? "").split(delimiter);
  const paths = folders.flatMap((folder) => installedNames.map((name) => join(folder, name)));
  paths.push("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome");
  for (const path of paths) {
    if (await stat(path).then((info) => info.isFile(), () => false)) return path;
  }
}
