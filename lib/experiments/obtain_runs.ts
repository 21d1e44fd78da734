import type { Progress } from "../engine/progress.ts";
import type { RecordStore } from "./record_store.ts";
import { executeRun, runConfig, type RunOptions, type RunPlan } from "./run.ts";
import { runId } from "./run_config.ts";
import type { RunRecord } from "./run_record.ts";

/** Where a record came from: trained just now, kept from an earlier run on this machine, or shipped with the project. */
export type RunSource = "trained" | "kept" | "shipped";

/** One run that a study wants. */
export interface WantedRun {
  /** What the study calls it. */
  readonly label: string;
  readonly plan: RunPlan;
  /** Train it on this machine even where the project ships its record. */
  readonly trainHere: boolean;
}

/** A wanted run with its record and where that came from. */
export interface ObtainedRun {
  readonly label: string;
  readonly plan: RunPlan;
  readonly record: RunRecord;
  readonly source: RunSource;
}

/** Where records are looked for, and how the missing ones are trained. */
export interface ObtainOptions {
  /** Records of this machine. */
  readonly store: RecordStore;
  readonly shipped: readonly RunRecord[];
  /** Train again what this profile trains, whatever is kept. */
  readonly fresh?: boolean;
  readonly checkpointFolder?: string;
  /**
   * Makes one run and stores its record, or finds that another process has. Default: `executeRun`, without a look at
   * other processes.
   */
  readonly make?: (plan: RunPlan, options: RunOptions) => Promise<{ record: RunRecord; source: RunSource }>;
  readonly signal?: AbortSignal;
  /** Makes the progress of one run, given its label. */
  readonly progress?: (label: string) => Progress;
  readonly notice?: (message: string) => void;
  /** Hears of all records obtained so far whenever a run has ended, so that nothing is lost between runs. */
  readonly onTrained?: (records: readonly RunRecord[]) => Promise<void>;
}

/**
 * The records of all wanted runs: kept ones are reused, shipped ones are taken where that is allowed, the rest are
 * trained one after another, each recorded as soon as it ends.
 */
export async function obtainRuns(wanted: readonly WantedRun[], options: ObtainOptions): Promise<ObtainedRun[]> {
  const { store, shipped, fresh = false } = options;
  const make = options.make ?? (async (plan, runOptions) => {
    const record = await executeRun(plan, runOptions);
    await store.append(record);
    return { record, source: "trained" };
  });
  const known = new Map((await store.all()).map((record) => [record.id, record]));
  const obtained: ObtainedRun[] = [];
  for (const { label, plan, trainHere } of wanted) {
    const id = await runId(runConfig(plan));
    const kept = fresh && trainHere ? null : known.get(id) ?? null;
    const ready = kept ?? (trainHere ? null : shipped.find((record) => record.id === id) ?? null);
    if (ready) {
      obtained.push({ label, plan, record: ready, source: kept ? "kept" : "shipped" });
      continue;
    }
    const { signal, checkpointFolder, notice } = options;
    const progress = options.progress?.(label);
    const { record, source } = await make(plan, { signal, checkpointFolder, notice, progress });
    known.set(id, record);
    obtained.push({ label, plan, record, source });
    await options.onTrained?.(obtained.map((run) => run.record));
  }
  return obtained;
}
