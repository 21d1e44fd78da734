import { join } from "node:path";
import { withFileLock } from "../engine/library/file_lock.ts";
import { processIsGone, thisHost } from "./process_identity.ts";

/** The right to make a run, held by one process at a time. */
export interface RunLease {
  /** Aborts when another process has taken the run over, because this one seemed dead for long (it was suspended). */
  readonly lost: AbortSignal;
  release(): Promise<void>;
}

/** How often a holder shows that it is alive, and when it counts as dead. */
export interface LeaseOptions {
  /** Seconds between signs of life. Default 10. */
  readonly beatSeconds?: number;
  /**
   * Seconds without a sign of life after which the holder counts as dead. Default 120: network file systems show a
   * changed file to other hosts up to 60 s late.
   */
  readonly staleSeconds?: number;
}

/** What a lease file holds. The number of beats is padded, so that a beat writes as many bytes as were there. */
interface Holder {
  readonly owner: string;
  readonly host: string;
  readonly pid: number;
  readonly beats: string;
}

/**
 * Takes the lease of a run, or returns null when another process, on this host or another that sees `folder`, holds it.
 *
 * The lease is a file that only one process can create. Its holder rewrites it every `beatSeconds`. The lease of a process
 * that has ended on this host is taken over at once; one of another host when its file has not changed for `staleSeconds`
 * by the clock of the file system, so clocks of hosts need not agree. On a file system without locks two processes that
 * take over the same dead lease within a moment could both get it; then the run is made twice, with the same result.
 *
 * @param folder where leases lie; it is made with the first
 */
export async function takeLease(folder: string, id: string, options: LeaseOptions = {}): Promise<RunLease | null> {
  const { beatSeconds = 10, staleSeconds = 120 } = options;
  await Deno.mkdir(folder, { recursive: true });
  const path = join(folder, `${id}.lease`);
  const file = await create(path) ?? await takeOver(path, staleSeconds);
  return file === null ? null : keep(path, file, beatSeconds);
}

/** Creates the file, or returns null where there is one. */
async function create(path: string): Promise<Deno.FsFile | null> {
  try {
    return await Deno.open(path, { createNew: true, write: true });
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return null;
    throw error;
  }
}

/** Removes the lease of a dead holder and creates one's own. Takers of the same folder go one after another. */
async function takeOver(path: string, staleSeconds: number): Promise<Deno.FsFile | null> {
  if (!await holderIsDead(path, staleSeconds)) return null;
  return await withFileLock(lockOf(path), async () => {
    if (!await holderIsDead(path, staleSeconds)) return null; // another taker was first
    await removeIfThere(path);
    return await create(path);
  });
}

function lockOf(path: string): string {
  return join(path, "..", "takeover.lock");
}

async function holderIsDead(path: string, staleSeconds: number): Promise<boolean> {
  const seen = await look(path);
  if (seen === null) return true; // released meanwhile
  // no holder to read: it is being written right now, or its process died before it could
  if (seen.holder !== null && processIsGone(seen.holder)) return true;
  return await fileSystemNow(path) - seen.changedAt > 1000 * staleSeconds;
}

/** The holder and the time of the last beat, or null where there is no lease. Opening the file makes NFS look afresh. */
async function look(path: string): Promise<{ holder: Holder | null; changedAt: number } | null> {
  try {
    using file = await Deno.open(path);
    const { mtime } = await file.stat();
    const text = await new Response(file.readable).text();
    return { holder: parseHolder(text), changedAt: mtime?.getTime() ?? 0 };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

function parseHolder(text: string): Holder | null {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** The time by the clock that stamps files: of a file written just now. */
async function fileSystemNow(path: string): Promise<number> {
  const probe = `${path}.${crypto.randomUUID()}.now`;
  await Deno.writeTextFile(probe, ".");
  try {
    return (await Deno.stat(probe)).mtime?.getTime() ?? Date.now();
  } finally {
    await removeIfThere(probe);
  }
}

/** Writes signs of life until released or lost. The file stays open: what replaced it under its name is never written to. */
async function keep(path: string, file: Deno.FsFile, beatSeconds: number): Promise<RunLease> {
  const { host, pid } = thisHost();
  const owner = crypto.randomUUID();
  const lost = new AbortController();
  let count = 0;
  const beat = async () => {
    const holder: Holder = { owner, host, pid, beats: String(count++).padStart(10, "0") };
    await file.seek(0, Deno.SeekMode.Start);
    await file.write(new TextEncoder().encode(JSON.stringify(holder) + "\n"));
    await file.sync();
  };
  const mine = async () => (await look(path))?.holder?.owner === owner;
  await beat();
  let beating: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    beating = beat().then(mine).then((held) => {
      if (!held) lost.abort(new Error(`The lease ${path} was taken over by another process.`));
    }, (error) => lost.abort(error));
  }, 1000 * beatSeconds);
  return {
    lost: lost.signal,
    async release() {
      clearInterval(timer);
      await beating;
      await withFileLock(lockOf(path), async () => {
        if (await mine()) await removeIfThere(path);
      });
      file.close();
    },
  };
}

async function removeIfThere(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
