import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** A kernelspec as Jupyter's `kernel.json` holds it. */
export interface Kernelspec {
  argv: string[];
  display_name: string;
  language: string;
  interrupt_mode: "message" | "signal";
  env: Record<string, string>;
}

/**
 * What our notebooks say about their kernel.
 *
 * They name the wrapper kernel, not Deno's own ("deno"): where it is installed (`deno task kernel`, `deno task lab`) JupyterLab,
 * VS Code and nbconvert open them with the kernel that loses no output. Where it is not, JupyterLab and VS Code offer the
 * kernels of the same language, "Deno" among them.
 */
export const KERNELSPEC_METADATA = {
  display_name: "recscale (Deno)",
  language: "typescript",
  name: "recscale",
} as const;

/** Megabytes of JavaScript heap that a kernel gets at least: what V8 takes by itself on a large machine. */
const LEAST_HEAP_MB = 4096;
/** And at most: tensors live outside the heap, so more than this points to a leak. */
const MOST_HEAP_MB = 16_384;

/**
 * The kernelspec of the wrapper kernel: this Deno, this copy of the project, interrupts by message (a signal would kill Deno's
 * kernel), no terminal colours, and half of the machine's memory as heap, but 4 to 16 GB.
 */
export function kernelspec(): Kernelspec {
  const heap = Math.round(Deno.systemMemoryInfo().total / 2 ** 20 / 2);
  const wrapper = fileURLToPath(import.meta.resolve("./wrapper_kernel.ts"));
  return {
    // --no-config: the wrapper needs nothing from the deno.json of the notebook's folder, and a broken one must not stop it.
    // The cells themselves run in Deno's own kernel, which reads that deno.json.
    argv: [Deno.execPath(), "run", "--allow-all", "--no-config", wrapper, "{connection_file}"],
    display_name: KERNELSPEC_METADATA.display_name,
    language: KERNELSPEC_METADATA.language,
    interrupt_mode: "message",
    env: {
      NO_COLOR: "1",
      DENO_V8_FLAGS: `--max-old-space-size=${Math.min(Math.max(heap, LEAST_HEAP_MB), MOST_HEAP_MB)}`,
    },
  };
}

/**
 * Where Jupyter looks for a person's kernels, as `jupyter --data-dir` says: `JUPYTER_DATA_DIR`, or else
 * `%APPDATA%\jupyter` on Windows, `~/Library/Jupyter` on macOS, `$XDG_DATA_HOME/jupyter` (`~/.local/share/jupyter`) elsewhere.
 *
 * @throws {Error} when the environment does not tell the home folder.
 *
 * @example
 * ```ts
 * import { jupyterDataDir } from "recscale/notebook";
 * import assert from "node:assert/strict";
 *
 * assert.equal(jupyterDataDir({ HOME: "/home/ada" }, "linux"), "/home/ada/.local/share/jupyter");
 * ```
 */
export function jupyterDataDir(
  env: Record<string, string | undefined> = Deno.env.toObject(),
  os: typeof Deno.build.os = Deno.build.os,
): string {
  if (env.JUPYTER_DATA_DIR) return env.JUPYTER_DATA_DIR;
  if (os === "windows" && env.APPDATA) return join(env.APPDATA, "jupyter");
  const home = env.HOME ?? env.USERPROFILE;
  if (!home) {
    throw new Error("Cannot tell where Jupyter keeps its kernels: set HOME or JUPYTER_DATA_DIR, neither is set");
  }
  if (os === "darwin") return join(home, "Library", "Jupyter");
  return join(env.XDG_DATA_HOME || join(home, ".local", "share"), "jupyter");
}

/**
 * Installs the wrapper kernel under a Jupyter data folder; for a virtual environment that is `<prefix>/share/jupyter`. Installing
 * again replaces what was there.
 *
 * @returns the folder of the kernelspec.
 */
export async function installKernelspec(dataDir: string = jupyterDataDir()): Promise<string> {
  const folder = join(dataDir, "kernels", KERNELSPEC_METADATA.name);
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeTextFile(join(folder, "kernel.json"), JSON.stringify(kernelspec(), null, 2) + "\n");
  return folder;
}
