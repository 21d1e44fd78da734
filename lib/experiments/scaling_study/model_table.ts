import { mean } from "simple-statistics";
import type { ScalingStudy } from "./run_scaling_study.ts";
import { scaledParameters, select } from "./readings.ts";
import { describeModel, isBase } from "./schemes.ts";
import { describeScheme } from "./law_claims.ts";
import { countSources } from "../run_sources.ts";

/** One model of the study: what it costs, how it was tuned, how good it is. */
export interface ScaledModelRow extends Record<string, string | number> {
  readonly scaled: string;
  readonly model: string;
  /** Parameters that the scheme scales, and all. */
  readonly "scaled parameters": number;
  readonly parameters: number;
  /** Forward FLOPs per example. */
  readonly FLOPs: number;
  readonly "dense rate": number;
  readonly "table rate": number;
  /** Runs that the search for the rates took. */
  readonly "rates tried": number;
  /** Mean over seeds after all examples of the main stream. */
  readonly NE: number;
  readonly seeds: number;
  /** Where the records came from, e.g. "1 trained, 3 shipped". */
  readonly runs: string;
}

/** A row for each model of the main stream. */
export function scaledModelTable(study: ScalingStudy): ScaledModelRow[] {
  return study.tuned.map(({ model, rates, tried }): ScaledModelRow => {
    const own = select(study.readings, { stream: "main", model, examples: study.examples });
    const { cost } = own[0];
    const ids = new Set(own.map(({ run }) => run));
    const sources = study.runs.filter(({ record }) => ids.has(record.id)).map(({ source }) => source);
    return {
      scaled: isBase(model) ? "base" : describeScheme(model.scheme),
      model: describeModel(model),
      "scaled parameters": scaledParameters(cost, model.scheme),
      parameters: cost.totalParameters,
      FLOPs: cost.totalFlops,
      "dense rate": rates.dense,
      "table rate": rates.embedding,
      "rates tried": tried,
      NE: mean(own.map(({ ne }) => ne)),
      seeds: own.length,
      runs: countSources(sources),
    };
  });
}
