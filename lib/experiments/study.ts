import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Progress } from "../training/progress.ts";
import { type ObtainedRun, obtainRuns, type WantedRun } from "./obtain_runs.ts";
import type { Profile } from "./profile.ts";
import { recordFile, shippedRecords, writeShippedRecords } from "./record_store.ts";

/** The project's own folder. */
export const PROJECT_ROOT = fileURLToPath(new URL("../../", import.meta.url));

const SHIPPED = join(PROJECT_ROOT, "data", "records");

/** Folder for what runs leave on this machine: records and checkpoints. Not in version control. */
export function localFolder(): string {
  return Deno.env.get("RECSCALE_RUNS") ?? join(PROJECT_ROOT, "data", "cache");
}

export interface StudyOptions {
  readonly profile: Profile;
  /** Train again what this profile trains. */
  readonly fresh?: boolean;
  readonly signal?: AbortSignal;
  readonly progress?: (label: string) => Progress;
  readonly notice?: (message: string) => void;
}

/**
 * Gets all runs of a study: from this machine's records, from the shipped ones, or by training. Interrupted, it goes on
 * where it was. In the paper profile the records are also written to the folder that the project ships.
 *
 * @param name of the study, and of its file of shipped records
 */
export async function runStudy(
  name: string,
  wanted: readonly WantedRun[],
  options: StudyOptions,
): Promise<ObtainedRun[]> {
  const { profile, fresh, signal, progress, notice } = options;
  const local = localFolder();
  const runs = await obtainRuns(wanted, {
    store: recordFile(join(local, "runs.jsonl")),
    shipped: await shippedRecords(SHIPPED),
    checkpointFolder: join(local, "checkpoints"),
    fresh,
    signal,
    progress,
    notice,
    onTrained: profile === "paper"
      ? (records) => writeShippedRecords(join(SHIPPED, `${name}.jsonl.gz`), records)
      : undefined,
  });
  return runs;
}
