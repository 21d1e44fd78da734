import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Progress } from "../engine/progress.ts";
import { claimWhenFree } from "./claim_run.ts";
import { defaultWorkers } from "./default_workers.ts";
import { type ObtainedRun, obtainRuns, type WantedRun } from "./obtain_runs.ts";
import type { Profile } from "./profile.ts";
import { recordsToShip, shippedRecords, writeShippedRecords } from "./record_store.ts";
import { runConfig } from "./run.ts";
import { runId } from "./run_config.ts";
import { runFolder } from "./run_folder.ts";
import { type FailedRun, runGrid } from "./run_grid.ts";
import type { RunRecord } from "./run_record.ts";

/** The project's own folder. */
export const PROJECT_ROOT = fileURLToPath(new URL("../../", import.meta.url));

const SHIPPED = join(PROJECT_ROOT, "data", "records");

/** Folder for what runs leave on this machine: records and checkpoints. Not in version control. */
export function localFolder(): string {
  return Deno.env.get("RECSCALE_RUNS") ?? join(PROJECT_ROOT, "data", "cache");
}

/** How a study obtains its runs. */
export interface StudyOptions {
  readonly profile: Profile;
  /** Train again what this profile trains. */
  readonly fresh?: boolean;
  /** Processes that train side by side; 1 trains in this process. Default: see `defaultWorkers`. */
  readonly workers?: number;
  readonly signal?: AbortSignal;
  /** Makes the progress of one run, or of all when several train side by side. */
  readonly progress?: (label: string) => Progress;
  readonly notice?: (message: string) => void;
}

/** How one of several calls that make a study obtains its runs. */
export interface StudyPartOptions extends StudyOptions {
  /** Whether the paper profile writes the records that the project ships. Default true. */
  readonly ships?: boolean;
  /** Generates synthetic streams that several runs share once. They are removed at the end. Default false. */
  readonly keepStreams?: boolean;
}

/** Some runs of a study failed; the records of the others are kept. */
export class RunsFailed extends Error {
  override name = "RunsFailed";

  constructor(study: string, readonly failures: readonly FailedRun[], wanted: number) {
    const told = failures.map(({ label, message }) => `  ${label}: ${message}`).join("\n");
    super(`${failures.length} of the ${wanted} runs of "${study}" failed; the others are kept:\n${told}`);
  }
}

/**
 * Gets all runs of a study: from this machine's records, from the shipped ones, or by training. Interrupted, it goes on
 * where it was. In the paper profile the records are also written to the folder that the project ships. Processes that
 * want the same runs at the same time share the work.
 *
 * @param name of the study, and of its file of shipped records
 * @throws {RunsFailed} when runs failed that were trained side by side, after the others have ended
 */
export async function runStudy(
  name: string,
  wanted: readonly WantedRun[],
  options: StudyPartOptions,
): Promise<ObtainedRun[]> {
  const { profile, fresh = false, signal, progress, notice, ships = true, keepStreams = false } = options;
  const folder = runFolder(localFolder());
  const shipped = await shippedRecords(SHIPPED);
  const ids = await Promise.all(wanted.map(({ plan }) => runId(runConfig(plan))));
  const ship = (made: readonly RunRecord[]) =>
    writeShippedRecords(join(SHIPPED, `${name}.jsonl.gz`), recordsToShip(ids, shipped, made));
  const onTrained = profile === "paper" && ships ? ship : undefined;
  const missing = toTrain(wanted, ids, await folder.store.all(), shipped, fresh);
  const workers = missing === 0 ? 1 : options.workers ?? await defaultWorkers(missing);
  if (workers === 1) {
    const notBefore = fresh ? new Date().toISOString() : undefined;
    return await obtainRuns(wanted, {
      store: folder.store,
      shipped,
      make: (plan, options) => claimWhenFree(plan, { ...options, folder, notBefore }),
      fresh,
      signal,
      progress,
      notice,
      onTrained,
    });
  }
  const { runs, failures } = await runGrid(wanted, {
    folder: folder.path,
    shipped,
    fresh,
    workers,
    signal,
    progress: progress?.(name),
    notice,
    onTrained,
    keepStreams,
  });
  if (keepStreams) await Deno.remove(folder.streams, { recursive: true }).catch(() => {}); // there may be none
  if (failures.length > 0) throw new RunsFailed(name, failures, wanted.length);
  return [...runs];
}

/** How many runs there is no record to use of. */
function toTrain(
  wanted: readonly WantedRun[],
  ids: readonly string[],
  kept: readonly RunRecord[],
  shipped: readonly RunRecord[],
  fresh: boolean,
): number {
  const [keptIds, shippedIds] = [kept, shipped].map((records) => new Set(records.map(({ id }) => id)));
  const missing = new Set<string>();
  wanted.forEach(({ trainHere }, i) => {
    const id = ids[i];
    const known = (!(fresh && trainHere) && keptIds.has(id)) || (!trainHere && shippedIds.has(id));
    if (!known) missing.add(id);
  });
  return missing.size;
}
