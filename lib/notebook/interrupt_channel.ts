/** The environment variable that tells a kernel where its interrupt file is. */
export const INTERRUPT_FILE_VARIABLE = "RECSCALE_INTERRUPT_FILE";

/** How many interrupts an interrupt file counts; 0 when there is none yet. */
export function readInterruptCount(path: string): number {
  try {
    return Number(Deno.readTextFileSync(path)) || 0;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 0; // the kernel that owned it has gone
    throw error;
  }
}

/** The writing end: a file that counts interrupts, which the kernel process watches through `interruptSignal`. */
export class InterruptChannel implements AsyncDisposable {
  readonly #folder: string;
  #count = 0;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Makes the file in a fresh temporary folder. */
  static async open(): Promise<InterruptChannel> {
    const channel = new InterruptChannel(await Deno.makeTempDir({ prefix: "recscale-interrupt-" }));
    await Deno.writeTextFile(channel.path, "0");
    return channel;
  }

  /** Goes into the kernel's environment as {@linkcode INTERRUPT_FILE_VARIABLE}. */
  get path(): string {
    return `${this.#folder}/count`;
  }

  /** Counts one more interrupt. Written beside and renamed, so that a reader never sees a half-written number. */
  async raise(): Promise<void> {
    this.#count++;
    await Deno.writeTextFile(`${this.path}.next`, String(this.#count));
    await Deno.rename(`${this.path}.next`, this.path);
  }

  /** Removes the file. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.#folder, { recursive: true });
  }
}
