import { ensureLibrary } from "../engine/library/mod.ts";

/** From this many runs on, starting worker processes pays. */
const FEWEST_RUNS = 5;
/** What a worker may need, with tables of some ten million rows. */
const BYTES_PER_WORKER = 2 ** 30;

/**
 * How many worker processes a study uses when it is not told: as the environment variable `RECSCALE_WORKERS` says;
 * otherwise one for fewer than five runs or on a GPU, which one process fills, and else one a core, as far as the memory
 * that is free gives each 1 GiB.
 *
 * @throws {Error} for a `RECSCALE_WORKERS` that is no whole number from 1
 */
export async function defaultWorkers(runs: number): Promise<number> {
  const wish = Deno.env.get("RECSCALE_WORKERS");
  if (wish !== undefined && wish !== "") {
    if (!/^[1-9]\d*$/.test(wish)) {
      throw new Error(`Cannot use RECSCALE_WORKERS="${wish}": wanted a whole number from 1.`);
    }
    return Number(wish);
  }
  if (runs < FEWEST_RUNS || await onGpu()) return 1;
  const fitting = Math.floor(Deno.systemMemoryInfo().available / BYTES_PER_WORKER);
  return Math.max(1, Math.min(navigator.hardwareConcurrency, runs, fitting));
}

async function onGpu(): Promise<boolean> {
  const backend = Deno.env.get("RECSCALE_BACKEND") ?? "";
  if (backend !== "" && backend !== "tensorflow") return backend === "webgpu";
  const library = await ensureLibrary();
  return "unavailable" in library ? (await navigator.gpu?.requestAdapter() ?? null) !== null : library.cuda;
}
