import { join } from "node:path";
import { recordFile, type RecordStore } from "./record_store.ts";

/** A folder that processes, and hosts on one file system, make runs in together. */
export interface RunFolder {
  readonly path: string;
  readonly store: RecordStore;
  /** Of all runs, each with a folder of its own in it. */
  readonly checkpoints: string;
  /** Who makes which run right now. */
  readonly leases: string;
  /** Synthetic streams that runs share. */
  readonly streams: string;
}

/** The records, checkpoints and leases of a folder. Nothing is made before it is needed. */
export function runFolder(path: string): RunFolder {
  return {
    path,
    store: recordFile(join(path, "runs.jsonl")),
    checkpoints: join(path, "checkpoints"),
    leases: join(path, "leases"),
    streams: join(path, "streams"),
  };
}
