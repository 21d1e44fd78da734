import { join } from "node:path";
import { type Host, libraryFolder, thisHost } from "./host.ts";

/**
 * How long a fetch that failed is not tried again. Without this each process of a worker pool on a machine without a
 * network would wait for pip to give up, one after the other.
 */
const LASTS_MS = 10 * 60 * 1000;

/** The failure of a fetch less than ten minutes ago. */
export async function recallFailure(host: Host = thisHost): Promise<{ unavailable: string } | null> {
  try {
    const { at, unavailable } = JSON.parse(await Deno.readTextFile(failurePath(host)));
    return Date.now() - at < LASTS_MS && typeof unavailable === "string" ? { unavailable } : null;
  } catch {
    return null; // there was none
  }
}

/** Keeps a failure for {@link recallFailure}. */
export async function rememberFailure({ unavailable }: { unavailable: string }, host: Host = thisHost): Promise<void> {
  await Deno.writeTextFile(failurePath(host), JSON.stringify({ at: Date.now(), unavailable }) + "\n");
}

/** A later fetch worked. */
export async function forgetFailure(host: Host = thisHost): Promise<void> {
  await Deno.remove(failurePath(host)).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
}

function failurePath(host: Host): string {
  return join(libraryFolder(host), "fetch-failed.json");
}
