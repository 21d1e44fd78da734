import { isMessage, type JsonObject, makeMessage, type Message } from "./jupyter_message.ts";
import { KERNELSPEC_METADATA } from "./kernelspec.ts";
import { cellSource, type Notebook, type NotebookCell, splitLines } from "./notebook_file.ts";
import { OrderedKernel } from "./ordered_kernel.ts";
import { OutputCollector } from "./output_collector.ts";
import { type NotebookParameters, withParameters } from "./parameters.ts";
import { settledWithin } from "./settled_within.ts";

/** What a progress line needs to know when a cell starts or ends. */
export interface CellEvent {
  state: "started" | "succeeded" | "failed";
  /** Index of the cell in the notebook, from 0, other cells than code counted. */
  index: number;
  /** Place among the code cells that run, from 1. */
  ordinal: number;
  /** How many code cells there are to run. */
  total: number;
  /** The cell's first line of text. */
  firstLine: string;
  /** How long it ran; 0 when it starts. */
  seconds: number;
  /** The notebook so far: to be written by whoever wants nothing lost even to a power cut. */
  notebook: Notebook;
}

/** How to run a notebook. */
export interface RunNotebookOptions {
  /** Folder the cells run in: the notebook's own, so that Deno finds the project's deno.json. Default: the current one. */
  cwd?: string;
  /** Set in the cell after the one tagged `parameters`: see `withParameters`. */
  parameters?: NotebookParameters;
  /** Added to the kernel's environment; our notebooks take their settings from it (`RECSCALE_PROFILE`). */
  env?: Record<string, string>;
  /** Stops the run: the running cell is interrupted, later ones are not started, the notebook so far is given back. */
  signal?: AbortSignal;
  /** Seconds a cell may run before it is interrupted. Default `Infinity`: a cell may train for hours. */
  cellTimeoutSeconds?: number;
  /** Seconds an interrupted cell gets to end by itself (write its checkpoint) before its kernel is killed. Default 10. */
  graceSeconds?: number;
  /** Whether the first failed cell ends the run. Default true. A cell tagged `raises-exception` may always fail. */
  stopOnError?: boolean;
  /** Gets what the kernel process writes past the notebook. Default: to stderr. */
  onProcessOutput?: (text: string) => void;
  /** Told when each cell starts and ends. What it returns is awaited before the run goes on. */
  onCell?: (event: CellEvent) => void | Promise<void>;
  /** Told of each line that the running cell shows or updates in place: how far its work is. */
  onProgress?: (text: string) => void;
}

/** What failed, and where. */
export interface CellFailure {
  /** Index of the cell in the notebook, from 0; -1 when no cell could be started at all. */
  cell: number;
  /** The error's name; `Interrupted`, `CellTimeout` and `KernelDied` are the runner's own. */
  ename: string;
  evalue: string;
  traceback: string[];
}

/** A notebook that has been run, as far as it came. */
export interface NotebookRun {
  /** Whether every cell ran without failure. */
  ok: boolean;
  /** The first failure. */
  error?: CellFailure;
  /** The notebook with its outputs, format 4.5. Cells that did not run have none. */
  notebook: Notebook;
  /** Wall time of everything, the kernel's start included. */
  seconds: number;
  /** Wall time of each cell that ran. */
  cells: { index: number; seconds: number }[];
}

