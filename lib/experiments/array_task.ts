import { claimWhenFree } from "./claim_run.ts";
import type { WantedRun } from "./obtain_runs.ts";
import { runFolder } from "./run_folder.ts";

/** Exit status of a process that SIGTERM ended, as shells report it. */
const ORDERED_TO_END = 143;
/** Between two lines of the log. */
const PROGRESS_MS = 30_000;

/** Makes the run in line `index` of the file `wanted`, in the folder `runs`, and returns the exit status. */
async function task(wanted: string, runs: string, index: string): Promise<number> {
  const lines = (await Deno.readTextFile(wanted)).trim().split("\n");
  const { label, plan }: WantedRun = JSON.parse(lines[Number(index)]);
  const stop = new AbortController();
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    Deno.addSignalListener(signal, () => stop.abort(new DOMException("Ordered to end", "AbortError")));
  }
  let toldAt = -Infinity;
  const update = (done: number, total: number, note = "") => {
    if (performance.now() - toldAt < PROGRESS_MS) return;
    toldAt = performance.now();
    console.log(`${Math.floor(100 * done / total)}% ${note}`);
  };
  console.log(label);
  try {
    const { record, source } = await claimWhenFree(plan, {
      folder: runFolder(runs),
      signal: stop.signal,
      progress: { update, finish() {} },
      notice: (message) => console.log(message),
    });
    console.log(`${source}: run ${record.id}, NE ${record.result.progressive.ne.toFixed(4)}`);
    return 0;
  } catch (error) {
    console.error(stop.signal.aborted ? "Stopped; submitted again it goes on from here." : error);
    return stop.signal.aborted ? ORDERED_TO_END : 1;
  }
}

if (import.meta.main) {
  const [wanted, runs, index] = Deno.args;
  Deno.exit(await task(wanted, runs, index));
}
