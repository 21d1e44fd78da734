import type { Batch } from "../batch.ts";
import type { StreamPlan } from "./plan.ts";
import type { ReadRange } from "../stream_range.ts";
import type { Teacher } from "./teacher.ts";
import type { FromWorker, ToWorker } from "./worker_protocol.ts";

/** Examples a worker may be ahead of its reader, and batches at least. */
const AHEAD_EXAMPLES = 1 << 14;
const AHEAD_BATCHES = 2;

/**
 * Reads a part of a stream that a worker generates while the reader does something else. The worker starts with the
 * first batch asked for, makes at most 2^14 examples (and two batches) more than were taken, and ends with the reading:
 * at the last batch, at an abort, at an error, or when the loop over the batches is left. (An iterator advanced by hand and
 * then forgotten keeps its worker, and with it the process: call its `return()`.)
 */
export async function* readInWorker(
  teacher: Teacher,
  plan: StreamPlan,
  { from, to, batchSize, signal }: ReadRange,
): AsyncGenerator<Batch> {
  signal?.throwIfAborted();
  if (from === to) return;
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  const ready: Batch[] = [];
  let failure: { readonly reason: unknown } | undefined;
  let wake: () => void = () => {};
  let running = true;
  const end = () => {
    if (!running) return;
    running = false;
    signal?.removeEventListener("abort", abort);
    worker.terminate();
  };
  // Ends the worker at once: the reader may not ask again for a while, or ever.
  const fail = (reason: unknown) => {
    failure ??= { reason };
    end();
    wake();
  };
  const failWith = (reason: string) => fail(new Error(`Cannot generate ${teacher.config.name} in a worker: ${reason}`));
  const abort = () => fail(signal!.reason);

  worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
    if (data.kind === "failed") return failWith(data.reason);
    ready.push(data.batch);
    wake();
  };
  worker.onmessageerror = () => failWith("a message could not be read");
  worker.onerror = (event) => {
    event.preventDefault();
    failWith(event.message);
  };
  signal?.addEventListener("abort", abort, { once: true });

  const send = (message: ToWorker) => worker.postMessage(message);
  let asked = from;
  const askForOne = () => {
    if (asked >= to) return;
    const size = Math.min(batchSize, to - asked);
    send({ kind: "make", from: asked, size });
    asked += size;
  };

  try {
    send({ kind: "open", teacher, plan });
    const ahead = Math.max(AHEAD_BATCHES, Math.ceil(AHEAD_EXAMPLES / batchSize));
    for (let i = 0; i < ahead; i++) askForOne();
    for (let taken = from; taken < to;) {
      while (ready.length === 0 && !failure) await new Promise<void>((resolve) => wake = resolve);
      if (failure) throw failure.reason;
      const batch = ready.shift()!;
      askForOne();
      taken += batch.size;
      yield batch;
    }
  } finally {
    end();
  }
}
