import { type DisplayBundle, isMessage, type Json, type JsonObject, type Message } from "./jupyter_message.ts";
import { type CellOutput, splitLines } from "./notebook_file.ts";

type BundleOutput = Extract<CellOutput, { data: JsonObject }>;

/** Turns what a kernel publishes into the outputs that a notebook file stores. */
export class OutputCollector {
  #outputs: CellOutput[] = [];
  /** Outputs by display id, in whatever cell they are: a later cell may update them. */
  readonly #displays = new Map<string, BundleOutput[]>();
  #clearFirst = false;

  /** Starts a cell: from now on outputs go into the list given back. */
  begin(): CellOutput[] {
    this.#clearFirst = false;
    return this.#outputs = [];
  }

  /** Adds one published message; types that make no output are ignored. */
  add(message: Message): void {
    if (isMessage(message, "stream")) {
      this.#addText(message.content.name, withoutColours(message.content.text));
    } else if (isMessage(message, "display_data")) {
      const output: BundleOutput = { output_type: "display_data", ...bundle(message.content) };
      this.#push(output);
      this.#remember(message.content, output);
    } else if (isMessage(message, "execute_result")) {
      const { execution_count } = message.content;
      const output: BundleOutput = { output_type: "execute_result", execution_count, ...bundle(message.content) };
      this.#push(output);
      this.#remember(message.content, output);
    } else if (isMessage(message, "update_display_data")) {
      const shown = this.#displays.get(message.content.transient?.display_id ?? "") ?? [];
      for (const output of shown) Object.assign(output, bundle(message.content));
    } else if (isMessage(message, "error")) {
      const { ename, evalue, traceback } = message.content;
      this.#push({
        output_type: "error",
        ename,
        evalue: withoutColours(evalue),
        traceback: traceback.map(withoutColours),
      });
    } else if (isMessage(message, "clear_output")) {
      if (message.content.wait) this.#clearFirst = true;
      else this.#outputs.length = 0;
    }
  }

  #addText(name: "stdout" | "stderr", text: string): void {
    const last = this.#clearFirst ? undefined : this.#outputs.at(-1);
    if (last?.output_type === "stream" && last.name === name) {
      const before = last.text as string[];
      // the last line may go on
      before.push(...splitLines((before.at(-1)?.endsWith("\n") ? "" : before.pop() ?? "") + text));
    } else {
      this.#push({ output_type: "stream", name, text: splitLines(text) });
    }
  }

  #push(output: CellOutput): void {
    if (this.#clearFirst) this.#outputs.length = 0;
    this.#clearFirst = false;
    this.#outputs.push(output);
  }

  #remember(content: DisplayBundle, output: BundleOutput): void {
    const id = content.transient?.display_id;
    if (id === undefined) return;
    const shown = this.#displays.get(id);
    if (shown) shown.push(output);
    else this.#displays.set(id, [output]);
  }
}

function bundle({ data, metadata }: DisplayBundle): { data: JsonObject; metadata: JsonObject } {
  const entries = Object.entries(data).map(([type, value]) => [type, storedValue(type, value)]);
  return { data: Object.fromEntries(entries), metadata: metadata ?? {} };
}

/** nbformat stores texts as lines and everything else, base64 images among it, as it is. */
function storedValue(type: string, value: Json): Json {
  if (typeof value !== "string") return value;
  if (type === "text/plain") return splitLines(withoutColours(value));
  return type.startsWith("text/") || type === "image/svg+xml" || type === "application/javascript"
    ? splitLines(value)
    : value;
}

function withoutColours(text: string): string {
  // deno-lint-ignore no-control-regex -- ESC begins a terminal's colour sequence
  return text.replace(/\x1b\[[0-9;]*m/g, "");
}
