import { join } from "node:path";
import { noProgress, type Progress } from "../progress.ts";
import { fetchLibrary, removeLeftovers } from "./fetch_library.ts";
import { withFileLock } from "./file_lock.ts";
import { findLibrary } from "./find_library.ts";
import { type Host, libraryFolder, thisHost, wantsCuda } from "./host.ts";
import { type Library, TENSORFLOW_VERSION } from "./library.ts";
import { findPython } from "./python.ts";
import { forgetFailure, recallFailure, rememberFailure } from "./remembered_failure.ts";
import { chooseWheel, type WheelChoice } from "./wheel_choice.ts";

/**
 * The TensorFlow library: found as by `findLibrary`, otherwise fetched with pip into the user's cache, once (about
 * 270 MB; 850 MB on disk). With an NVIDIA driver the CUDA build and NVIDIA's packages are fetched (about 3 GB; untested
 * on a machine with a GPU). Where that is impossible or fails: why, in one line. After a failure no other attempt is made
 * for ten minutes, except with `retry`.
 *
 * Two processes do not fetch at the same time, and one that is interrupted leaves nothing that a later one would use.
 *
 * @throws {Error} when `RECSCALE_TENSORFLOW_LIB` points to something else than a TensorFlow library.
 */
export async function ensureLibrary(
  { progress = noProgress, retry = false, host = thisHost }: { progress?: Progress; retry?: boolean; host?: Host } = {},
): Promise<Library | { unavailable: string }> {
  const found = await findLibrary({ host });
  if (found && isEnough(found, host)) return found;
  const choice = chooseWheel(host);
  if ("unavailable" in choice) return choice;
  const failure = retry ? null : await recallFailure(host);
  if (failure) return failure;
  const python = await findPython(host);
  const without = `TensorFlow's library is not installed, and fetching it needs`;
  if (!python) return { unavailable: `${without} Python with pip, but no python3 was found` };
  if (!python.pip) return { unavailable: `${without} pip, which ${python.command} does not have` };
  try {
    await Deno.mkdir(libraryFolder(host), { recursive: true });
    const lock = join(libraryFolder(host), "fetch.lock");
    const onWait = () => progress.update(0, 0, "waiting for another process that fetches it");
    return await withFileLock(lock, async (alone) => {
      const meanwhile = await findLibrary({ host });
      if (meanwhile && isEnough(meanwhile, host)) return meanwhile;
      const failedMeanwhile = retry ? null : await recallFailure(host);
      if (failedMeanwhile) return failedMeanwhile;
      if (alone) await removeLeftovers(libraryFolder(host));
      const outcome = await fetchLibrary(choice, python.command, progress, host).catch((error) =>
        failed(error, choice)
      );
      if ("unavailable" in outcome) {
        progress.finish("failed");
        await rememberFailure(outcome, host);
      } else {
        await forgetFailure(host);
      }
      return outcome;
    }, onWait);
  } catch (error) {
    return failed(error, choice); // the cache folder cannot be written
  }
}

function failed(error: unknown, choice: WheelChoice): { unavailable: string } {
  const reason = (error instanceof Error ? error.message : String(error)).replace(/\.$/, "").replaceAll("\n", " ");
  const instead = choice.cuda ? "; with RECSCALE_DEVICE=cpu the smaller CPU build is fetched" : "";
  return { unavailable: `fetching TensorFlow ${TENSORFLOW_VERSION} failed: ${reason}${instead}` };
}

/** A library fetched for the CPU does not serve a machine that has got an NVIDIA driver since. */
function isEnough(library: Library, host: Host): boolean {
  return library.source !== "cache" || library.cuda || !wantsCuda(host);
}
