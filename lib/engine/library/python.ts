import { type Host, thisHost } from "./host.ts";

/** A Python on this machine, and the TensorFlow installed in it. */
export interface Python {
  /** The program, as it was started. */
  readonly command: string;
  readonly version: string;
  /** Whether `pip` can be run with it. */
  readonly pip: boolean;
  /** Its `tensorflow` package, whatever its version: folder and release. */
  readonly tensorflow: { readonly folder: string; readonly version: string } | null;
}

/**
 * Finds the package without importing it, which would take seconds. The working folder is taken off the search path: a
 * folder there that happens to be called `tensorflow` is not meant.
 */
const PROBE = `
import importlib.util, json, os, sys
sys.path = [p for p in sys.path if p not in ("", os.getcwd())]
spec = importlib.util.find_spec("tensorflow")
folder = next(iter(spec.submodule_search_locations or []), None) if spec else None
version = None
if folder:
    from importlib import metadata
    for name in ("tensorflow", "tensorflow-cpu", "tensorflow-macos", "tf-nightly", "tf-nightly-cpu"):
        try:
            version = metadata.version(name)
            break
        except metadata.PackageNotFoundError:
            pass
found = {"folder": folder, "version": version} if folder and version else None
print(json.dumps({"version": sys.version.split()[0], "pip": importlib.util.find_spec("pip") is not None, "tensorflow": found}))
`;

/** A Python that has not answered by then (a launcher that waits for an answer of its own) counts as absent. */
const TIMEOUT_MS = 10_000;

/** The first Python that runs: the one `RECSCALE_PYTHON` names, else `python3`, else `python`. */
export async function findPython(host: Host = thisHost): Promise<Python | null> {
  const chosen = host.env("RECSCALE_PYTHON");
  for (const command of chosen ? [chosen] : ["python3", "python"]) {
    const answer = await ask(command);
    if (answer) return { command, ...answer };
  }
  return null;
}

async function ask(command: string): Promise<Omit<Python, "command"> | null> {
  try {
    const { success, stdout } = await new Deno.Command(command, {
      args: ["-c", PROBE],
      stdin: "null",
      stderr: "null",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    }).output();
    return success ? JSON.parse(new TextDecoder().decode(stdout)) : null;
  } catch {
    return null; // not there, not permitted, or not a Python
  }
}
