import { resolve } from "node:path";
import { configFolder } from "./config_folder.ts";
import { DenoKernel } from "./deno_kernel.ts";
import { INTERRUPT_FILE_VARIABLE, InterruptChannel } from "./interrupt_channel.ts";
import { type ExecuteReply, isMessage, makeMessage, type Message } from "./jupyter_message.ts";
import { BARRIER_SYMBOL, BEAT_MIME } from "./kernel_prelude.ts";
import type { KernelExit, KernelOptions } from "./kernel_process.ts";
import { OutputBarrier } from "./output_barrier.ts";
import { settledWithin } from "./settled_within.ts";

/** A cell that runs, as far as an interrupt must know it. */
interface RunningCell {
  startedAt: number;
  /** When its event loop last gave a sign of life; 0 = never: the cell is still in its synchronous first part. */
  lastBeat: number;
  interrupts: number;
  readonly ended: Promise<void>;
}

/** What an interrupt did: stopped the JavaScript, left it to the cell's own signal, or found no cell running. */
export type InterruptOutcome = "stopped" | "asked" | "idle";

/** Milliseconds without a sign of life (one comes every 100 ms) after which a cell counts as blocking its event loop. */
const BLOCKED_MS = 500;
/** The kernel answers a barrier within milliseconds; one that takes this long is stuck. */
const BARRIER_LIMIT_MS = 60_000;

/**
 * Deno's kernel with its outputs in order: when {@linkcode OrderedKernel.execute} resolves, every output of the code has been
 * handed to {@linkcode OrderedKernel.onOutput}, and none of it comes later. Outputs belong to the cell after whose start they
 * arrive, whatever their parent header says.
 */
export class OrderedKernel implements AsyncDisposable {
  /** Gets streams, displays, results, errors and `execute_input`, in order; never statuses. */
  onOutput: (message: Message) => void = () => {};
  readonly #kernel: DenoKernel;
  readonly #channel: InterruptChannel;
  #cell: RunningCell | undefined;
  /** Id of the request of the cell that runs or ran last. */
  #cellRequest = "";
  /** An error output may come after the cell's reply: it is looked at when the outputs have settled. */
  #failureShown = false;
  readonly #barriers: OutputBarrier[] = [];
  #closed: Promise<void> | undefined;

  private constructor(kernel: DenoKernel, channel: InterruptChannel) {
    this.#kernel = kernel;
    this.#channel = channel;
    kernel.onPublished = (message) => this.#sort(message);
  }

