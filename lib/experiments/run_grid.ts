import { resolve } from "node:path";
import { noProgress, type Progress } from "../engine/progress.ts";
import { gridProgress, runWeights } from "./grid_progress.ts";
import { type GridWorker, startWorker } from "./grid_worker.ts";
import type { ObtainedRun, RunSource, WantedRun } from "./obtain_runs.ts";
import { runConfig, type RunPlan } from "./run.ts";
import { canonicalJson, runId } from "./run_config.ts";
import { runFolder } from "./run_folder.ts";
import type { RunRecord } from "./run_record.ts";

/** A run of a grid that could not be made. */
export interface FailedRun {
  readonly id: string;
  readonly label: string;
  readonly message: string;
  /** The end of what its worker printed, and the stack of the error. */
  readonly log: string;
}

/** What a grid gave. */
export interface GridResult {
  /** In the order wanted, without those that failed. */
  readonly runs: readonly ObtainedRun[];
  readonly failures: readonly FailedRun[];
}

/** How a grid is run; nothing here changes a result. */
export interface GridOptions {
  /** Of records, checkpoints and leases; grids of several processes and hosts may share it. */
  readonly folder: string;
  readonly shipped?: readonly RunRecord[];
  /** Make again what is to be made here, whatever was recorded before now. */
  readonly fresh?: boolean;
  /** Worker processes. Default: one a core. */
  readonly workers?: number;
  /** Threads inside an op, of each worker. Default: the cores shared out, so 1 with one worker a core. */
  readonly threads?: number;
  readonly checkpointSeconds?: number;
  /**
   * Keeps synthetic streams that several runs to be made share in the folder, in `streams`, and reads them from there:
   * each is generated once, not once a run. They stay until that folder is removed. Default false.
   */
  readonly keepStreams?: boolean;
  /** Stops all workers; their runs save their state first. */
  readonly signal?: AbortSignal;
  /** Of the whole grid. */
  readonly progress?: Progress;
  readonly notice?: (message: string) => void;
  /** Hears of all records obtained so far whenever a run has been trained. */
  readonly onTrained?: (records: readonly RunRecord[]) => Promise<void>;
  /** Seconds between looks at runs that other processes make. Default 2. */
  readonly pollSeconds?: number;
  /** Address of the worker's module. Default `run_worker.ts`. */
  readonly entry?: string;
}

interface Job {
  readonly id: string;
  readonly label: string;
  readonly plan: RunPlan;
  readonly weight: number;
}

/**
 * Makes runs side by side, each in a worker process: one a core with one thread each does about a quarter more than one
 * process with all threads. The longest start first. Kept and shipped records are used as in `obtainRuns`; a run that is
 * wanted twice is made once; one that another process makes is waited for. A run that fails is reported and the others go
 * on. Interrupted or killed, the same call goes on where it was.
 *
 * @throws the signal's reason when aborted, after all workers have saved their state
 */
