import { readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { cudaLibraries } from "./cuda_libraries.ts";
import { type Host, thisHost, wantsCuda } from "./host.ts";
import { type Library, libraryNames, OLDEST_TENSORFLOW } from "./library.ts";
import { findPython, type Python } from "./python.ts";
import { recallLibrary, rememberLibrary } from "./remembered_library.ts";

/**
 * The TensorFlow library on this machine, or `null` when it would have to be fetched. Looks, in this order, where
 * `RECSCALE_TENSORFLOW_LIB` points, at the answer of last time, and in the Python installation (TensorFlow 2.16 or later,
 * which is not imported). Uses no network.
 *
 * @throws {Error} when `RECSCALE_TENSORFLOW_LIB` points to something else than a TensorFlow library.
 */
export async function findLibrary({ host = thisHost }: { host?: Host } = {}): Promise<Library | null> {
  const chosen = host.env("RECSCALE_TENSORFLOW_LIB");
  if (chosen) return await libraryAt(chosen, host);
  const remembered = await recallLibrary(host);
  if (remembered) return remembered;
  const installed = await installedLibrary(await findPython(host), host);
  // A cache folder that cannot be written costs the next process a question to Python, no more.
  if (installed) await rememberLibrary(installed, host).catch(() => {});
  return installed;
}

/** The library of the TensorFlow in a Python installation; `null` without one, or with one before 2.16. */
export async function installedLibrary(python: Python | null, host: Host = thisHost): Promise<Library | null> {
  if (!python?.tensorflow || !isRecent(python.tensorflow.version)) return null;
  const { folder, version } = python.tensorflow;
  const paths = pathsIn(folder, host);
  if (!paths) return null;
  const cuda = await isCudaBuild(folder);
  const preload = cuda && wantsCuda(host) ? await cudaLibraries(dirname(folder)) : [];
  return { ...paths, preload, version, source: "python", cuda };
}

async function libraryAt(chosen: string, host: Host): Promise<Library> {
  const path = resolve(chosen);
  const { framework, main } = libraryNames(host.os);
  const wanted = `a folder with ${main[0]} and ${framework} (such as the "tensorflow" folder of a Python ` +
    `installation, or "lib" of TensorFlow's C release), or one of these two files`;
  const info = await stat(path).catch(() => undefined);
  if (!info) throw new Error(`RECSCALE_TENSORFLOW_LIB is "${chosen}", which does not exist; wanted: ${wanted}.`);
  const folders = info.isDirectory() ? [path, join(path, "tensorflow"), join(path, "lib")] : [dirname(path)];
  if (info.isFile() && ![framework, ...main].includes(basename(path))) {
    throw new Error(`RECSCALE_TENSORFLOW_LIB is the file "${chosen}", which is neither; wanted: ${wanted}.`);
  }
  for (const folder of folders) {
    const paths = pathsIn(folder, host);
    if (!paths) continue;
    const cuda = await isCudaBuild(folder);
    const preload = cuda && wantsCuda(host) ? await cudaLibraries(dirname(folder)) : [];
    return { ...paths, preload, version: await versionBeside(folder), source: "environment", cuda };
  }
  throw new Error(`RECSCALE_TENSORFLOW_LIB is "${chosen}", where the two libraries are not; wanted: ${wanted}.`);
}

function pathsIn(folder: string, host: Host): { frameworkPath: string; mainPath: string } | null {
  const { framework, main } = libraryNames(host.os);
  const frameworkPath = join(folder, framework);
  const mainPath = main.map((name) => join(folder, name)).find((path) => host.exists(path));
  return mainPath && host.exists(frameworkPath) ? { frameworkPath, mainPath } : null;
}

/** Every Python package of TensorFlow says how it was built. */
async function isCudaBuild(folder: string): Promise<boolean> {
  const source = await readFile(join(folder, "python", "platform", "build_info.py"), "utf8").catch(() => "");
  return /['"]is_cuda_build['"]\s*[,:]\s*True/.test(source);
}

/** The release by the `.dist-info` folder that Python's installers leave beside a package. */
async function versionBeside(folder: string): Promise<string> {
  const names = await readdir(dirname(folder)).catch(() => []);
  const matches = names.map((name) => name.match(/^tensorflow(?:_cpu|_macos)?-(.+)\.dist-info$/));
  return matches.find(Boolean)?.[1] ?? "unknown";
}

function isRecent(version: string): boolean {
  const [major, minor] = version.split(".").map(Number);
  const [oldestMajor, oldestMinor] = OLDEST_TENSORFLOW.split(".").map(Number);
  return major > oldestMajor || (major === oldestMajor && minor >= oldestMinor);
}
