import { type ConnectionInfo, makeMessage, type Message, MessageSigner } from "./jupyter_message.ts";
import { KernelDied, type KernelExit, type KernelOptions, KernelProcess } from "./kernel_process.ts";
import { settledWithin } from "./settled_within.ts";
import { ZmtpSocket } from "./zmtp_socket.ts";

/** The channels on which requests go out. */
export type RequestChannel = "shell" | "control";

/** Tries to start before giving up: another program may take one of the five free ports before the kernel binds it. */
const START_ATTEMPTS = 3;
/** Milliseconds a kernel gets to open its ports: a cold start under load took up to 4 s. */
const START_LIMIT_MS = 30_000;
/** Milliseconds it gets, once they are open, to answer and publish: a few are usual. */
const ANSWER_LIMIT_MS = 15_000;
/** Milliseconds for reading what a dead kernel had published; a process that it left behind may hold the connection open. */
const DRAIN_LIMIT_MS = 2_000;
/** Milliseconds from a shutdown request to SIGKILL. */
const SHUTDOWN_LIMIT_MS = 3_000;

/**
 * Deno's own Jupyter kernel (`deno jupyter --kernel`) as a child process, driven over the Jupyter protocol 5.3.
 *
 * This is the kernel as it is: its outputs come after `idle` and under other requests' names. {@linkcode OrderedKernel} mends
 * that.
 */
export class DenoKernel {
  /** Gets every message the kernel publishes, in order of arrival. */
  onPublished: (message: Message) => void = () => {};
  readonly #session: string;
  readonly #process: KernelProcess;
  readonly #signer: MessageSigner;
  readonly #sockets: Record<"shell" | "control" | "iopub", ZmtpSocket>;
  readonly #replies = new Map<string, (reply: Message) => void>();
  /** Resolves when the process has ended and all it published has been handed over. */
  readonly exited: Promise<KernelExit>;

  private constructor(
    process: KernelProcess,
    session: string,
    signer: MessageSigner,
    sockets: Record<"shell" | "control" | "iopub", ZmtpSocket>,
  ) {
    this.#process = process;
    this.#session = session;
    this.#signer = signer;
    this.#sockets = sockets;
    const published = this.#read("iopub", (message) => this.onPublished(message));
    const toRequester = (message: Message) => this.#replies.get(message.parent_header.msg_id ?? "")?.(message);
    this.#read("shell", toRequester);
    this.#read("control", toRequester);
    this.exited = process.exited.then(async (exit) => {
      await settledWithin(published, DRAIN_LIMIT_MS);
      return exit;
    });
  }

  /**
   * Starts a kernel and waits until it answers and its publications are heard.
   *
   * @throws {KernelDied} when the process ends instead.
   */
  static async start(options: KernelOptions = {}): Promise<DenoKernel> {
    for (let attempt = 1;; attempt++) {
      try {
        return await DenoKernel.#startOnce(options);
      } catch (error) {
        const again = error instanceof KernelDied || error instanceof KernelSilent;
        if (attempt === START_ATTEMPTS || !again) throw error;
      }
    }
  }