  /** Starts and prepares a kernel; see {@linkcode KernelOptions}. Its cells find themselves in `options.cwd`. */
  static async start(options: KernelOptions = {}): Promise<OrderedKernel> {
    const channel = await InterruptChannel.open();
    let kernel: DenoKernel | undefined;
    try {
      const folder = resolve(options.cwd ?? ".");
      const env = { ...options.env, [INTERRUPT_FILE_VARIABLE]: channel.path };
      kernel = await DenoKernel.start({ ...options, cwd: configFolder(folder), env });
      const prelude = JSON.stringify(import.meta.resolve("./kernel_prelude.ts"));
      const reply = await kernel.request<ExecuteReply>(
        "execute_request",
        silent(`(await import(${prelude})).prepareKernel(${JSON.stringify(folder)})`),
      );
      if (reply.content.status !== "ok") {
        throw new Error(`Cannot prepare the Deno kernel: ${reply.content.ename}: ${reply.content.evalue}`);
      }
      const ordered = new OrderedKernel(kernel, channel);
      await ordered.#settle(); // what the start printed belongs to no cell
      return ordered;
    } catch (error) {
      await kernel?.kill();
      await channel[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Resolves when the kernel process has ended. */
  get exited(): Promise<KernelExit> {
    return this.#kernel.exited;
  }

  /**
   * Runs a cell. An interrupted cell, which Deno ends without a word, gets an error output like any other failed cell.
   *
   * @throws {KernelDied} when the kernel ends meanwhile; what it had published has been handed over then.
   */
  async execute(code: string, options: { silent?: boolean; store_history?: boolean } = {}): Promise<ExecuteReply> {
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    const cell: RunningCell = {
      startedAt: performance.now(),
      lastBeat: 0,
      interrupts: 0,
      ended,
    };
    this.#cell = cell;
    this.#failureShown = false;
    let reply: ExecuteReply;
    try {
      const request = { silent: false, store_history: true, ...EXECUTION, ...options, code };
      const name = (id: string) => this.#cellRequest = id;
      reply = (await this.#kernel.request<ExecuteReply>("execute_request", request, "shell", name)).content;
    } finally {
      this.#cell = undefined; // from here an interrupt would hit the barrier
      end();
    }
    await this.#settle();
    if (reply.status === "error" && !this.#failureShown) {
      if (cell.interrupts > 0) Object.assign(reply, INTERRUPTED);
      const { ename = "Error", evalue = "", traceback = [] } = reply;
      const failure = { ename, evalue, traceback: traceback.length > 0 ? traceback : [`${ename}: ${evalue}`] };
      Object.assign(reply, failure);
      this.onOutput(makeMessage("", "error", failure));
    }
    return reply;
  }

  /** Any other request, for example `complete_request`. Waits while a cell runs, as Deno's kernel does. */
  async request(type: string, content: unknown): Promise<unknown> {
    return (await this.#kernel.request(type, content)).content;
  }

  /** Passes on a message that has no reply. */
  async send(type: string, content: unknown): Promise<void> {
    await this.#kernel.send(type, content);
  }

  /**
   * Asks the running cell to stop, without loss of the kernel's state.
   *
   * Code that listens to `interruptSignal()` hears it within 100 ms. Deno's own interrupt is sent only to a cell in its
   * synchronous first part (`while (true) {}`): for one that awaits it would end the kernel's service for good. A cell that
   * awaits and listens to nothing goes on; "asked" says so. A second interrupt insists on a cell that blocks its event loop.
   */
  async interrupt(): Promise<InterruptOutcome> {
    await this.#channel.raise();
    const cell = this.#cell;
    if (!cell) return "idle";
    cell.interrupts++;
    while (this.#cell === cell) {
      const silence = performance.now() - (cell.lastBeat || cell.startedAt);
      const blocked = silence > BLOCKED_MS;
      if (blocked && (cell.lastBeat === 0 || cell.interrupts > 1)) {
        await this.#kernel.interrupt();
        return "stopped";
      }
      if (blocked || cell.lastBeat > 0) return "asked";
      await settledWithin(cell.ended, BLOCKED_MS / 5);
    }
    return "stopped";
  }

  /** Ends the kernel: asks, then kills after three seconds. Safe to call twice. */
  shutdown(): Promise<void> {
    return this.#closed ??= this.#kernel.shutdown().then(() => this.#channel[Symbol.asyncDispose]());
  }

  /** Ends the kernel at once. Safe to call twice. */
  kill(): Promise<void> {
    return this.#closed ??= this.#kernel.kill().then(() => this.#channel[Symbol.asyncDispose]());
  }

  /** Same as {@linkcode OrderedKernel.shutdown}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }

  /** Waits until every output published so far has been handed over. */
  async #settle(): Promise<void> {
    if (!await settledWithin(this.#passBarrier(), BARRIER_LIMIT_MS)) {
      throw new Error(`The Deno kernel is stuck: it did not confirm its outputs within ${BARRIER_LIMIT_MS / 1000} s`);
    }
  }

  async #passBarrier(): Promise<void> {
    for (let sent = false; !sent;) {
      const barrier = new OutputBarrier();
      this.#barriers.push(barrier);
      const code = `await globalThis[Symbol.for(${JSON.stringify(BARRIER_SYMBOL)})](${JSON.stringify(barrier.token)})`;
      const named = (id: string) => barrier.sentAs(id);
      const reply = await this.#kernel.request<ExecuteReply>("execute_request", silent(code), "shell", named);
      // An interrupt that came just as the cell ended may have hit the barrier instead: then raise another.
      sent = reply.content.status === "ok";
      if (sent) await Promise.race([barrier.passed, this.exited]);
    }
    this.#barriers.length = 0;
  }

  #sort(published: Message): void {
    const cell = this.#cell;
    if (isMessage(published, "display_data") && BEAT_MIME in published.content.data) {
      if (cell && this.#cellRequest === published.parent_header.msg_id) cell.lastBeat = performance.now();
      return;
    }
    let message: Message | null = published;
    for (const barrier of this.#barriers) message &&= barrier.filter(message);
    if (!message || isMessage(message, "status")) return;
    if (isMessage(message, "execute_input") && this.#cellRequest !== message.parent_header.msg_id) return;
    if (isMessage(message, "error")) this.#failureShown = true;
    this.onOutput(message);
  }
}

const EXECUTION = { user_expressions: {}, allow_stdin: false, stop_on_error: false };
const INTERRUPTED = { ename: "Interrupted", evalue: "the cell was interrupted", traceback: [] };

function silent(code: string) {
  return { ...EXECUTION, silent: true, store_history: false, code };
}