/**
 * Runs a notebook on Deno's own kernel, without Jupyter, and loses no output.
 *
 * The notebook given is left as it is; the one in the result carries the outputs. It comes back whatever happens: when a cell
 * throws, when one runs into its timeout, when the kernel dies, when `signal` aborts. Nothing random goes into it (missing
 * cell ids become `cell-0`, `cell-1`, ...; terminal colours are stripped), so equal results make equal files.
 *
 * What a cell prints through `Deno.stdout`, native libraries and child processes does not reach Deno's kernel and so not the
 * notebook; it goes to `onProcessOutput`. Output printed in the same tick as `Deno.exit()` is lost with the kernel.
 *
 * @example
 * ```ts
 * import { runNotebook } from "recscale/notebook";
 * import assert from "node:assert/strict";
 *
 * const notebook = {
 *   cells: [{ cell_type: "code" as const, id: "sum", metadata: {}, source: "1 + 1" }],
 *   metadata: {}, nbformat: 4, nbformat_minor: 5,
 * };
 * const run = await runNotebook(notebook);
 * assert.equal(run.ok, true);
 * assert.deepEqual(run.notebook.cells[0].outputs, [
 *   { output_type: "execute_result", execution_count: 1, data: { "text/plain": ["2"] }, metadata: {} },
 * ]);
 * ```
 */
export async function runNotebook(notebook: Notebook, options: RunNotebookOptions = {}): Promise<NotebookRun> {
  const begin = performance.now();
  const prepared = withoutOutputs(withParameters(notebook, options.parameters ?? {}));
  const result: NotebookRun = { ok: true, notebook: prepared, seconds: 0, cells: [] };
  const finish = () => Object.assign(result, { ok: !result.error, seconds: secondsSince(begin) });
  const queue = [...result.notebook.cells.entries()].filter(([, cell]) => isRunnable(cell));
  let kernel: OrderedKernel;
  try {
    options.signal?.throwIfAborted();
    const { cwd, env, onProcessOutput } = options;
    kernel = await OrderedKernel.start({ cwd, env, onProcessOutput, detached: true });
  } catch (error) {
    result.error = { cell: -1, ...describe(error) };
    return finish();
  }
  try {
    Object.assign(result.notebook.metadata, await kernelMetadata(kernel));
    const collector = new OutputCollector();
    kernel.onOutput = (message) => {
      collector.add(message);
      const line = updatedLine(message);
      if (line !== undefined) options.onProgress?.(line);
    };
    for (const [i, [index, cell]] of queue.entries()) {
      if (options.signal?.aborted) {
        result.error ??= { cell: index, ...interrupted(options.signal) };
        break;
      }
      const event = {
        index,
        ordinal: i + 1,
        total: queue.length,
        firstLine: firstLine(cell),
        notebook: result.notebook,
      };
      await options.onCell?.({ ...event, state: "started", seconds: 0 });
      const startedAt = performance.now();
      const { failure, final } = await runCell(kernel, collector, cell, options);
      const seconds = secondsSince(startedAt);
      result.cells.push({ index, seconds });
      const failed = failure !== undefined && (final || !hasTag(cell, "raises-exception"));
      if (failed) result.error ??= { cell: index, ...failure };
      await options.onCell?.({ ...event, state: failed ? "failed" : "succeeded", seconds });
      if (final || (failed && options.stopOnError !== false)) break;
    }
    return finish();
  } finally {
    await kernel.shutdown();
  }
}

/** The one line of text that a message shows under an id by which it can be updated: what progress looks like. */
function updatedLine(message: Message): string | undefined {
  if (!isMessage(message, "display_data") && !isMessage(message, "update_display_data")) return undefined;
  const text = message.content.data["text/plain"];
  const updates = message.content.transient?.display_id !== undefined;
  return updates && typeof text === "string" && !text.includes("\n") ? text : undefined;
}

/** A failure of the cell that runs. */
type Failure = Omit<CellFailure, "cell">;

