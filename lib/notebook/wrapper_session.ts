import {
  type ConnectionInfo,
  type Header,
  isMessage,
  makeMessage,
  type Message,
  MessageSigner,
} from "./jupyter_message.ts";
import type { KernelOptions } from "./kernel_process.ts";
import { OrderedKernel } from "./ordered_kernel.ts";
import { settledWithin } from "./settled_within.ts";
import { StreamBuffer } from "./stream_buffer.ts";
import { ZmtpServer } from "./zmtp_server.ts";
import type { ZmtpSocket } from "./zmtp_socket.ts";

/** A request that waits its turn. */
interface Job {
  message: Message;
  peer: ZmtpSocket;
}

/** Milliseconds an interrupted cell gets before the notebook says why it has not stopped. */
const PATIENCE_MS = 3_000;
/** Milliseconds after an error in which cells sent together with the failed one may still arrive, to be dropped with it. */
const STRAGGLERS_MS = 20;

const NOT_STOPPED = "The cell was asked to stop but awaits something that does not listen (interruptSignal() from " +
  "recscale/notebook does). Interrupt again if it computes without a pause; otherwise only a restart of the kernel stops it.\n";

/**
 * A Jupyter kernel in front of Deno's, with what that one lacks: every output reaches the front end before its cell's `idle` and
 * under that cell; cells queued behind one that fails are dropped; an interrupt leaves the kernel alive with its state, and
 * the cell shows it; when Deno's kernel dies the cell says so. Not there: input requests (`prompt()` gives null).
 */
