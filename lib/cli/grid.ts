import { basename } from "node:path";
import { runConfig } from "../experiments/run.ts";
import { runId } from "../experiments/run_config.ts";
import { runFolder } from "../experiments/run_folder.ts";
import { type FailedRun, runGrid } from "../experiments/run_grid.ts";
import type { WantedRun } from "../experiments/obtain_runs.ts";
import { submitToSlurm, waitForSlurm } from "../experiments/slurm.ts";
import { localFolder } from "../experiments/study.ts";
import { main, UsageError } from "./command.ts";
import { readGridPlan } from "./grid_plan.ts";
import { terminalProgress } from "./progress_bar.ts";
import { prepare } from "./setup.ts";
import { userPath } from "./user_path.ts";

/** The runs of a plan that have no record yet. */
async function missing(wanted: readonly WantedRun[], folder: string): Promise<WantedRun[]> {
  const kept = new Set((await runFolder(folder).store.all()).map(({ id }) => id));
  const ids = await Promise.all(wanted.map(({ plan }) => runId(runConfig(plan))));
  return wanted.filter((_, i) => !kept.has(ids[i]));
}

function describeFailure({ id, label, message, log }: FailedRun): string {
  return `FAILED ${label} (run ${id}): ${message}\n${log.trim().replaceAll(/^/gm, "    ")}`;
}

function count(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[1-9]\d*$/.test(text)) throw new UsageError(`--${option} wants a whole number from 1, got "${text}".`);
  return Number(text);
}

if (import.meta.main) {
  await main({
    name: "grid",
    summary: "Trains the runs of a plan side by side, in worker processes or as a Slurm job array.",
    details: `
PLAN is a JSON file; every model is trained on every log with every seed:

  {
    "data": ["data/synthetic/scale.json", {"kind": "synthetic", "preset": "PAIR", "examples": 262144}],
    "models": ["dlrm", "my_model.json", {"model": {"kind": "mlp", "dim": 8, "hidden": [64, 32]}}],
    "seeds": [1, 2, 3, 4],
    "scoring": {"windowExamples": 8192, "warmupFraction": 0.1}
  }

Finished runs are kept and not made again: after an interruption, or when some failed, the same command goes on. The folder
RECSCALE_RUNS holds records, checkpoints and leases; processes and hosts that share it share the work. See the runs with
"deno task runs list".`,
    positionals: "PLAN",
    options: {
      workers: { type: "string", value: "N", help: "worker processes (default: one a core)" },
      threads: { type: "string", value: "N", help: "threads of each worker (default: the cores shared out)" },
      fresh: { type: "boolean", help: "make all runs again" },
      "keep-streams": { type: "boolean", help: "keep synthetic examples on disk, where runs share them" },
      slurm: { type: "boolean", help: "submit a job array, one task a run" },
      wait: { type: "boolean", help: "with --slurm: wait until all tasks have ended" },
      "at-once": { type: "string", value: "N", help: "with --slurm: tasks at the same time" },
      sbatch: { type: "string", value: "ARGS", help: "with --slurm: arguments of sbatch, between blanks" },
    },
    stopsOnSignal: true,
    async run(options, [path], signal) {
      const wanted = await readGridPlan(userPath(path));
      const workers = count("workers", options.workers), threads = count("threads", options.threads);
      const atOnce = count("at-once", options["at-once"]);
      const folder = localFolder(), name = basename(path, ".json");
      await prepare();
      if (options.slurm) {
        if (options.fresh) throw new UsageError("--slurm makes what is missing; --fresh cannot be given with it.");
        if (options["keep-streams"]) throw new UsageError("--keep-streams is for workers here, not for --slurm.");
        const left = await missing(wanted, folder);
        if (left.length === 0) return console.log(`All ${wanted.length} runs are kept.`);
        const sbatch = options.sbatch?.split(/\s+/).filter(Boolean);
        const job = await submitToSlurm(left, { folder, name, atOnce, sbatch });
        console.log(`Job ${job.id}: ${job.runs} of ${wanted.length} runs, script and logs in ${job.folder}`);
        if (!options.wait) return;
        await waitForSlurm(job.id, signal);
        const failed = await missing(left, folder);
        console.log(`${left.length - failed.length} of ${left.length} runs made.`);
        for (const { label } of failed) console.error(`FAILED ${label}: see the logs in ${job.folder}`);
        return failed.length > 0 ? 1 : 0;
      }
      const progress = terminalProgress(name);
      const { runs, failures } = await runGrid(wanted, {
        folder,
        workers,
        threads,
        fresh: options.fresh,
        keepStreams: options["keep-streams"],
        signal,
        progress,
        notice: (message) => console.error(message),
      });
      const made = runs.filter(({ source }) => source === "trained").length;
      console.log(`${made} runs made, ${runs.length - made} kept, ${failures.length} failed.`);
      for (const failure of failures) console.error(describeFailure(failure));
      return failures.length > 0 ? 1 : 0;
    },
  });
}