  static async #startOnce(options: KernelOptions): Promise<DenoKernel> {
    const connection = newConnection();
    const process = await KernelProcess.spawn(connection, options);
    try {
      const session = crypto.randomUUID();
      const connect = (port: number, type: "DEALER" | "SUB") =>
        connectWhenUp(process, connection.ip, port, type, session);
      const kernel = new DenoKernel(process, session, new MessageSigner(connection.key), {
        iopub: await connect(connection.iopub_port, "SUB"),
        shell: await connect(connection.shell_port, "DEALER"),
        control: await connect(connection.control_port, "DEALER"),
      });
      await kernel.#untilHeard();
      return kernel;
    } catch (error) {
      process.kill();
      throw error;
    }
  }

  /** Sends a message without waiting for an answer. */
  async send(type: string, content: unknown, channel: RequestChannel = "shell"): Promise<void> {
    await this.#sockets[channel].send(this.#signer.pack(makeMessage(this.#session, type, content)));
  }

  /**
   * Sends a request and waits for its reply.
   *
   * @param onId gets the request's id before anything is sent, so that no message about it can be missed.
   * @throws {KernelDied} when the kernel ends before it replies.
   */
  async request<Content = unknown>(
    type: string,
    content: unknown,
    channel: RequestChannel = "shell",
    onId?: (id: string) => void,
  ): Promise<Message<Content>> {
    const message = makeMessage(this.#session, type, content);
    const id = message.header.msg_id;
    const { promise: reply, resolve } = Promise.withResolvers<Message>();
    this.#replies.set(id, resolve);
    onId?.(id);
    const died = this.exited.then((exit) => {
      throw new KernelDied(type, exit);
    });
    died.catch(() => {}); // no complaint once the reply has won the race
    try {
      // A failed write means that the kernel is going: its exit says why.
      await this.#sockets[channel].send(this.#signer.pack(message)).catch(() => died);
      return await Promise.race([reply, died]) as Message<Content>;
    } finally {
      this.#replies.delete(id);
    }
  }

  /**
   * Stops the JavaScript that runs at this moment.
   *
   * Only right for a cell in its synchronous first part: a cell that has awaited something never ends after this, and no
   * later cell runs.
   */
  async interrupt(): Promise<void> {
    await this.request("interrupt_request", {}, "control");
  }

  /** Ends the kernel: asks, then kills. Safe to call twice, and on a kernel that has died. */
  async shutdown(): Promise<void> {
    const timer = setTimeout(() => this.#process.kill(), SHUTDOWN_LIMIT_MS);
    await this.send("shutdown_request", { restart: false }, "control").catch(() => {});
    await this.exited;
    clearTimeout(timer);
    for (const socket of Object.values(this.#sockets)) socket.close();
  }

  /** Ends the kernel at once. */
  async kill(): Promise<void> {
    this.#process.kill();
    await this.shutdown();
  }

  async #read(channel: "shell" | "control" | "iopub", onMessage: (message: Message) => void): Promise<void> {
    for (let frames; (frames = await this.#sockets[channel].receive());) {
      let message;
      try {
        message = this.#signer.unpack(frames);
      } catch {
        continue; // not from our kernel: some other program got at the port
      }
      onMessage(message);
    }
  }

  /**
   * A SUB socket hears nothing until the kernel has registered it: ask until something is published.
   *
   * @throws {KernelSilent} when nothing is: most likely another program has got one of the ports.
   */
  async #untilHeard(): Promise<void> {
    let heard = false;
    this.onPublished = () => heard = true;
    const end = performance.now() + ANSWER_LIMIT_MS;
    while (!heard) {
      const asked = this.request("kernel_info_request", {});
      if (!await settledWithin(asked, end - performance.now())) throw new KernelSilent();
      await asked;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    this.onPublished = () => {};
  }
}

/** A kernel that runs but does not answer. */
class KernelSilent extends Error {
  constructor() {
    super(`The Deno kernel runs but does not answer: waited ${ANSWER_LIMIT_MS / 1000} s`);
  }
}

function newConnection(): ConnectionInfo {
  const listeners = Array.from({ length: 5 }, () => Deno.listen({ hostname: "127.0.0.1", port: 0 }));
  const [shell_port, iopub_port, stdin_port, control_port, hb_port] = listeners.map((listener) => listener.addr.port);
  for (const listener of listeners) listener.close();
  return {
    transport: "tcp",
    ip: "127.0.0.1",
    key: crypto.randomUUID(),
    signature_scheme: "hmac-sha256",
    shell_port,
    iopub_port,
    stdin_port,
    control_port,
    hb_port,
  };
}

async function connectWhenUp(
  process: KernelProcess,
  hostname: string,
  port: number,
  type: "DEALER" | "SUB",
  session: string,
): Promise<ZmtpSocket> {
  const end = performance.now() + START_LIMIT_MS;
  while (true) {
    try {
      return await ZmtpSocket.connect(hostname, port, type, session);
    } catch (error) {
      if (process.exit) throw new KernelDied("start", process.exit);
      if (performance.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
