import { ensureLibrary, type Library, recallLibrary } from "../engine/library/mod.ts";
import { noProgress, type Progress } from "../engine/progress.ts";
import { main } from "./command.ts";
import { terminalProgress } from "./progress_bar.ts";

/**
 * What every task does first: makes sure of TensorFlow's library, fetching it the first time. Says on stderr where it
 * comes from when it was not known before, or why it cannot be had; otherwise, and when `quiet`, nothing. Does nothing
 * when `RECSCALE_BACKEND` asks for another backend.
 *
 * @throws {Error} when `RECSCALE_TENSORFLOW_LIB` points to something else than a TensorFlow library.
 */
export async function prepare({ quiet = false }: { quiet?: boolean } = {}): Promise<void> {
  if (![undefined, "", "tensorflow"].includes(Deno.env.get("RECSCALE_BACKEND"))) return;
  await makeReady({ say: quiet ? "nothing" : "news", retry: false });
}

/** Returns whether TensorFlow's library is there. */
async function makeReady({ say, retry }: { say: "nothing" | "news" | "all"; retry: boolean }): Promise<boolean> {
  const known = await recallLibrary() !== null || Deno.env.has("RECSCALE_TENSORFLOW_LIB");
  const progress = say === "nothing" ? noProgress : startingLater(() => terminalProgress("Fetching TensorFlow"));
  const library = await ensureLibrary({ progress, retry });
  const ready = !("unavailable" in library);
  if (say === "nothing") return ready;
  if ("unavailable" in library) {
    console.error(`Working without TensorFlow, several times slower: ${library.unavailable}.`);
  } else if (!known || say === "all") {
    console.error(describeLibrary(library));
  }
  return ready;
}

/** `TensorFlow 2.21.0 (CPU), fetched just now: PATH`. */
export function describeLibrary(library: Library): string {
  const source = {
    environment: "named by RECSCALE_TENSORFLOW_LIB",
    python: "of the Python installation",
    cache: "fetched before",
    fetched: "fetched just now",
  }[library.source];
  const release = library.version === "unknown" ? "of unknown release" : library.version;
  return `TensorFlow ${release} (${library.cuda ? "CUDA" : "CPU"}), ${source}: ${library.mainPath}`;
}

/** A progress that shows nothing, its end included, until there is some. */
function startingLater(start: () => Progress): Progress {
  let started: Progress | undefined;
  return {
    update: (...args) => (started ??= start()).update(...args),
    finish: (note) => started?.finish(note),
  };
}

if (import.meta.main) {
  await main({
    name: "setup",
    summary: "Makes this machine ready: finds TensorFlow's library or fetches it, once.",
    details: `
The library is taken from where RECSCALE_TENSORFLOW_LIB points, from a TensorFlow (2.16 or later) installed in Python, or
fetched with pip (about 270 MB; 850 MB on disk) into the cache folder of this user, which RECSCALE_CACHE can move. With an
NVIDIA driver the CUDA build is fetched (about 3 GB) unless RECSCALE_DEVICE=cpu. RECSCALE_PYTHON names another Python than
python3. Without the library everything runs on WebGPU or WebAssembly, several times slower; then this task exits 1.`,
    options: { quiet: { type: "boolean", help: "say nothing" } },
    run: async ({ quiet }) => await makeReady({ say: quiet ? "nothing" : "all", retry: true }) ? 0 : 1,
  });
}
