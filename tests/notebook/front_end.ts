import {
  type ConnectionInfo,
  type ExecuteReply,
  isMessage,
  makeMessage,
  type Message,
  MessageSigner,
} from "../../lib/notebook/jupyter_message.ts";
import { ZmtpSocket } from "../../lib/notebook/zmtp_socket.ts";

type Channels = Record<"shell" | "control" | "iopub", ZmtpSocket>;

/** A front end as plain as can be: it trusts `idle` and parent headers, as nbclient and JupyterLab do. */
export class FrontEnd {
  /** Everything published so far, in order of arrival. */
  readonly published: Message[] = [];
  readonly process: Deno.ChildProcess;
  readonly #signer: MessageSigner;
  readonly #sockets: Channels;
  readonly #replies = new Map<string, (message: Message) => void>();
  #heard = Promise.withResolvers<void>();

  private constructor(process: Deno.ChildProcess, key: string, sockets: Channels) {
    this.process = process;
    this.#signer = new MessageSigner(key);
    this.#sockets = sockets;
    const answered = (message: Message) => this.#replies.get(message.parent_header.msg_id!)?.(message);
    this.#read(sockets.shell, answered);
    this.#read(sockets.control, answered);
    this.#read(sockets.iopub, (message) => {
      this.published.push(message);
      this.#heard.resolve();
      this.#heard = Promise.withResolvers();
    });
  }

  /** Starts the wrapper kernel as a kernelspec would. */
  static async start(): Promise<FrontEnd> {
    const folder = await Deno.makeTempDir();
    const listeners = Array.from({ length: 5 }, () => Deno.listen({ hostname: "127.0.0.1", port: 0 }));
    const [shell_port, iopub_port, stdin_port, control_port, hb_port] = listeners.map(({ addr }) => addr.port);
    for (const listener of listeners) listener.close();
    const connection: ConnectionInfo = {
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
    await Deno.writeTextFile(`${folder}/connection.json`, JSON.stringify(connection));
    const program = new URL("../../lib/notebook/wrapper_kernel.ts", import.meta.url);
    const process = new Deno.Command(Deno.execPath(), {
      args: ["run", "--allow-all", "--no-config", program.href, `${folder}/connection.json`],
      env: { NO_COLOR: "1" },
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    let ended = false;
    process.status.then(() => ended = true);
    const connect = async (port: number, type: "DEALER" | "SUB") => {
      while (true) {
        try {
          return await ZmtpSocket.connect("127.0.0.1", port, type, "front-end");
        } catch (error) {
          if (ended) throw error;
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
      }
    };
    const front = new FrontEnd(process, connection.key, {
      iopub: await connect(iopub_port, "SUB"),
      shell: await connect(shell_port, "DEALER"),
      control: await connect(control_port, "DEALER"),
    });
    await Deno.remove(folder, { recursive: true });
    while (front.published.length === 0) await front.request("kernel_info_request", {}, "control").reply;
    return front;
  }

  /** Sends a request; gives its id and the reply to come. */
  request(type: string, content: unknown, channel: "shell" | "control" = "shell") {
    const message = makeMessage("front-end", type, content);
    const id = message.header.msg_id;
    const { promise, resolve } = Promise.withResolvers<Message>();
    this.#replies.set(id, resolve);
    this.#sockets[channel].send(this.#signer.pack(message));
    return { id, reply: promise };
  }

  /** Sends a cell; `done` gives the reply's content once the cell's `idle` has come. */
  execute(code: string, options: Record<string, unknown> = {}): { id: string; done: Promise<ExecuteReply> } {
    const content = { code, silent: false, store_history: true, stop_on_error: true, ...options };
    const { id, reply } = this.request("execute_request", content);
    const done = reply.then(async ({ content }) => {
      while (!this.of(id).some((m) => isMessage(m, "status") && m.content.execution_state === "idle")) {
        await this.#heard.promise;
      }
      return content as ExecuteReply;
    });
    return { id, done };
  }

  /** What was published under a request, in order. */
  of(id: string): Message[] {
    return this.published.filter((message) => message.parent_header.msg_id === id);
  }

  /** The same in brief: `busy`, `in`, `stdout:text`, `result:value`, `display:value`, `error:Name: message`, `idle`. */
  brief(id: string): string[] {
    const said: string[] = [];
    for (const message of this.of(id)) {
      if (isMessage(message, "status")) said.push(message.content.execution_state);
      else if (isMessage(message, "execute_input")) said.push("in");
      else if (isMessage(message, "error")) said.push(`error:${message.content.ename}: ${message.content.evalue}`);
      else if (isMessage(message, "stream")) {
        const { name, text } = message.content;
        if (said.at(-1)?.startsWith(`${name}:`)) said[said.length - 1] += text;
        else said.push(`${name}:${text}`);
      } else if (isMessage(message, "display_data")) said.push(`display:${message.content.data["text/html"]}`);
      else if (isMessage(message, "execute_result")) said.push(`result:${message.content.data["text/plain"]}`);
      else said.push(message.header.msg_type);
    }
    return said;
  }

  /** Asks the kernel to end and gives its exit status. */
  async shutdown(): Promise<number> {
    this.request("shutdown_request", { restart: false }, "control");
    const { code } = await this.process.status;
    this.close();
    return code;
  }

  /** Hangs up. */
  close(): void {
    for (const socket of Object.values(this.#sockets)) socket.close();
  }

  async #read(socket: ZmtpSocket, onMessage: (message: Message) => void): Promise<void> {
    for (let frames; (frames = await socket.receive());) onMessage(this.#signer.unpack(frames));
  }
}
