/**
 * The entry of a generator worker: makes the batches that {@link readInWorker} asks for. It imports no more than that
 * needs, so that it starts fast.
 */
import { batchesOf, type MakeBatch } from "./make_batch.ts";
import type { FromWorker, ToWorker } from "./worker_protocol.ts";

/** The part of a worker's global scope used here; the project is checked with the types of the main thread. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
  postMessage(message: FromWorker, transfer: Transferable[]): void;
}

const scope = globalThis as unknown as WorkerScope;
let makeBatch: MakeBatch | undefined;

scope.onmessage = ({ data }) => {
  try {
    if (data.kind === "open") {
      makeBatch = batchesOf(data.teacher, data.plan);
      return;
    }
    if (!makeBatch) throw new Error("a batch was asked for before a stream was opened");
    const making = makeBatch(data.from, data.size);
    let step = making.next();
    while (!step.done) step = making.next();
    const batch = step.value;
    const buffers = [batch.ids, batch.dense, batch.labels, batch.times, batch.p!].map((array) => array.buffer);
    scope.postMessage({ kind: "batch", batch }, buffers);
  } catch (error) {
    scope.postMessage({ kind: "failed", reason: error instanceof Error ? error.message : String(error) }, []);
  }
};
