import { executeRun, runConfig, type RunOptions, type RunPlan } from "./run.ts";
import { runId } from "./run_config.ts";
import type { RunFolder } from "./run_folder.ts";
import { type LeaseOptions, takeLease } from "./run_lease.ts";
import type { RunRecord } from "./run_record.ts";

/** What came of a claim: the run was made now, or had been made, or another process is making it. */
export type ClaimedRun = { readonly source: "trained" | "kept"; readonly record: RunRecord } | {
  readonly source: "taken";
};

export interface ClaimOptions extends Omit<RunOptions, "checkpointFolder"> {
  readonly folder: RunFolder;
  /** Only a record that was finished from this time on (ISO 8601) counts as made. Default: any. */
  readonly notBefore?: string;
  readonly lease?: LeaseOptions;
}

/**
 * Makes a run, unless its record is there or another process, on any host that sees the folder, is making it. The record
 * is in the folder's store when the promise resolves; a run that was stopped or killed goes on from its checkpoint.
 *
 * @throws the signal's reason when aborted, and what `executeRun` throws
 */
export async function claimRun(plan: RunPlan, options: ClaimOptions): Promise<ClaimedRun> {
  const { folder, notBefore, lease: leaseOptions, signal, ...rest } = options;
  const id = await runId(runConfig(plan));
  const lease = await takeLease(folder.leases, id, leaseOptions);
  if (lease === null) return { source: "taken" };
  try {
    const kept = await keptRecord(folder, id, notBefore);
    if (kept) return { source: "kept", record: kept };
    const either = signal ? AbortSignal.any([signal, lease.lost]) : lease.lost;
    const record = await executeRun(plan, { ...rest, signal: either, checkpointFolder: folder.checkpoints });
    await folder.store.append(record);
    return { source: "trained", record };
  } catch (error) {
    if (lease.lost.aborted && !signal?.aborted) return { source: "taken" };
    throw error;
  } finally {
    await lease.release();
  }
}

/** The newest record of a run, or null when there is none that was finished from `notBefore` on. */
export async function keptRecord(folder: RunFolder, id: string, notBefore = ""): Promise<RunRecord | null> {
  const record = await folder.store.find(id);
  return record !== null && record.origin.finishedAt >= notBefore ? record : null;
}

const PAUSE_MS = 2000;

/** The record of a run: made now, or kept, or waited for while another process makes it. */
export async function claimWhenFree(
  plan: RunPlan,
  options: ClaimOptions,
): Promise<Exclude<ClaimedRun, { readonly source: "taken" }>> {
  for (let told = false;; told = true) {
    const claimed = await claimRun(plan, options);
    if (claimed.source !== "taken") return claimed;
    if (!told) options.notice?.("Another process is making this run; waiting for it.");
    await new Promise((done) => setTimeout(done, PAUSE_MS));
    options.signal?.throwIfAborted();
  }
}
