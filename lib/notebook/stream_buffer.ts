/** Milliseconds that text waits for more: no one notices 50 ms, and a loop that prints thousands of lines makes few messages. */
const WAIT_MS = 50;

/**
 * Joins pieces of a stream that come shortly one after the other. Deno's kernel sends each `console.log` by itself, and front
 * ends such as nbclient store each message as an output of its own.
 */
export class StreamBuffer {
  readonly #emit: (name: "stdout" | "stderr", text: string) => void;
  #name: "stdout" | "stderr" = "stdout";
  #text = "";
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `emit` gets each joined piece. */
  constructor(emit: (name: "stdout" | "stderr", text: string) => void) {
    this.#emit = emit;
  }

  /** Adds text; a change of stream emits what there was. */
  add(name: "stdout" | "stderr", text: string): void {
    if (name !== this.#name) this.flush();
    this.#name = name;
    this.#text += text;
    this.#timer ??= setTimeout(() => this.flush(), WAIT_MS);
  }

  /** Emits what waits: to be called before anything else is shown. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const text = this.#text;
    this.#text = "";
    if (text !== "") this.#emit(this.#name, text);
  }
}