export class WrapperKernel {
  /** Resolves with the exit status for the process when the kernel has ended. */
  readonly ended: Promise<number>;
  readonly #end: (status: number) => void;
  #inner!: OrderedKernel; // there once #ready has resolved
  readonly #signer: MessageSigner;
  readonly #session = crypto.randomUUID();
  readonly #iopub: ZmtpServer;
  readonly #servers: ZmtpServer[];
  readonly #queue: Job[] = [];
  #worked: Promise<void> | undefined; // while requests are being taken
  #closing: Promise<void> | undefined;
  #running = false;
  #current: Partial<Header> = {}; // the request that outputs belong to
  #kernelInfo: unknown;
  readonly #ready: Promise<void>;
  #published: Promise<unknown> = Promise.resolve();
  readonly #streams = new StreamBuffer((name, text) =>
    this.#broadcast(makeMessage(this.#session, "stream", { name, text }, this.#current))
  );

  /** Takes its ports at once, before Deno's kernel looks for free ones; requests wait for that kernel's start. */
  private constructor(connection: ConnectionInfo, options: KernelOptions) {
    ({ promise: this.ended, resolve: this.#end } = Promise.withResolvers<number>());
    this.#signer = new MessageSigner(connection.key);
    const serve = (type: "ROUTER" | "PUB" | "REP", port: number) => new ZmtpServer(type, connection.ip, port);
    this.#iopub = serve("PUB", connection.iopub_port);
    const shell = serve("ROUTER", connection.shell_port);
    const control = serve("ROUTER", connection.control_port);
    const heartbeat = serve("REP", connection.hb_port);
    this.#servers = [this.#iopub, shell, control, heartbeat, serve("ROUTER", connection.stdin_port)];
    heartbeat.onMessage = (frames, peer) => void peer.send(frames).catch(ignoreGone);
    shell.onMessage = (frames, peer) => {
      this.#queue.push({ message: this.#signer.unpack(frames), peer });
      this.#worked ??= this.#work();
    };
    control.onMessage = (frames, peer) => void this.#control({ message: this.#signer.unpack(frames), peer });
    this.#publish("status", { execution_state: "starting" }, {});
    this.#ready = this.#startInner(options);
  }

  /** Starts Deno's kernel and serves a front end on the ports of `connection`. */
  static async start(connection: ConnectionInfo, options: KernelOptions = {}): Promise<WrapperKernel> {
    const kernel = new WrapperKernel(connection, options);
    await kernel.#ready;
    return kernel;
  }

  async #startInner(options: KernelOptions): Promise<void> {
    const inner = await OrderedKernel.start(options);
    this.#kernelInfo = await inner.request("kernel_info_request", {});
    inner.onOutput = (message) => this.#forward(message);
    inner.exited.then(() => this.#closing ??= this.#died());
    this.#inner = inner;
  }

  /** Interrupts the running cell; see {@linkcode OrderedKernel.interrupt}. */
  async interrupt(): Promise<void> {
    await this.#ready;
    const cell = this.#current;
    const outcome = await this.#inner.interrupt();
    if (outcome !== "asked") return;
    await new Promise((resolve) => Deno.unrefTimer(setTimeout(resolve, PATIENCE_MS)));
    if (this.#running && this.#current === cell) this.#publish("stream", { name: "stderr", text: NOT_STOPPED }, cell);
  }

  /** Ends Deno's kernel, then this one. */
  async shutdown(): Promise<void> {
    await this.#ready;
    await (this.#closing ??= this.#inner.shutdown().then(() => this.#close(0)));
  }

  /** Takes requests one after the other. */
  async #work(): Promise<void> {
    await this.#ready;
    for (let job; (job = this.#queue.shift());) {
      const header = job.message.header;
      this.#publish("status", { execution_state: "busy" }, header);
      try {
        if (header.msg_type === "execute_request") await this.#execute(job);
        else if (header.msg_type === "kernel_info_request") await this.#reply(job, this.#kernelInfo);
        else if (header.msg_type.endsWith("_request")) {
          await this.#reply(job, await this.#inner.request(header.msg_type, job.message.content));
        } else await this.#inner.send(header.msg_type, job.message.content);
      } catch (error) {
        await this.#fail(job, error);
      }
      await this.#publish("status", { execution_state: "idle" }, header);
    }
    this.#worked = undefined; // in the same breath as the look at the empty queue: a request that comes now starts anew
  }

  async #execute(job: Job): Promise<void> {
    const { code, silent, store_history, stop_on_error } = job.message.content as {
      code: string;
      silent?: boolean;
      store_history?: boolean;
      stop_on_error?: boolean;
    };
    this.#current = job.message.header;
    this.#running = true;
    try {
      const reply = await this.#inner.execute(code, {
        silent: silent ?? false,
        store_history: store_history ?? !silent,
      });
      this.#running = false;
      this.#streams.flush();
      await this.#published; // every output is written before the reply and the idle
      await this.#reply(job, reply);
      if (reply.status === "error" && stop_on_error !== false) await this.#dropQueued();
    } finally {
      this.#running = false;
    }
  }

  /** Answers the cells that were queued behind a failed one with "aborted"; other requests stay. */
  async #dropQueued(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, STRAGGLERS_MS));
    const waiting = this.#queue.splice(0);
    for (const job of waiting) {
      if (job.message.header.msg_type !== "execute_request") {
        this.#queue.push(job);
        continue;
      }
      this.#publish("status", { execution_state: "busy" }, job.message.header);
      // Without execution_count, as ipykernel does: with one, JupyterLab shows a number beside a cell that never ran.
      await this.#reply(job, { status: "aborted" });
      await this.#publish("status", { execution_state: "idle" }, job.message.header);
    }
  }

  /** A request that Deno's kernel did not answer, because it died or because it is stuck. */
  async #fail(job: Job, error: unknown): Promise<void> {
    const { name: ename, message: evalue } = error instanceof Error ? error : new Error(String(error));
    const content = { ename, evalue, traceback: [`${ename}: ${evalue}`] };
    const type = job.message.header.msg_type;
    if (type === "execute_request") await this.#publish("error", content, job.message.header);
    if (type.endsWith("_request")) await this.#reply(job, { status: "error", execution_count: 0, ...content });
    if (type === "execute_request") await this.#dropQueued();
  }

  async #control(job: Job): Promise<void> {
    await this.#ready;
    const { header, content } = job.message;
    this.#publish("status", { execution_state: "busy" }, header);
    if (header.msg_type === "interrupt_request") {
      this.interrupt().catch(() => {}); // a kernel that dies of it fails the cell, which tells
      await this.#reply(job, { status: "ok" });
    } else if (header.msg_type === "kernel_info_request") {
      await this.#reply(job, this.#kernelInfo);
    } else if (header.msg_type === "shutdown_request") {
      await this.#reply(job, { status: "ok", restart: (content as { restart?: boolean }).restart ?? false });
    }
    await this.#publish("status", { execution_state: "idle" }, header);
    if (header.msg_type === "shutdown_request") await this.shutdown();
  }

  async #reply({ message, peer }: Job, content: unknown): Promise<void> {
    const type = message.header.msg_type.replace(/_request$/, "_reply");
    await peer.send(this.#signer.pack(makeMessage(this.#session, type, content, message.header))).catch(ignoreGone);
  }

  #publish(type: string, content: unknown, parent: Partial<Header>): Promise<unknown> {
    this.#streams.flush();
    return this.#broadcast(makeMessage(this.#session, type, content, parent));
  }

  /** What Deno's kernel published, under the request that it belongs to. */
  #forward(message: Message): void {
    if (isMessage(message, "stream")) return this.#streams.add(message.content.name, message.content.text);
    this.#streams.flush();
    const { header, metadata, content, buffers } = message;
    this.#broadcast({ ...makeMessage(this.#session, header.msg_type, content, this.#current), metadata, buffers });
  }

  #broadcast(message: Message): Promise<unknown> {
    return this.#published = this.#iopub.broadcast(this.#signer.pack(message, message.header.msg_type));
  }

  /** Deno's kernel has ended without being asked: the running cell says so first, then the front end sees us end. */
  async #died(): Promise<void> {
    await this.#worked;
    await this.#close(1);
  }

  async #close(status: number): Promise<void> {
    this.#streams.flush();
    await settledWithin(this.#published, 1_000); // a front end that reads no more must not keep us
    for (const server of this.#servers) server.close();
    this.#end(status);
  }
}

/** A front end may leave at any time. */
function ignoreGone(): void {}
