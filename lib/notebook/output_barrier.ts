import { isMessage, type Message } from "./jupyter_message.ts";
import { BARRIER_MIME } from "./kernel_prelude.ts";

/**
 * Tells when every output of a cell has arrived.
 *
 * Deno's kernel publishes stdout, stderr and displays on paths of their own, later than it reports the cell as done. A second
 * request that sends a token down each path is the proof: what was sent earlier on a path arrives earlier.
 */
export class OutputBarrier {
  readonly token: string;
  /** Resolves when the token has come out of every path and the request itself is over. */
  readonly passed: Promise<void>;
  readonly #pass: () => void;
  readonly #pending = new Set(["stdout", "stderr", "display", "idle"]);
  readonly #held = { stdout: "", stderr: "" };
  #requestId = "";

  constructor() {
    this.token = `\u2063${crypto.randomUUID()}`; // U+2063 INVISIBLE SEPARATOR: no program prints this by chance
    ({ promise: this.passed, resolve: this.#pass } = Promise.withResolvers<void>());
  }

  /** Tells the id of the request that sends the token. */
  sentAs(requestId: string): void {
    this.#requestId = requestId;
  }

  /** The message without the barrier's own traces, or null when nothing is left of it. */
  filter(message: Message): Message | null {
    if (isMessage(message, "stream")) {
      const { name, text } = message.content;
      const rest = this.#cut(name, text);
      return rest === "" ? null : { ...message, content: { name, text: rest } };
    }
    if (isMessage(message, "display_data") && message.content.data[BARRIER_MIME] === this.token) {
      this.#saw("display");
      return null;
    }
    if (message.parent_header.msg_id === this.#requestId && isMessage(message, "status")) {
      if (message.content.execution_state === "idle") this.#saw("idle");
      return null;
    }
    return message;
  }

  /** Takes the token's line out of a stream; a start of the token at the end of a piece is held back until the next. */
  #cut(name: "stdout" | "stderr", piece: string): string {
    if (!this.#pending.has(name)) return piece;
    const text = this.#held[name] + piece;
    this.#held[name] = "";
    const at = text.indexOf(this.token + "\n");
    if (at < 0) {
      const start = text.lastIndexOf(this.token[0]);
      if (start < 0 || !this.token.startsWith(text.slice(start, start + this.token.length))) return text;
      this.#held[name] = text.slice(start);
      return text.slice(0, start);
    }
    this.#saw(name);
    // An open console.group indents the token's line.
    return text.slice(0, at).replace(/(^|\n) +$/, "$1") + text.slice(at + this.token.length + 1);
  }

  #saw(path: string): void {
    this.#pending.delete(path);
    if (this.#pending.size === 0) this.#pass();
  }
}