/** Runs one cell; says how it failed, if it did, and whether the run ends here whatever `stopOnError` says. */
async function runCell(
  kernel: OrderedKernel,
  collector: OutputCollector,
  cell: NotebookCell,
  options: RunNotebookOptions,
): Promise<{ failure?: Failure; final: boolean }> {
  cell.outputs = collector.begin();
  const execution = kernel.execute(cellSource(cell));
  const stop = await whyStopped(execution, options);
  if (stop) {
    kernel.interrupt().catch(() => {}); // a kernel that dies of it fails the execution, which is looked at below
    const { graceSeconds = 10 } = options;
    if (!await settledWithin(execution, graceSeconds * 1000)) {
      stop.evalue += `; it did not end within ${graceSeconds} s of grace, so its kernel was killed`;
      kernel.kill().catch(() => {});
    }
  }
  try {
    const { status, execution_count, ename = "Error", evalue = "", traceback = [] } = await execution;
    cell.execution_count = execution_count;
    if (stop && status === "ok") collector.add(errorMessage(stop)); // it ended by itself, but before its work was done
    const failure = stop ?? (status === "ok" ? undefined : { ename, evalue, traceback });
    return { failure, final: options.signal?.aborted ?? false };
  } catch (error) {
    const failure = stop ?? describe(error);
    collector.add(errorMessage(failure));
    return { failure, final: true };
  }
}

/** Waits for a cell's end, its timeout or the abort of the run; undefined means that it ended. */
async function whyStopped(execution: Promise<unknown>, options: RunNotebookOptions): Promise<Failure | undefined> {
  const { cellTimeoutSeconds = Infinity, signal } = options;
  const { promise: aborted, resolve: onAbort } = Promise.withResolvers<void>();
  const listener = () => onAbort();
  signal?.addEventListener("abort", listener);
  if (signal?.aborted) onAbort();
  const inTime = await settledWithin(Promise.race([execution, aborted]), cellTimeoutSeconds * 1000);
  signal?.removeEventListener("abort", listener);
  if (signal?.aborted) return interrupted(signal);
  if (inTime) return undefined;
  return { ename: "CellTimeout", evalue: `the cell did not end within ${cellTimeoutSeconds} s`, traceback: [] };
}

function interrupted(signal: AbortSignal): Failure {
  const reason = signal.reason instanceof Error ? signal.reason.message : String(signal.reason);
  return { ename: "Interrupted", evalue: `the run was stopped (${reason})`, traceback: [] };
}

function describe(error: unknown): Failure {
  if (!(error instanceof Error)) return { ename: "Error", evalue: String(error), traceback: [] };
  return { ename: error.name, evalue: error.message, traceback: [] };
}

function errorMessage({ ename, evalue, traceback }: Failure): Message {
  return makeMessage("", "error", { ename, evalue, traceback: traceback.length ? traceback : [`${ename}: ${evalue}`] });
}

/** A copy in format 4.5 without outputs and with an id on every cell. */
function withoutOutputs(notebook: Notebook): Notebook {
  const copy = structuredClone(notebook);
  const ids = new Set(copy.cells.map((cell) => cell.id));
  for (const [i, cell] of copy.cells.entries()) {
    for (let n = i; cell.id === undefined; n++) {
      if (!ids.has(`cell-${n}`)) ids.add(cell.id = `cell-${n}`);
    }
    cell.source = splitLines(cellSource(cell));
    if (cell.cell_type !== "code") continue;
    cell.outputs = [];
    cell.execution_count = null;
    delete cell.metadata.execution; // Jupyter's timestamps of an earlier run
  }
  return { ...copy, nbformat: 4, nbformat_minor: 5 };
}

/** What the notebook should say about its kernel: ours by name, the language as the kernel itself describes it. */
async function kernelMetadata(kernel: OrderedKernel): Promise<JsonObject> {
  const { language_info } = await kernel.request("kernel_info_request", {}) as { language_info: JsonObject };
  return { kernelspec: { ...KERNELSPEC_METADATA }, language_info };
}

function isRunnable(cell: NotebookCell): boolean {
  return cell.cell_type === "code" && cellSource(cell).trim() !== "";
}

function hasTag(cell: NotebookCell, tag: string): boolean {
  return Array.isArray(cell.metadata.tags) && cell.metadata.tags.includes(tag);
}

function firstLine(cell: NotebookCell): string {
  return cellSource(cell).trim().split("\n", 1)[0];
}

function secondsSince(begin: number): number {
  return (performance.now() - begin) / 1000;
}
