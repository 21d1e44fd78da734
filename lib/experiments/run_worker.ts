import { claimRun } from "./claim_run.ts";
import { runFolder } from "./run_folder.ts";
import { decodeLine, encodeMessage, type FromWorker, linesOf, type ToWorker } from "./worker_protocol.ts";

/** Makes the runs that come in on standard input, one after another, until told to stop or left alone. */
async function work(): Promise<void> {
  const stop = new AbortController();
  // Ctrl-C goes to all processes of a terminal; the grid says what to do. A cluster's or a shell's order to end counts.
  if (Deno.build.os !== "windows") {
    Deno.addSignalListener("SIGINT", () => {});
    Deno.addSignalListener("SIGTERM", () => stop.abort(new DOMException("Ordered to end", "AbortError")));
  }
  const runs: Extract<ToWorker, { type: "run" }>[] = [];
  let wake = () => {};
  const listen = async () => {
    for await (const line of linesOf(Deno.stdin.readable)) {
      const { message } = decodeLine<ToWorker>(line);
      if (message?.type === "run") runs.push(message);
      if (message?.type === "stop") break;
      wake();
    }
    stop.abort(new DOMException("Told to stop", "AbortError"));
  };
  stop.signal.addEventListener("abort", () => wake());
  void listen();
  while (!stop.signal.aborted) {
    const run = runs.shift();
    if (run) await make(run, stop.signal);
    else await new Promise<void>((done) => wake = done);
  }
}

/** Makes one run and answers what came of it. */
async function make(run: Extract<ToWorker, { type: "run" }>, signal: AbortSignal): Promise<void> {
  try {
    const { plan, folder, notBefore, checkpointSeconds, streamFolder } = run;
    const claimed = await claimRun(plan, {
      folder: runFolder(folder),
      notBefore,
      checkpointSeconds,
      streamFolder,
      signal,
      progress: { update: (done, total, note = "") => say({ type: "progress", done, total, note }), finish() {} },
      notice: (message) => say({ type: "notice", message }),
    });
    say(claimed.source === "taken" ? { type: "taken" } : { type: "obtained", ...claimed });
  } catch (error) {
    if (signal.aborted) return say({ type: "stopped" });
    const { message, stack = "" } = error instanceof Error ? error : new Error(String(error));
    say({ type: "failed", message, stack });
  }
}

function say(message: FromWorker): void {
  const bytes = new TextEncoder().encode(encodeMessage(message));
  try {
    for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error; // nobody listens any more; the record is stored
  }
}

if (import.meta.main) {
  await work();
  Deno.exit(0); // the engine's threads need not be waited for
}
