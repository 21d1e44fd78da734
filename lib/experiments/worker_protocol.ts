import type { RunPlan } from "./run.ts";
import type { RunRecord } from "./run_record.ts";

/** What a grid tells a worker, on its standard input. The end of the input means: stop, nobody listens. */
export type ToWorker =
  | {
    readonly type: "run";
    readonly plan: RunPlan;
    /** Of records, checkpoints and leases. */
    readonly folder: string;
    readonly notBefore?: string;
    readonly checkpointSeconds?: number;
    readonly streamFolder?: string;
  }
  | { readonly type: "stop" };

/** What a worker tells its grid, on its standard output. Each `run` is answered by one of the last four. */
export type FromWorker =
  | { readonly type: "progress"; readonly done: number; readonly total: number; readonly note: string }
  | { readonly type: "notice"; readonly message: string }
  | { readonly type: "obtained"; readonly source: "trained" | "kept"; readonly record: RunRecord }
  /** Another process makes this run. */
  | { readonly type: "taken" }
  | { readonly type: "failed"; readonly message: string; readonly stack: string }
  | { readonly type: "stopped" };

/** Starts a message, as in RFC 7464 (JSON text sequences), so that what libraries print is not taken for one. */
const MARK = "\x1e";

/** A message as a line. */
export function encodeMessage(message: ToWorker | FromWorker): string {
  return `${MARK}${JSON.stringify(message)}\n`;
}

/**
 * Splits a line into the message in it, if any, and the text that something else printed before it.
 *
 * @throws {SyntaxError} when what follows the mark is no JSON
 */
export function decodeLine<M extends ToWorker | FromWorker>(line: string): { message: M | null; text: string } {
  const at = line.indexOf(MARK);
  if (at < 0) return { message: null, text: line };
  return { message: JSON.parse(line.slice(at + 1)), text: line.slice(0, at) };
}

/** The lines of a stream of bytes, as they come; the last one need not end. */
export async function* linesOf(stream: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
  if (rest !== "") yield rest;
}
