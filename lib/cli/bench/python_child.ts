import { fileURLToPath } from "node:url";

type Message = Record<string, unknown>;

/** A Python script that answers questions, one JSON object a line each way, and ends when its input does. */
export interface PythonChild {
  /** What it said first. */
  readonly greeting: Message;
  /** @throws {Error} with the last lines of its stderr when it ends instead of answering */
  ask(question: Message): Promise<Message>;
  close(): Promise<void>;
}

/** How much of what the child writes to stderr is kept for an error message. */
const KEPT_LINES = 8;

/**
 * Starts a script of `tests/bench` with the Python that `RECSCALE_PYTHON` names, else `python3`.
 *
 * @returns why not, as half a sentence, where there is no such Python or the script says that it lacks something
 */
export async function startPython(script: string, folder: string): Promise<PythonChild | { unavailable: string }> {
  const python = Deno.env.get("RECSCALE_PYTHON") || "python3";
  const path = fileURLToPath(new URL(`../../../tests/bench/${script}`, import.meta.url));
  let process: Deno.ChildProcess;
  try {
    process = new Deno.Command(python, {
      args: ["-u", path, folder],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  } catch (error) {
    return { unavailable: `${python} does not start: ${(error as Error).message}` };
  }
  const input = process.stdin.getWriter();
  const answers = lines(process.stdout);
  const last: string[] = [];
  const listening = (async () => {
    for await (const line of lines(process.stderr)) {
      last.push(line);
      if (last.length > KEPT_LINES) last.shift();
    }
  })();

  const read = async (): Promise<Message> => {
    const { value, done } = await answers.next();
    if (!done) return JSON.parse(value);
    await listening;
    throw new Error(`${script} ended without an answer. Its last words:\n${last.join("\n")}`);
  };
  const close = async () => {
    await input.close().catch(() => {}); // it has ended already
    await process.status;
    await answers.return(undefined);
    await listening;
  };

  let greeting: Message;
  try {
    greeting = await read();
  } catch (error) {
    await close();
    throw error;
  }
  if (typeof greeting.unavailable === "string") {
    await close();
    return { unavailable: `${python} says: ${greeting.unavailable}` };
  }
  const encoder = new TextEncoder();
  return {
    greeting,
    close,
    async ask(question) {
      await input.write(encoder.encode(JSON.stringify(question) + "\n")).catch(() => {}); // reading tells why
      return await read();
    },
  };
}

async function* lines(stream: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string, void> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const parts = (rest + text).split("\n");
    rest = parts.pop()!;
    yield* parts;
  }
  if (rest) yield rest;
}
