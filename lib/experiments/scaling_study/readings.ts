import type { Cost } from "../../models/cost.ts";
import { teacherPreset } from "../../data/teacher/mod.ts";
import type { Profile } from "../profile.ts";
import type { ScalingRun } from "./run_scaling_study.ts";
import { BASE_SIZE, isBase, type ScaledModel, type Scheme } from "./schemes.ts";
import type { StreamName } from "./streams.ts";

/** NE of one run after some examples, with what it took. */
export interface Reading {
  readonly stream: StreamName;
  readonly model: ScaledModel;
  readonly seed: number;
  /** D: examples learned from. */
  readonly examples: number;
  /** Expected NE of the test stream. */
  readonly ne: number;
  /** NE of the true click probabilities on the same test stream. */
  readonly bayesNe: number;
  readonly cost: Cost;
  /** Name of the run. */
  readonly run: string;
}

/** All readings of the study, and what they are readings of. */
export interface StudyReadings {
  readonly readings: readonly Reading[];
  /** Examples of a run on the main stream. */
  readonly examples: number;
  readonly profile: Profile;
}

/** Which readings are meant; what is left out may be anything. */
export interface ReadingFilter {
  readonly stream?: StreamName;
  readonly model?: ScaledModel;
  readonly examples?: number;
}

/** All readings of some runs: one for each test, which are made at doubling numbers of examples. */
export function scalingReadings(runs: readonly ScalingRun[]): Reading[] {
  return runs.flatMap(({ cell, record }) =>
    record.result.tests.map(({ examples, metrics }): Reading => ({
      stream: cell.stream,
      model: cell.model,
      seed: cell.seed,
      examples,
      ne: metrics.expectedNe!,
      bayesNe: metrics.bayesNe!,
      cost: record.cost,
      run: record.id,
    }))
  );
}

/** The readings that a filter means, in order of seed, then of examples. The base model is one model in all schemes. */
export function select(all: readonly Reading[], { stream, model, examples }: ReadingFilter): Reading[] {
  return all.filter((reading) =>
    (stream === undefined || reading.stream === stream) &&
    (examples === undefined || reading.examples === examples) &&
    (model === undefined || sameModel(reading.model, model))
  ).sort((a, b) => a.seed - b.seed || a.examples - b.examples);
}

function sameModel(a: ScaledModel, b: ScaledModel): boolean {
  return (isBase(a) && isBase(b)) || (a.scheme === b.scheme && a.size === b.size && a.unhashed === b.unhashed);
}

/** Parameters that a scheme scales: those of the tables, of the top MLP, or of both MLPs. */
export function scaledParameters({ parameters }: Cost, scheme: Scheme): number {
  switch (scheme) {
    case "vertical":
    case "horizontal":
      return parameters.embedding;
    case "overarch":
      return parameters.overarch;
    case "allMlp":
      return parameters.overarch + parameters.bottom;
  }
}

const FIELDS = teacherPreset("SCALE", 1).cardinalities.length;

/** What of a training example's work counts as compute. */
export type ComputeCount = "products" | "products and lookups";

/**
 * Training FLOPs per example: three times the forward pass (forward, and two products of the same size backward). Counted
 * are the matrix products of the MLPs, last layer included, and the dot products of the interaction; not biases,
 * activations, the optimiser's update, and, unless asked for, lookups, which move memory: then the d numbers of each
 * field's row count one multiply-add each, as in a pooled lookup.
 */
export function trainingFlops(
  { cost, model }: Pick<Reading, "cost" | "model">,
  count: ComputeCount = "products",
): number {
  const dim = model.scheme === "horizontal" ? model.size : BASE_SIZE.horizontal;
  return 3 * (cost.totalFlops + (count === "products" ? 0 : 2 * FIELDS * dim));
}
