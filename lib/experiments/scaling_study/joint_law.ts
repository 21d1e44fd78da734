import { type Fit, fitLaw, type Observation } from "../../scaling/mod.ts";
import { readAt } from "./law_observations.ts";
import { type Reading, scaledParameters, select, type StudyReadings, trainingFlops } from "./readings.ts";
import { sizesOf } from "./schemes.ts";

/** How NE falls with embedding width and data together. */
export interface JointLaw {
  /** `E + A / N^a + B / D^b` with N the embedding parameters; the scheme whose size changes compute most steadily. */
  readonly fit: Fit;
  readonly observations: readonly Observation[];
  /** Training FLOPs per example of a model with so many embedding parameters: linear in the width. */
  readonly flopsPerExample: (parameters: number) => number;
  /** Embedding parameters of the base model. */
  readonly base: number;
}

/** Fits the joint law to all widths and numbers of examples of the main stream, mean over seeds. */
export function jointLaw({ readings: all, examples, profile }: StudyReadings): JointLaw {
  const counts = readAt(all, examples);
  const models = sizesOf("horizontal", profile).map((size) => ({ scheme: "horizontal", size }) as const);
  const cells = models.flatMap((model) =>
    counts.map((count) => select(all, { stream: "main", model, examples: count }))
  );
  const observations = cells.flatMap((cell) =>
    cell.map((reading): Observation => ({
      x: [scaledParameters(reading.cost, "horizontal"), reading.examples],
      loss: reading.ne,
      weight: 1 / cell.length, // each cell counts once, however many seeds it has
    }))
  );
  const ends = [models[0], models.at(-1)!].map((model): [number, number] => {
    const [reading] = select(all, { stream: "main", model }) as [Reading];
    return [scaledParameters(reading.cost, "horizontal"), trainingFlops({ ...reading, model })];
  });
  const slope = (ends[1][1] - ends[0][1]) / (ends[1][0] - ends[0][0]);
  const [base] = select(all, { stream: "main", model: { scheme: "horizontal", size: 8 } });
  return {
    fit: fitLaw("joint", observations),
    observations,
    flopsPerExample: (parameters) => ends[0][1] + slope * (parameters - ends[0][0]),
    base: scaledParameters(base.cost, "horizontal"),
  };
}
