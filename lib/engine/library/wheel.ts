import { createHash } from "node:crypto";
import { basename, dirname, join } from "node:path";
import { readZipDirectory, readZipEntry, type ZipEntry } from "./zip_archive.ts";

/** What a Python package's `RECORD` says of one of its files. */
export interface RecordedFile {
  /** SHA-256 in base64 with the URL alphabet and without padding, as `RECORD` writes it. */
  readonly sha256: string;
  readonly size: number;
}

/** What to unpack of a package, and where to. */
export interface UnpackOptions {
  /** Which files: names as in the package, e.g. `tensorflow/libtensorflow_cc.so.2`. */
  select(name: string): boolean;
  /** The folder that gets them, below their names. */
  into: string;
  /** Told now and then how much is written. */
  onProgress?(doneBytes: number, totalBytes: number): void;
}

/**
 * Unpacks files of a Python package (a wheel) and checks the size and SHA-256 of each against the package's `RECORD`.
 * Returns their names. What was written before an error stays behind: unpack into a folder that can be thrown away.
 *
 * @throws {Error} when the archive is damaged, or a file is not in `RECORD`, or differs from it.
 */
export async function unpackWheel(wheel: string, { select, into, onProgress }: UnpackOptions): Promise<string[]> {
  const directory = await readZipDirectory(wheel);
  const entries = [...directory.values()].filter(({ name }) => !name.endsWith("/") && select(name));
  const record = parseRecord(await readMetadata(wheel, "RECORD", directory));
  const total = entries.reduce((sum, { size }) => sum + size, 0);
  let done = 0;
  for (const entry of entries) {
    const recorded = record.get(entry.name);
    if (!recorded) throw new Error(`The package ${basename(wheel)} does not list "${entry.name}" in its RECORD.`);
    const target = placeWithin(into, entry.name, wheel);
    await Deno.mkdir(dirname(target), { recursive: true });
    await writeChecked(wheel, entry, recorded, target, (bytes) => onProgress?.(done += bytes, total));
  }
  return entries.map(({ name }) => name);
}

/** The text of a file in the package's `.dist-info` folder, e.g. `METADATA`. */
export async function readMetadata(
  wheel: string,
  file: string,
  directory?: Map<string, ZipEntry>,
): Promise<string> {
  const entries = (directory ?? await readZipDirectory(wheel)).values();
  const entry = [...entries].find(({ name }) => {
    const [folder, rest] = [dirname(name), basename(name)];
    return rest === file && folder.endsWith(".dist-info") && !folder.includes("/");
  });
  if (!entry) throw new Error(`${basename(wheel)} is not a Python package: it has no ${file}.`);
  return await new Response(readZipEntry(wheel, entry)).text();
}

/** Reads a `RECORD`: lines `path,sha256=HASH,SIZE`, a path with a comma in double quotes. Lines without a hash are left out. */
export function parseRecord(text: string): Map<string, RecordedFile> {
  const files = new Map<string, RecordedFile>();
  for (const line of text.split(/\r?\n/)) {
    const match = line.match(/^(?:"((?:[^"]|"")*)"|([^",]*)),sha256=([\w-]+),(\d+)$/);
    if (!match) continue;
    const name = match[1]?.replaceAll('""', '"') ?? match[2];
    files.set(name, { sha256: match[3], size: Number(match[4]) });
  }
  return files;
}

async function writeChecked(
  wheel: string,
  entry: ZipEntry,
  recorded: RecordedFile,
  target: string,
  onBytes: (bytes: number) => void,
): Promise<void> {
  // Programs of the package keep the right to be run.
  const mode = entry.name.includes("/bin/") ? 0o755 : 0o644;
  using file = await Deno.open(target, { write: true, createNew: true, mode });
  const hash = createHash("sha256");
  let size = 0;
  try {
    for await (const chunk of readZipEntry(wheel, entry)) {
      hash.update(chunk);
      for (let written = 0; written < chunk.length;) written += await file.write(chunk.subarray(written));
      size += chunk.length;
      onBytes(chunk.length);
    }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`Cannot unpack "${entry.name}" of ${basename(wheel)}: ${reason}`, { cause });
  }
  if (size !== recorded.size) {
    throw new Error(`"${entry.name}" of ${basename(wheel)} has ${size} bytes, but its RECORD says ${recorded.size}.`);
  }
  const sha256 = hash.digest("base64url");
  if (sha256 !== recorded.sha256) {
    throw new Error(
      `"${entry.name}" of ${basename(wheel)} has SHA-256 ${sha256}, but its RECORD says ${recorded.sha256}.`,
    );
  }
}

function placeWithin(folder: string, name: string, wheel: string): string {
  if (name.startsWith("/") || name.split(/[/\\]/).includes("..")) {
    throw new Error(`${basename(wheel)} holds "${name}", a path that leads out of its folder; it is not unpacked.`);
  }
  return join(folder, name);
}
