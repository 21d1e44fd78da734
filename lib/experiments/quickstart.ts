import { join } from "node:path";
import { parseDataConfig } from "../data/data_config.ts";
import type { ModelConfig } from "../models/model_config.ts";
import { trainingConfigSchema } from "../training/training_config.ts";
import { type DataSource, dataSource, loadDataSource } from "./data_source.ts";
import type { ObtainedRun, WantedRun } from "./obtain_runs.ts";
import type { Profile } from "./profile.ts";
import type { RunPlan } from "./run.ts";
import { PROJECT_ROOT, runStudy, type StudyOptions } from "./study.ts";

/** A log of the quickstart: "bank-marketing" (or the name of the user's own), or one of the synthetic ones. */
export type QuickstartLog = string;

/** One run of the quickstart and what it compares. */
export interface QuickstartRun extends ObtainedRun {
  readonly log: QuickstartLog;
  readonly model: string;
  readonly seed: number;
}

const MODELS: Readonly<Record<string, ModelConfig>> = {
  "Logistic regression": { kind: "logisticRegression" },
  MLP: { kind: "mlp", dim: 8, hidden: [64, 32] },
  DLRM: { kind: "dlrm", dim: 8, bottom: [32], overarch: [64, 32] },
};

/** The models of the quickstart, simplest first. */
export const QUICKSTART_MODELS: readonly string[] = Object.keys(MODELS);

/** What the controls compare. */
const CONTROL_MODELS: readonly string[] = ["Logistic regression", "DLRM"];

const SIZES: Readonly<Record<Profile, { examples: number; testExamples: number; seeds: number; trainedHere: number }>> =
  {
    smoke: { examples: 1 << 15, testExamples: 1 << 14, seeds: 2, trainedHere: 2 },
    default: { examples: 1 << 20, testExamples: 1 << 16, seeds: 8, trainedHere: 1 },
    paper: { examples: 1 << 20, testExamples: 1 << 16, seeds: 8, trainedHere: 8 },
  };

/** The synthetic logs: the teacher, the teacher without its interactions, and with the main effects of ids alone. */
export const SYNTHETIC_LOGS = {
  all: "SCALE",
  noInteractions: "SCALE without interactions",
  idsOnly: "SCALE, main effects of ids only",
} as const;

/** Shares of the teacher's terms that make its controls. */
const NO_INTERACTIONS = { pair: 0, cross: 0, local: 0, attn: 0, hier: 0 };
const IDS_ONLY = { ...NO_INTERACTIONS, dense: 0 };

/** Seeds 1 to 8 served while the study was designed; what is reported rests on others. */
const FIRST_SEED = 11;

/** One row of the quickstart's plan: a log for each seed, and how models are trained on it. */
interface LogPlan {
  readonly log: QuickstartLog;
  /** The user's own, of which no records are shipped. */
  readonly own?: boolean;
  readonly data: (seed: number) => Promise<DataSource>;
  readonly models: readonly string[];
  readonly settings: Pick<RunPlan, "training" | "scoring">;
}

async function plans(profile: Profile, ownData: string | undefined): Promise<LogPlan[]> {
  const { examples, testExamples } = SIZES[profile];
  const real = await loadDataSource(ownData ?? join(PROJECT_ROOT, "data", "bank-marketing", "config.json"));
  const synthetic = (shares?: Record<string, number>) => (seed: number) =>
    dataSource(parseDataConfig({
      kind: "synthetic",
      preset: "SCALE",
      seed: 1, // one teacher, so that all curves have the same optimum
      stream: seed, // independent examples for each seed
      examples,
      testExamples,
      overrides: shares ? { shares } : {},
    }));
  const settings = {
    training: trainingConfigSchema.parse({ batchSize: 512 }),
    scoring: { windowExamples: 1 << 15, warmupFraction: 0.1 },
  };
  return [
    {
      log: real.config.kind === "log" ? real.config.name : real.config.preset,
      own: ownData !== undefined,
      data: () => Promise.resolve(real),
      models: QUICKSTART_MODELS,
      settings: {
        // 45,000 examples are few: smaller batches, so that there are 350 steps, and a shorter warm-up
        training: trainingConfigSchema.parse({ batchSize: 128, warmupSteps: 20 }),
        scoring: { windowExamples: 1 << 11, warmupFraction: 0.1 },
      },
    },
    { log: SYNTHETIC_LOGS.all, data: synthetic(), models: QUICKSTART_MODELS, settings },
    { log: SYNTHETIC_LOGS.noInteractions, data: synthetic(NO_INTERACTIONS), models: CONTROL_MODELS, settings },
    { log: SYNTHETIC_LOGS.idsOnly, data: synthetic(IDS_ONLY), models: CONTROL_MODELS, settings },
  ];
}

/** A run that the quickstart wants. */
export type WantedQuickstartRun = WantedRun & Omit<QuickstartRun, keyof ObtainedRun>;

/**
 * All runs of the quickstart in a profile.
 *
 * @param ownData path of a data config to use in place of bank-marketing
 */
export async function quickstartPlan(profile: Profile, ownData?: string): Promise<WantedQuickstartRun[]> {
  const { seeds, trainedHere } = SIZES[profile];
  const wanted: WantedQuickstartRun[] = [];
  for (const { log, own = false, data, models, settings } of await plans(profile, ownData)) {
    for (let seed = FIRST_SEED; seed < FIRST_SEED + seeds; seed++) {
      const source = await data(seed);
      for (const model of models) {
        wanted.push({
          label: `${model} on ${log}, seed ${seed}`,
          log,
          model,
          seed,
          plan: { data: source, model: MODELS[model], seed, ...settings },
          trainHere: seed < FIRST_SEED + trainedHere || own,
        });
      }
    }
  }
  return wanted;
}

/**
 * Trains logistic regression, MLP and DLRM on bank-marketing in time order and on the synthetic stream SCALE, over
 * paired seeds: the models of a seed see the same examples in the same order.
 *
 * @param options.data path of a data config to use in place of bank-marketing
 */
export async function runQuickstart(options: StudyOptions & { readonly data?: string }): Promise<QuickstartRun[]> {
  const wanted = await quickstartPlan(options.profile, options.data);
  const runs = await runStudy("quickstart", wanted, options);
  return runs.map((run, i) => ({ log: wanted[i].log, model: wanted[i].model, seed: wanted[i].seed, ...run }));
}