export async function runGrid(wanted: readonly WantedRun[], options: GridOptions): Promise<GridResult> {
  const { shipped = [], fresh = false, signal, notice = () => {}, pollSeconds = 2 } = options;
  const folder = runFolder(resolve(options.folder));
  const notBefore = fresh ? new Date().toISOString() : undefined;
  const ids = await Promise.all(wanted.map(({ plan }) => runId(runConfig(plan))));
  const found = new Map<string, { record: RunRecord; source: RunSource }>();
  const kept = new Map((await folder.store.all()).map((record) => [record.id, record]));
  wanted.forEach(({ trainHere }, i) => {
    const old = fresh && trainHere ? undefined : kept.get(ids[i]);
    const ready = old ?? (trainHere ? undefined : shipped.find(({ id }) => id === ids[i]));
    if (ready) found.set(ids[i], { record: ready, source: old ? "kept" : "shipped" });
  });
  const queue = jobsOf(wanted, ids, found);
  const shared = options.keepStreams ? sharedData(queue) : new Set<string>();
  const failures: FailedRun[] = [];
  const progress = gridProgress(queue, queue.length > 0 ? options.progress ?? noProgress : noProgress);
  const cores = navigator.hardwareConcurrency;
  const count = Math.min(queue.length, checkedWorkers(options.workers ?? cores));
  const threads = options.threads ?? Math.max(1, Math.floor(cores / Math.max(1, count)));
  const elsewhere: Job[] = [];
  const workers = new Set<GridWorker>();
  const stopAll = () => workers.forEach((worker) => worker.stop());
  signal?.addEventListener("abort", stopAll);
  const obtained = () => [...new Set(ids)].flatMap((id) => found.get(id)?.record ?? []);
  let told: Promise<void> = Promise.resolve();

  const makeOne = async (worker: GridWorker, job: Job): Promise<boolean> => {
    progress.start(job.id);
    const { checkpointSeconds } = options;
    const streamFolder = shared.has(canonicalJson(job.plan.data.config)) ? folder.streams : undefined;
    const task = { plan: job.plan, folder: folder.path, notBefore, checkpointSeconds, streamFolder };
    const outcome = await worker.run(task, {
      progress: (done, total) => progress.update(job.id, total > 0 ? done / total : 0),
      notice: (message) => notice(`${job.label}: ${message}`),
    });
    if (outcome.type === "taken") {
      elsewhere.push(job);
      progress.wait(job.id);
    } else if (outcome.type === "obtained") {
      found.set(job.id, outcome);
      progress.end(job.id);
      if (outcome.source === "trained") told = told.then(() => options.onTrained?.(obtained()));
      await told;
    } else if (outcome.type === "failed" && !signal?.aborted) {
      failures.push({ id: job.id, label: job.label, message: outcome.message, log: outcome.log });
      progress.end(job.id);
      notice(`${job.label} failed: ${outcome.message}`);
    }
    return outcome.type !== "failed"; // what broke a run may have broken its process
  };

  const slot = async () => {
    let worker: GridWorker | null = null;
    const dismiss = async () => {
      if (worker === null) return;
      await worker.end();
      workers.delete(worker);
      worker = null;
    };
    try {
      while (!signal?.aborted) {
        const job = queue.shift() ?? await afterPause(elsewhere, pollSeconds, signal);
        if (job === undefined || signal?.aborted) break;
        worker ??= startWorker({ threads, entry: options.entry });
        workers.add(worker);
        if (!await makeOne(worker, job)) await dismiss();
      }
    } finally {
      await dismiss();
    }
  };

  try {
    await Promise.all(Array.from({ length: count }, slot));
  } finally {
    signal?.removeEventListener("abort", stopAll);
    stopAll(); // after an error here, the others stop too
    progress.finish(signal?.aborted ? "stopped" : failures.length > 0 ? `${failures.length} failed` : undefined);
  }
  signal?.throwIfAborted();
  const runs = wanted.flatMap(({ label, plan }, i): ObtainedRun[] => {
    const run = found.get(ids[i]);
    return run ? [{ label, plan, record: run.record, source: run.source }] : [];
  });
  return { runs, failures };
}

/** What is left to make, each run once, the longest first. Folders of data are made absolute for the workers. */
function jobsOf(wanted: readonly WantedRun[], ids: readonly string[], found: ReadonlyMap<string, unknown>): Job[] {
  const weights = runWeights(wanted.map(({ plan }) => plan));
  const jobs = new Map<string, Job>();
  wanted.forEach(({ label, plan }, i) => {
    const id = ids[i];
    if (found.has(id) || jobs.has(id)) return;
    const data = { ...plan.data, directory: resolve(plan.data.directory) };
    jobs.set(id, { id, label, plan: { ...plan, data }, weight: weights[i] });
  });
  return [...jobs.values()].sort((a, b) => b.weight - a.weight);
}

/** The data configs that several jobs have in common, as text. */
function sharedData(jobs: readonly Job[]): Set<string> {
  const configs = jobs.map(({ plan }) => canonicalJson(plan.data.config));
  return new Set(configs.filter((config, i) => configs.indexOf(config) < i));
}

/** The first of the jobs that other processes had, a while later; undefined when there is none. */
async function afterPause(jobs: Job[], seconds: number, signal?: AbortSignal): Promise<Job | undefined> {
  const job = jobs.shift();
  if (job === undefined) return undefined;
  await new Promise<void>((done) => {
    const timer = setTimeout(finish, 1000 * seconds);
    function finish() {
      clearTimeout(timer);
      signal?.removeEventListener("abort", finish);
      done();
    }
    signal?.addEventListener("abort", finish);
  });
  return job;
}

function checkedWorkers(workers: number): number {
  if (Number.isInteger(workers) && workers >= 1) return workers;
  throw new Error(`Cannot run a grid with ${workers} workers: wanted a whole number from 1.`);
}
