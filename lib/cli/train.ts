import { join } from "node:path";
import { type ModelConfig, modelConfigSchema } from "../models/model_config.ts";
import { loadDataSource } from "../experiments/data_source.ts";
import { executeRun, runConfig } from "../experiments/run.ts";
import { runId } from "../experiments/run_config.ts";
import type { RunRecord } from "../experiments/run_record.ts";
import { PROJECT_ROOT } from "../experiments/study.ts";
import { type TrainingConfig, trainingConfigSchema } from "../training/training_config.ts";
import { z } from "zod";
import { main, UsageError } from "./command.ts";
import { terminalProgress } from "./progress_bar.ts";
import { prepare } from "./setup.ts";
import { userPath } from "./user_path.ts";

const modelFile = z.strictObject({ model: modelConfigSchema, training: trainingConfigSchema.prefault({}) });

/**
 * Reads a model config: a JSON file `{"model": {...}, "training": {...}}`, or the name of one that the project ships.
 *
 * @throws {UsageError} naming file and key
 */
export async function readModelFile(nameOrPath: string): Promise<{ model: ModelConfig; training: TrainingConfig }> {
  const shipped = join(PROJECT_ROOT, "data", "models");
  const path = /[./\\]/.test(nameOrPath) ? userPath(nameOrPath) : join(shipped, `${nameOrPath}.json`);
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    const names = [...Deno.readDirSync(shipped)].map(({ name }) => name.replace(/\.json$/, "")).sort();
    throw new UsageError(`There is no model config ${path}. Wanted a JSON file, or one of: ${names.join(", ")}.`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`Cannot read the model config ${path}: it is not JSON (${(error as Error).message}).`);
  }
  const parsed = modelFile.safeParse(value);
  if (!parsed.success) {
    throw new UsageError(`Cannot use the model config ${path}:\n${z.prettifyError(parsed.error)}`);
  }
  return parsed.data;
}

/** A whole number given as an option. */
function wholeNumber(option: string, text: string, least: number): number {
  const value = Number(text.replaceAll(/[_,]/g, ""));
  if (!Number.isInteger(value) || value < least) {
    throw new UsageError(`--${option} wants a whole number from ${least}, got "${text}".`);
  }
  return value;
}

/** A share given as an option. */
function share(option: string, text: string): number {
  const value = Number(text);
  if (!(value >= 0 && value < 1)) throw new UsageError(`--${option} wants a number from 0 up to 1, got "${text}".`);
  return value;
}

/** What a run measured, for people. */
export function summary(record: RunRecord): string {
  const { progressive, tests, examples, trainingSeconds, examplesPerSecond } = record.result;
  const test = tests.at(-1)?.metrics;
  const scores = (m: typeof progressive) =>
    `NE ${m.ne.toFixed(4)}, log loss ${m.logLoss.toFixed(4)}, AUC ${m.auc.toFixed(4)}, ` +
    `calibration ${m.calibration.toFixed(3)}, base rate ${m.baseRate.toFixed(4)}`;
  const count = (n: number) => Math.round(n).toLocaleString("en");
  return [
    `${record.model} on ${record.data}`,
    `run          ${record.id}`,
    `progressive  ${scores(progressive)} (${count(progressive.examples)} examples after the warm-up)`,
    ...(test ? [`test         ${scores(test)} (${count(test.examples)} examples)`] : []),
    ...(test?.expectedNe === undefined
      ? []
      : [`             expected NE ${test.expectedNe.toFixed(4)}, Bayes optimum ${test.bayesNe!.toFixed(4)}`]),
    `cost         ${count(record.cost.totalParameters)} parameters (${count(record.cost.denseParameters)} dense), ` +
    `${count(record.cost.totalFlops)} forward FLOPs per example`,
    `speed        ${count(examplesPerSecond)} examples/s (${count(examples)} in ${trainingSeconds.toFixed(1)} s), ` +
    record.origin.engine,
  ].join("\n");
}

if (import.meta.main) {
  await main({
    name: "train",
    summary: "Trains a model on a log in one pass and scores it as it goes (progressive validation).",
    details: `
CONFIG of --data is a JSON file that says what the columns of a log mean (data/bank-marketing/config.json is an example), or
describes a synthetic stream (data/synthetic/scale.json). CONFIG of --model is a JSON file {"model": ..., "training": ...}
or one of the names in data/models.

  deno task train --data data/bank-marketing/config.json --model dlrm
  deno task train --data data/synthetic/scale.json --model mlp --json run.json`,
    options: {
      data: { type: "string", value: "CONFIG", help: "the log to learn from (required)" },
      model: { type: "string", value: "CONFIG", help: "the model and how to train it (required)" },
      seed: { type: "string", value: "N", default: "1", help: "determines the initial weights" },
      window: { type: "string", value: "N", default: "2048", help: "examples in a window of progressive validation" },
      warmup: {
        type: "string",
        value: "SHARE",
        default: "0.1",
        help: "first part of the log that does not count into the score",
      },
      json: { type: "string", value: "OUT", help: "write the run record to this file" },
      checkpoint: { type: "string", value: "DIR", help: "save the state here now and then, and when stopped" },
      "checkpoint-seconds": { type: "string", value: "N", default: "30", help: "seconds between checkpoints" },
      resume: { type: "boolean", help: "go on from the last checkpoint in --checkpoint" },
    },
    stopsOnSignal: true,
    async run(options, _, signal) {
      if (options.data === undefined) throw new UsageError("--data is missing: the JSON file that describes the log.");
      if (options.model === undefined) throw new UsageError("--model is missing: a JSON file or a name such as dlrm.");
      if (options.resume && options.checkpoint === undefined) {
        throw new UsageError("--resume needs --checkpoint DIR: the folder to go on from.");
      }
      const { model, training } = await readModelFile(options.model);
      const plan = {
        data: await loadDataSource(userPath(options.data)),
        model,
        training,
        scoring: {
          windowExamples: wholeNumber("window", options.window, 1),
          warmupFraction: share("warmup", options.warmup),
        },
        seed: wholeNumber("seed", options.seed, 0),
      };
      await prepare();
      const progress = terminalProgress(`run ${await runId(runConfig(plan))}`);
      try {
        const record = await executeRun(plan, {
          progress,
          signal,
          checkpointFolder: options.checkpoint === undefined ? undefined : userPath(options.checkpoint),
          checkpointSeconds: wholeNumber("checkpoint-seconds", options["checkpoint-seconds"], 0),
          resume: options.resume,
          notice: (message) => console.error(message),
        });
        console.log(summary(record));
        if (options.json !== undefined) {
          await Deno.writeTextFile(userPath(options.json), JSON.stringify(record, null, 2) + "\n");
        }
      } catch (error) {
        if (!signal.aborted) throw error;
        progress.finish("stopped");
        if (options.checkpoint !== undefined) {
          console.error("Stopped. The same command with --resume goes on from here.");
        }
      }
    },
  });
}
