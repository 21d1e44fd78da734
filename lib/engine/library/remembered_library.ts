import { existsSync } from "node:fs";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Host, libraryFolder, thisHost } from "./host.ts";
import { type Library, TENSORFLOW_VERSION } from "./library.ts";

/** Where the answer of the last search is kept, so that the next process need not ask Python. One per wanted release. */
export function rememberedPath(host: Host = thisHost): string {
  return join(libraryFolder(host), `library-${TENSORFLOW_VERSION}.json`);
}

/** The library found last time, if all its files are still there. */
export async function recallLibrary(host: Host = thisHost): Promise<Library | null> {
  let library: Library;
  try {
    library = JSON.parse(await readFile(rememberedPath(host), "utf8"));
  } catch {
    return null; // never written, or written by hand; the search starts anew and writes it again
  }
  const files = [library.frameworkPath, library.mainPath, ...library.preload ?? []];
  if (!files.every((path) => typeof path === "string" && existsSync(path))) return null;
  return { ...library, source: library.source === "fetched" ? "cache" : library.source };
}

/** Keeps a library for {@link recallLibrary}. A reader never sees half a file. */
export async function rememberLibrary(library: Library, host: Host = thisHost): Promise<void> {
  const path = rememberedPath(host);
  await mkdir(libraryFolder(host), { recursive: true });
  const temporary = `${path}.${Deno.pid}`;
  await writeFile(temporary, JSON.stringify(library, null, 2) + "\n");
  await rename(temporary, path);
}
