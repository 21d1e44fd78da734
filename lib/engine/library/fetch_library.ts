import { dirname, join } from "node:path";
import type { Progress } from "../progress.ts";
import { cudaLibraries, cudaRequirements, isCudaRuntimeFile } from "./cuda_libraries.ts";
import { type Host, thisHost } from "./host.ts";
import { type Library, TENSORFLOW_VERSION } from "./library.ts";
import { pipDownload } from "./pip_download.ts";
import { rememberLibrary } from "./remembered_library.ts";
import { readMetadata, unpackWheel } from "./wheel.ts";
import { choiceFolder, type WheelChoice } from "./wheel_choice.ts";

const STAGING = ".fetching-";

/** One package of a fetch: what of it is unpacked, and what it must hold. */
interface Part {
  requirement: string;
  select(name: string): boolean;
  needed: readonly string[];
}

/**
 * Fetches the library of a choice into the cache and remembers it. All is unpacked and checked in a folder beside, which
 * then takes its name in one step; that folder goes whatever happens, unless the process is killed.
 *
 * @throws {Error} when pip fails or a package is damaged.
 */
export async function fetchLibrary(
  choice: WheelChoice,
  python: string,
  progress: Progress,
  host: Host = thisHost,
): Promise<Library> {
  const target = choiceFolder(choice, host);
  const staging = await Deno.makeTempDir({ dir: dirname(target), prefix: STAGING });
  const abandon = () => Deno.removeSync(staging, { recursive: true });
  addEventListener("unload", abandon);
  try {
    const unpacked = join(staging, "unpacked");
    await Deno.mkdir(unpacked);
    const fetch = (part: Part) => fetchPart(part, { staging, unpacked, python, platforms: choice.platforms, progress });
    const metadata = await fetch({
      requirement: choice.requirement,
      select: (name) => choice.files.includes(name),
      needed: choice.files,
    });
    for (const requirement of choice.cuda ? cudaRequirements(metadata) : []) {
      await fetch({ requirement, select: isCudaRuntimeFile, needed: [] });
    }
    await Deno.remove(target, { recursive: true }).catch(ignoreMissing);
    await Deno.rename(unpacked, target);
  } finally {
    removeEventListener("unload", abandon);
    await Deno.remove(staging, { recursive: true }).catch(ignoreMissing);
  }
  const [frameworkPath, mainPath] = choice.files.map((file) => join(target, file));
  const preload = choice.cuda ? await cudaLibraries(target) : [];
  const { cuda } = choice;
  const library: Library = { frameworkPath, mainPath, preload, version: TENSORFLOW_VERSION, source: "fetched", cuda };
  await rememberLibrary(library, host);
  progress.finish(`TensorFlow ${TENSORFLOW_VERSION} is ready`);
  return library;
}

/** Removes what processes left in a folder that were killed while they fetched. No other may be fetching. */
export async function removeLeftovers(folder: string): Promise<void> {
  for await (const { name } of Deno.readDir(folder)) {
    if (name.startsWith(STAGING)) await Deno.remove(join(folder, name), { recursive: true }).catch(ignoreMissing);
  }
}

/** Downloads and unpacks one package, and returns its `METADATA`. */
async function fetchPart(
  { requirement, select, needed }: Part,
  { staging, unpacked, python, platforms, progress }: {
    staging: string;
    unpacked: string;
    python: string;
    platforms: readonly string[];
    progress: Progress;
  },
): Promise<string> {
  const folder = await Deno.makeTempDir({ dir: staging });
  const name = requirement.match(/^[\w.-]+/)?.[0] ?? requirement;
  const telling = (what: string) => (done: number, total: number) =>
    progress.update(done, total, `${what} ${name}, ${megabytes(done)}`);
  const wheel = await pipDownload({ python, requirement, platforms, folder, onProgress: telling("downloading") });
  const names = await unpackWheel(wheel, { select, into: unpacked, onProgress: telling("unpacking") });
  const missing = needed.find((file) => !names.includes(file));
  if (missing) throw new Error(`The package ${requirement} does not hold ${missing}.`);
  const metadata = await readMetadata(wheel, "METADATA");
  await Deno.remove(folder, { recursive: true });
  return metadata;
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}
