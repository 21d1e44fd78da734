import { trainingConfigSchema } from "../../training/training_config.ts";
import { dataSource } from "../data_source.ts";
import type { WantedRun } from "../obtain_runs.ts";
import type { Profile } from "../profile.ts";
import type { Rates } from "../tune_rates.ts";
import {
  BASE,
  describeModel,
  dlrmOf,
  enlarged,
  isBase,
  type ScaledModel,
  scaledModels,
  type Scheme,
  SCHEMES,
  sizesOf,
} from "./schemes.ts";
import { streamConfig, type StreamName } from "./streams.ts";

/** What a run of the study is for. */
export interface ScalingCell {
  readonly stream: StreamName;
  readonly model: ScaledModel;
  readonly seed: number;
  readonly examples: number;
}

/** A run that the study wants. */
export type WantedScalingRun = WantedRun & { readonly cell: ScalingCell };

/** How large the study is in a profile. */
export interface ScalingSizes {
  readonly examples: number;
  /** Of runs that test forecasts beyond the data they were made from. */
  readonly longExamples: number;
  readonly testExamples: number;
  readonly tuningExamples: number;
  /** Seeds of the base model on the main stream; the last `longSeeds` of them see `longExamples`. */
  readonly baseSeeds: number;
  readonly longSeeds: number;
  /** Seeds of every other model on the main stream, and of everything on the control streams. */
  readonly seeds: number;
}

const FULL: ScalingSizes = {
  examples: 1 << 21,
  longExamples: 1 << 23,
  testExamples: 1 << 16,
  tuningExamples: 1 << 19,
  // sixteen seeds over six doublings, so that the exponent of the data law is known to about 0.02
  baseSeeds: 16,
  longSeeds: 4,
  seeds: 4,
};

const SMOKE: ScalingSizes = {
  examples: 1 << 14,
  longExamples: 1 << 15,
  testExamples: 1 << 12,
  tuningExamples: 1 << 12,
  baseSeeds: 3,
  longSeeds: 1,
  seeds: 2,
};

/** The sizes of a profile. The default profile has those of the paper profile and trains less of it here. */
export function scalingSizes(profile: Profile): ScalingSizes {
  return profile === "smoke" ? SMOKE : FULL;
}

/** Where the search for learning rates starts, for every model. */
export const START_RATES: Rates = { dense: 2e-3, embedding: 0.2 };
const TUNING_SEED = 1;

/** The run that scores a model at some rates. */
export async function tuningRun(model: ScaledModel, rates: Rates, profile: Profile): Promise<WantedScalingRun> {
  const { tuningExamples: examples, testExamples } = scalingSizes(profile);
  const cell = { stream: "tuning", model, seed: TUNING_SEED, examples } as const;
  return await wantedRun(cell, rates, testExamples, profile !== "default");
}

/** The models that are compared on the stream that demands more capacity: small, base and enlarged of each scheme. */
function capacityModels(profile: Profile): ScaledModel[] {
  const others = SCHEMES.flatMap((scheme) => {
    const sizes = new Set([CAPACITY_SMALL[scheme], ...enlarged(scheme, profile)]);
    return [...sizes].map((size) => ({ scheme, size })).filter((model) => !isBase(model));
  });
  return [BASE, ...others];
}

/** The control of the vertical scheme: tables as large, that no two popular ids share a row of. */
function unhashedModels(profile: Profile): ScaledModel[] {
  const sizes = sizesOf("vertical", profile).filter((size) => UNHASHED.includes(size));
  return sizes.map((size) => ({ scheme: "vertical", size, unhashed: true }));
}

const UNHASHED: readonly number[] = [100, 1000, 10_000, 100_000];

const CAPACITY_SMALL: Readonly<Record<Scheme, number>> = { vertical: 1000, horizontal: 2, overarch: 8, allMlp: 8 };

/**
 * All runs of the study but those that tune.
 *
 * @param ratesOf the tuned rates of a model
 */
export async function scalingPlan(
  profile: Profile,
  ratesOf: (model: ScaledModel) => Rates,
): Promise<WantedScalingRun[]> {
  const sizes = scalingSizes(profile);
  const { examples, longExamples, baseSeeds, longSeeds, seeds } = sizes;
  const cells: ScalingCell[] = [];
  const add = (stream: StreamName, model: ScaledModel, seed: number, count = examples) =>
    cells.push({ stream, model, seed, examples: count });
  for (let seed = 1; seed <= seeds; seed++) {
    for (const model of scaledModels(profile)) add("main", model, seed);
  }
  for (let seed = 1; seed <= seeds; seed++) {
    for (const model of unhashedModels(profile)) add("main", model, seed);
  }
  for (let seed = seeds + 1; seed <= baseSeeds; seed++) {
    add("main", BASE, seed, seed > baseSeeds - longSeeds ? longExamples : examples);
  }
  for (let seed = 1; seed <= seeds; seed++) {
    for (const stream of ["second", "third", "mainEffects", "noTail"] as const) add(stream, BASE, seed);
    add("allFields", BASE, seed, 2 * examples);
    for (const model of capacityModels(profile)) add("capacity", model, seed);
  }
  return await Promise.all(
    cells.map((cell) => wantedRun(cell, ratesOf(cell.model), sizes.testExamples, trainedHere(cell, profile))),
  );
}

/** What the default profile trains itself: the base model and the largest of each scheme, once. */
function trainedHere({ stream, model, seed }: ScalingCell, profile: Profile): boolean {
  if (profile !== "default") return true;
  return stream === "main" && seed === 1 && (isBase(model) || model.size === sizesOf(model.scheme, profile).at(-1));
}

async function wantedRun(
  cell: ScalingCell,
  rates: Rates,
  testExamples: number,
  trainHere: boolean,
): Promise<WantedScalingRun> {
  const { stream, model, seed, examples } = cell;
  return {
    cell,
    label: `${describeModel(model)} on ${stream}, ${examples.toLocaleString("en")} examples, seed ${seed}`,
    trainHere,
    plan: {
      data: await dataSource(streamConfig(stream, seed, examples, testExamples)),
      model: dlrmOf(model),
      seed,
      training: trainingConfigSchema.parse({
        batchSize: 512,
        dense: { optimizer: { name: "adam" }, learningRate: rates.dense },
        embedding: { optimizer: { name: "rowwiseAdagrad" }, learningRate: rates.embedding },
      }),
      // every example is scored before it is learned from; the study reads the test stream, at every doubling
      scoring: { windowExamples: 1 << 17, warmupFraction: 0.1 },
    },
  };
}
