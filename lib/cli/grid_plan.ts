import { basename, dirname, isAbsolute, join } from "node:path";
import { z } from "zod";
import { parseDataConfig } from "../data/data_config.ts";
import { type DataSource, dataSource, loadDataSource } from "../experiments/data_source.ts";
import type { WantedRun } from "../experiments/obtain_runs.ts";
import { modelConfigSchema } from "../models/model_config.ts";
import { trainingConfigSchema } from "../training/training_config.ts";
import { UsageError } from "./command.ts";
import { readModelFile } from "./train.ts";

const object = z.record(z.string(), z.unknown());
const inlineModel = z.strictObject({ model: modelConfigSchema, training: trainingConfigSchema.prefault({}) });

const gridPlanSchema = z.strictObject({
  /** Paths of data configs, from the plan's folder, or the configs themselves. */
  data: z.array(z.union([z.string(), object])).min(1),
  /** Names of models that the project ships, paths of model configs, or the configs themselves. */
  models: z.array(z.union([z.string(), inlineModel])).min(1),
  /** The seeds themselves. A synthetic log draws an own stream for each seed, so that seeds differ in examples too. */
  seeds: z.array(z.number().int().min(0)).min(1),
  scoring: z.strictObject({
    windowExamples: z.number().int().positive().default(8192),
    warmupFraction: z.number().min(0).lt(1).default(0.1),
  }).prefault({}),
});

/**
 * Reads the plan of a grid: every model on every log with every seed. Models of one seed see the same examples.
 *
 * @throws {UsageError} naming file and key
 */
export async function readGridPlan(path: string): Promise<WantedRun[]> {
  let value: unknown;
  try {
    value = JSON.parse(await Deno.readTextFile(path));
  } catch (error) {
    throw new UsageError(`Cannot read the plan ${path}: ${(error as Error).message}.`);
  }
  const parsed = gridPlanSchema.safeParse(value);
  if (!parsed.success) throw new UsageError(`Cannot use the plan ${path}:\n${z.prettifyError(parsed.error)}`);
  const { data, models, seeds, scoring } = parsed.data;
  const folder = dirname(path);
  const logs = await Promise.all(data.map((each) => readLog(each, folder, path)));
  const settings = await Promise.all(models.map((each) => readModel(each, folder)));
  const wanted: WantedRun[] = [];
  for (const log of logs) {
    for (const seed of seeds) {
      const source = await withStream(log.source, seed);
      for (const { name, model, training } of settings) {
        const label = `${name} on ${log.name}, seed ${seed}`;
        wanted.push({ label, trainHere: true, plan: { data: source, model, training, scoring, seed } });
      }
    }
  }
  return wanted;
}

async function readLog(entry: string | Record<string, unknown>, folder: string, path: string) {
  if (typeof entry === "string") {
    const name = basename(entry) === "config.json" ? basename(dirname(entry)) : basename(entry, ".json");
    return { name, source: await loadDataSource(within(folder, entry)) };
  }
  const config = parseDataConfig(entry, path);
  const name = config.kind === "synthetic"
    ? `${config.preset}, ${config.examples.toLocaleString("en")} examples`
    : "log";
  return { name, source: await dataSource(config, folder) };
}

async function readModel(entry: string | z.infer<typeof inlineModel>, folder: string) {
  if (typeof entry !== "string") return { name: entry.model.kind, ...entry };
  const isPath = /[./\\]/.test(entry);
  return { name: basename(entry, ".json"), ...await readModelFile(isPath ? within(folder, entry) : entry) };
}

function within(folder: string, path: string): string {
  return isAbsolute(path) ? path : join(folder, path);
}

async function withStream({ config, directory, ...rest }: DataSource, seed: number): Promise<DataSource> {
  if (config.kind !== "synthetic") return { config, directory, ...rest };
  return await dataSource({ ...config, stream: seed }, directory);
}
