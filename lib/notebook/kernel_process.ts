import type { ConnectionInfo } from "./jupyter_message.ts";
import { settledWithin } from "./settled_within.ts";

/** How to start a kernel. */
export interface KernelOptions {
  /** Folder the cells run in; Deno finds its deno.json from there. Default: the current one. */
  cwd?: string;
  /** Added to the environment. */
  env?: Record<string, string>;
  /**
   * Puts the kernel into a process group of its own, so that Ctrl-C in the terminal reaches only this process, which then
   * interrupts the kernel in good order. Default false.
   */
  detached?: boolean;
  /** Gets what the process writes past the notebook (native libraries, child processes). Default: to stderr. */
  onProcessOutput?: (text: string) => void;
}

/** How a kernel process ended. */
export interface KernelExit {
  code: number;
  signal: Deno.Signal | null;
  /** The last lines it wrote to stderr: V8 and native libraries say there why they gave up. */
  lastWords: string;
}

/** Thrown when a kernel ends while something waits for it. */
export class KernelDied extends Error {
  override name = "KernelDied";
  /** How the process ended. */
  readonly exit: KernelExit;

  /** `during` names what was waited for. */
  constructor(during: string, exit: KernelExit) {
    const how = exit.signal ? `signal ${exit.signal}` : `exit code ${exit.code}`;
    super(`The Deno kernel ended during ${during} (${how})${exit.lastWords && `. Its last words:\n${exit.lastWords}`}`);
    this.exit = exit;
  }
}

/** Characters of stderr that are kept for {@linkcode KernelExit.lastWords}. */
const LAST_WORDS = 2_000;
/** Deno prints these at every start and at every interrupt; they say nothing to the reader of a notebook. */
const NOTICES =
  /^(.*"deno jupyter" is unstable and might change|CDP response has null result\..*was terminated).*\n?/gm;

/** The `deno jupyter` process and its connection file. */
export class KernelProcess {
  /** Set once the process has ended. */
  exit: KernelExit | undefined;
  /** Resolves when the process has ended, its output is read and its connection file removed. */
  readonly exited: Promise<KernelExit>;
  readonly #child: Deno.ChildProcess;
  #lastWords = "";

  private constructor(child: Deno.ChildProcess, folder: string, onOutput: (text: string) => void) {
    this.#child = child;
    const kill = () => this.kill();
    globalThis.addEventListener("unload", kill); // a kernel does not outlive the process that drives it
    const read = Promise.all([
      forward(child.stdout, onOutput),
      forward(child.stderr, (text) => {
        this.#lastWords = (this.#lastWords + text).slice(-LAST_WORDS);
        onOutput(text);
      }),
    ]);
    this.exited = child.status.then(async ({ code, signal }) => {
      // A grandchild may hold the pipes open after the kernel has gone: do not wait for it.
      await settledWithin(read, 500);
      globalThis.removeEventListener("unload", kill);
      await Deno.remove(folder, { recursive: true }).catch(() => {}); // someone has cleaned up the temporary files
      return this.exit = { code, signal, lastWords: this.#lastWords.trim() };
    });
  }

  /** Starts `deno jupyter` on a connection. */
  static async spawn(
    connection: ConnectionInfo,
    options: KernelOptions,
  ): Promise<KernelProcess> {
    const folder = await Deno.makeTempDir({ prefix: "recscale-kernel-" });
    const file = `${folder}/connection.json`;
    await Deno.writeTextFile(file, JSON.stringify(connection), { mode: 0o600 }); // it holds the key
    const child = new Deno.Command(Deno.execPath(), {
      args: ["jupyter", "--kernel", "--conn", file],
      cwd: options.cwd,
      env: { NO_COLOR: "1", ...options.env },
      detached: options.detached ?? false,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const toStderr = (text: string) => void Deno.stderr.writeSync(new TextEncoder().encode(text));
    return new KernelProcess(child, folder, options.onProcessOutput ?? toStderr);
  }

  /** Ends the process at once; does nothing when it has ended. */
  kill(): void {
    try {
      this.#child.kill("SIGKILL");
    } catch (error) {
      // Deno throws a TypeError for a process that has ended
      if (!(error instanceof TypeError) && !(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}

/** Hands a stream on line by line, without Deno's notices. */
async function forward(stream: ReadableStream<Uint8Array>, onText: (text: string) => void): Promise<void> {
  let partial = ""; // a line may come in pieces
  const pass = (text: string) => {
    const wanted = text.replace(NOTICES, "");
    if (wanted) onText(wanted);
  };
  for await (const chunk of stream.pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>)) {
    const text = partial + chunk;
    const end = Math.max(text.lastIndexOf("\n"), text.lastIndexOf("\r")) + 1; // progress bars end with \r
    partial = text.slice(end);
    pass(text.slice(0, end));
  }
  pass(partial);
}
