import { join } from "node:path";
import { openEngine } from "../engine/mod.ts";
import { buildModel } from "../models/build_model.ts";
import { cost } from "../models/cost.ts";
import { checkpointStore } from "../training/checkpoint.ts";
import { trainOnePass } from "../training/one_pass.ts";
import type { Progress } from "../engine/progress.ts";
import { createTrainer } from "../training/trainer.ts";
import type { DataSource } from "./data_source.ts";
import { openForTraining } from "./open_for_training.ts";
import { type RunConfig, runId } from "./run_config.ts";
import type { RunOrigin, RunRecord } from "./run_record.ts";

/** What of a run does not change its result. */
export interface RunOptions {
  readonly progress?: Progress;
  readonly signal?: AbortSignal;
  /** Folder for checkpoints of this and other runs: each has its own folder in it. Default: none are made. */
  readonly checkpointFolder?: string;
  /** Seconds between checkpoints. Default 30. */
  readonly checkpointSeconds?: number;
  /** Goes on from a checkpoint where there is one. Default true. */
  readonly resume?: boolean;
  /**
   * Folder where the training examples of synthetic streams are kept for other runs, some 50 bytes an example. Worth it
   * where several runs share a stream. Default: none, each run generates its own.
   */
  readonly streamFolder?: string;
  readonly notice?: (message: string) => void;
}

/** What determines a run, on data in hand. */
export type RunPlan = Omit<RunConfig, "data" | "dataFingerprint"> & { readonly data: DataSource };

/** The config that names the run of a plan. Where synthetic examples are generated does not change them. */
export function runConfig({ data, ...rest }: RunPlan): RunConfig {
  const config = data.config.kind === "synthetic" ? { ...data.config, worker: false } : data.config;
  return { data: config, dataFingerprint: data.fingerprint, ...rest };
}

/**
 * Trains and scores one model on one log, and returns its record. Nothing is written but checkpoints.
 *
 * @throws the signal's reason when aborted; called again with the same plan and checkpoint folder it goes on there
 */
export async function executeRun(plan: RunPlan, options: RunOptions = {}): Promise<RunRecord> {
  const config = runConfig(plan);
  const id = await runId(config);
  const engine = await openEngine();
  const dataset = await openForTraining(plan.data, options);
  const model = buildModel(plan.model, dataset.schema);
  const trainer = createTrainer({
    engine,
    model,
    schema: dataset.schema,
    config: plan.training,
    seed: plan.seed,
  });
  const checkpoints = options.checkpointFolder ? checkpointStore(join(options.checkpointFolder, id), id) : undefined;
  if (options.resume === false) await checkpoints?.clear();
  try {
    const result = await trainOnePass({
      trainer,
      dataset,
      scoring: plan.scoring,
      progress: options.progress,
      signal: options.signal,
      checkpoints,
      checkpointSeconds: options.checkpointSeconds,
      notice: options.notice,
    });
    return {
      id,
      config,
      model: model.name,
      data: dataset.description,
      cost: cost(model),
      result,
      origin: await originOf(engine.name, engine.description, engine.threads.intraOp),
    };
  } finally {
    trainer.dispose();
  }
}

async function originOf(backend: string, engine: string, threads: number): Promise<RunOrigin> {
  return {
    backend,
    engine,
    deno: Deno.version.deno,
    platform: `${Deno.build.os} ${Deno.build.arch}`,
    threads,
    revision: await revision(),
    finishedAt: new Date().toISOString(),
  };
}

/** The commit of the project's clone; null where it is no clone or there is no git. */
async function revision(): Promise<string | null> {
  try {
    const { success, stdout } = await new Deno.Command("git", {
      args: ["rev-parse", "--short=12", "HEAD"],
      cwd: import.meta.dirname,
      stderr: "null",
    }).output();
    return success ? new TextDecoder().decode(stdout).trim() : null;
  } catch {
    return null;
  }
}
