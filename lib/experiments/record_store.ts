import { dirname, join } from "node:path";
import type { RunRecord } from "./run_record.ts";

/** Finished runs by id, in append-only JSON Lines. */
export interface RecordStore {
  /** The record of a run, or null. */
  find(id: string): Promise<RunRecord | null>;
  all(): Promise<RunRecord[]>;
  /** Adds a finished run: on disk when the promise resolves. */
  append(record: RunRecord): Promise<void>;
}

/**
 * Records in one file. Writers in several processes may append at the same time: a record is one line, written under
 * the file's lock and flushed to disk. A last line that a crash cut short is ignored, and the next record starts anew.
 *
 * @param path a `.jsonl` file; it is made with the first record
 */
export function recordFile(path: string): RecordStore {
  const all = async () => parseRecords(await readIfThere(path), path);
  return {
    all,
    find: async (id) => (await all()).findLast((record) => record.id === id) ?? null,
    async append(record) {
      await Deno.mkdir(dirname(path), { recursive: true });
      using file = await Deno.open(path, { read: true, write: true, create: true });
      await file.lock(true);
      try {
        const end = await file.seek(0, Deno.SeekMode.End);
        const line = (await endsWithNewline(file, end) ? "" : "\n") + JSON.stringify(record) + "\n";
        await file.seek(0, Deno.SeekMode.End);
        const bytes = new TextEncoder().encode(line);
        for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
        await file.sync();
      } finally {
        await file.unlock();
      }
    },
  };
}

async function endsWithNewline(file: Deno.FsFile, end: number): Promise<boolean> {
  if (end === 0) return true;
  await file.seek(end - 1, Deno.SeekMode.Start);
  const last = new Uint8Array(1);
  await file.read(last);
  return last[0] === 10;
}

async function readIfThere(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

/**
 * The records in a text of JSON Lines.
 *
 * @throws {Error} naming file and line when a line other than the last is not JSON.
 */
function parseRecords(text: string, source: string): RunRecord[] {
  const lines = text.split("\n");
  return lines.flatMap((line, i): RunRecord[] => {
    if (line.trim() === "") return [];
    try {
      return [JSON.parse(line)];
    } catch (error) {
      const cutShort = lines.slice(i + 1).every((rest) => rest.trim() === "") || lines[i + 1]?.startsWith("{");
      if (cutShort) return [];
      throw new Error(`Cannot read line ${i + 1} of ${source}: ${(error as Error).message}. Wanted one record a line.`);
    }
  });
}

/**
 * The records that the project ships: every `.jsonl.gz` of a folder. Read-only.
 */
export async function shippedRecords(folder: string): Promise<RunRecord[]> {
  const records: RunRecord[] = [];
  try {
    for await (const { name } of Deno.readDir(folder)) {
      if (!name.endsWith(".jsonl.gz")) continue;
      const path = join(folder, name);
      const file = await Deno.open(path);
      const text = await new Response(file.readable.pipeThrough(new DecompressionStream("gzip"))).text();
      records.push(...parseRecords(text, path));
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return records;
}

/**
 * What a study ships while it is being made again: its new records, and of the runs that are still to come the records
 * that were shipped before, so that a study that is stopped loses none.
 *
 * @param wanted ids of all runs of the study
 */
export function recordsToShip(
  wanted: readonly string[],
  shipped: readonly RunRecord[],
  made: readonly RunRecord[],
): RunRecord[] {
  const missing = new Set(wanted).difference(new Set(made.map(({ id }) => id)));
  return [...made, ...shipped.filter(({ id }) => missing.has(id))];
}

/** Writes records as gzipped JSON Lines, in order of id: the same records give the same bytes. Replaces the file whole. */
export async function writeShippedRecords(path: string, records: readonly RunRecord[]): Promise<void> {
  const sorted = [...records].sort((a, b) => a.id < b.id ? -1 : 1);
  const text = sorted.map((record) => JSON.stringify(record) + "\n").join("");
  const packed = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  await Deno.mkdir(dirname(path), { recursive: true });
  const beside = `${path}.${Deno.pid}.part`;
  await Deno.writeFile(beside, packed);
  await Deno.rename(beside, path);
}

/**
 * Keeps only some records of a file: `keep` gets all of them, in order, and returns those that stay. The file is rewritten
 * whole under its lock, so that no record that another process appends is lost. Returns how many were dropped.
 */
export async function pruneRecordFile(
  path: string,
  keep: (records: readonly RunRecord[]) => readonly RunRecord[],
): Promise<number> {
  let file: Deno.FsFile;
  try {
    file = await Deno.open(path, { read: true, write: true });
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 0;
    throw error;
  }
  using _ = file;
  await file.lock(true);
  try {
    // in place, not by renaming: writers wait for the lock of this very file. A copy beside it outlives a crash.
    const records = parseRecords(await Deno.readTextFile(path), path);
    const kept = keep(records);
    if (kept.length === records.length) return 0;
    const copy = `${path}.before-prune`;
    await Deno.copyFile(path, copy);
    const bytes = new TextEncoder().encode(kept.map((record) => JSON.stringify(record) + "\n").join(""));
    await file.truncate(0);
    await file.seek(0, Deno.SeekMode.Start);
    for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
    await file.sync();
    await Deno.remove(copy);
    return records.length - kept.length;
  } finally {
    await file.unlock();
  }
}
