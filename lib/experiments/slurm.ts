import { join, resolve } from "node:path";
import type { WantedRun } from "./obtain_runs.ts";

/** How a grid becomes a job array; nothing here changes a result. */
export interface SlurmOptions {
  /** Of records, checkpoints and leases: on a file system that all nodes see. */
  readonly folder: string;
  /** Name of the job. Default `recscale`. */
  readonly name?: string;
  /** Runs at the same time. Default: as many as the cluster lets. */
  readonly atOnce?: number;
  /** Further arguments of `sbatch`, such as `--partition=long --time=2:00:00 --cpus-per-task=2`. */
  readonly sbatch?: readonly string[];
}

/** A job array that was submitted. */
export interface SlurmJob {
  /** For `squeue -j` and `scancel`. */
  readonly id: string;
  readonly runs: number;
  /** Holds `array.sh`, `wanted.jsonl` with one run a line, and one log a task. */
  readonly folder: string;
}

/**
 * Submits runs to Slurm as a job array, one task a run, one thread a task unless `sbatch` asks for more CPUs. Each task puts
 * its record into the shared folder, so afterwards the same grid finds them all kept. A task that is told to end (time limit,
 * preemption) saves its state within the minute that the script asks for, and goes on from there when it is submitted again.
 *
 * @param wanted runs to make, without those that are kept
 * @throws {Error} with sbatch's message, or saying that there is no sbatch
 */
export async function submitToSlurm(wanted: readonly WantedRun[], options: SlurmOptions): Promise<SlurmJob> {
  const { name = "recscale", sbatch = [] } = options;
  if (wanted.length === 0) throw new Error("Cannot submit a job array of no runs.");
  const runs = resolve(options.folder);
  const stamp = new Date().toISOString().replace(/[-:]|\..*/g, "");
  await Deno.mkdir(join(runs, "slurm"), { recursive: true });
  const folder = await Deno.makeTempDir({ dir: join(runs, "slurm"), prefix: `${name}-${stamp}-` });
  await Deno.writeTextFile(
    join(folder, "wanted.jsonl"),
    wanted.map((run) => JSON.stringify(absolute(run)) + "\n").join(""),
  );
  const script = join(folder, "array.sh");
  await Deno.writeTextFile(script, arrayScript({ folder, runs, name, count: wanted.length, atOnce: options.atOnce }));
  const submitted = await call("sbatch", ["--parsable", ...sbatch, script]);
  return { id: submitted.trim().split(";")[0], runs: wanted.length, folder };
}

/** The batch script of a job array, one task a line of `wanted.jsonl`. */
export function arrayScript(
  { folder, runs, name, count, atOnce }: {
    readonly folder: string;
    readonly runs: string;
    readonly name: string;
    readonly count: number;
    readonly atOnce?: number;
  },
): string {
  const task = new URL("./array_task.ts", import.meta.url).pathname;
  const config = new URL("../../deno.json", import.meta.url).pathname;
  const words = [Deno.execPath(), "run", "--allow-all", "--config", config, task, join(folder, "wanted.jsonl"), runs];
  return `#!/bin/bash
#SBATCH --job-name=${name}
#SBATCH --array=0-${count - 1}${atOnce === undefined ? "" : `%${atOnce}`}
#SBATCH --cpus-per-task=1
#SBATCH --output="${folder}/%a.log"
#SBATCH --open-mode=append
#SBATCH --requeue
#SBATCH --signal=B:TERM@60

export RECSCALE_THREADS="\${SLURM_CPUS_PER_TASK:-1}"
exec ${words.map(quoted).join(" ")} "$SLURM_ARRAY_TASK_ID"
`;
}

/** Tasks run in folders of their own. */
function absolute(run: WantedRun): WantedRun {
  const { label, plan, trainHere } = run;
  return { label, trainHere, plan: { ...plan, data: { ...plan.data, directory: resolve(plan.data.directory) } } };
}

/** A word of a shell's command line. */
function quoted(word: string): string {
  return /^[\w./:@%+=-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

const POLL_MS = 2000;

/**
 * Waits until no task of a job is pending or running.
 *
 * @throws the signal's reason when aborted, after telling all tasks to save their state and end
 */
export async function waitForSlurm(job: string, signal?: AbortSignal): Promise<void> {
  while (true) {
    if (signal?.aborted) {
      await call("scancel", ["--state=PENDING", job]);
      await call("scancel", ["--signal=TERM", "--full", job]); // lets those that run save their state
      signal.throwIfAborted();
    }
    // Slurm forgets a job some minutes after its end, and then says that its id is invalid
    const queued = await call("squeue", ["--noheader", "--jobs", job]).catch((error: Error) => {
      if (/Invalid job id/.test(error.message)) return "";
      throw error;
    });
    if (queued.trim() === "") return;
    await new Promise((done) => setTimeout(done, POLL_MS));
  }
}

async function call(program: string, args: readonly string[]): Promise<string> {
  let output: Deno.CommandOutput;
  try {
    output = await new Deno.Command(program, { args: [...args] }).output();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Error(`Cannot use Slurm: there is no ${program} on this machine's PATH. Submit from a login node.`);
  }
  const [text, problem] = [output.stdout, output.stderr].map((bytes) => new TextDecoder().decode(bytes));
  if (!output.success) throw new Error(`${program} refused (status ${output.code}): ${problem.trim()}`);
  return text;
}
