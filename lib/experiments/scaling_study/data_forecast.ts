import { mean, sampleStandardDeviation } from "simple-statistics";
import { fitInterval, fitLaw, type LawName, type Observation } from "../../scaling/mod.ts";
import { dataObservations, noiseOption, readAt } from "./law_observations.ts";
import { type ResourceLaw, resourceLaw } from "./law_table.ts";
import { type Reading, select, type StudyReadings } from "./readings.ts";
import { BASE } from "./schemes.ts";

/** NE that a law fitted to smaller data forecasts, and what came. */
export interface ForecastPoint {
  readonly examples: number;
  readonly forecast: number;
  /** 95 % over seeds, of the curve. */
  readonly low: number;
  readonly high: number;
  /** Mean over the seeds that saw so many examples; NaN where none did. */
  readonly observed: number;
  readonly standardError: number;
  readonly seeds: number;
}

/** What a law says of the base model on the main stream, fitted to all seeds up to some examples. */
export interface DataForecast {
  readonly law: ResourceLaw;
  /** Fitted up to so many examples. */
  readonly fittedTo: number;
  readonly bayesNe: number;
  readonly points: readonly ForecastPoint[];
}

function upTo(bySeed: readonly (readonly Observation[])[], examples: number): Observation[][] {
  return bySeed.map((curve) => curve.filter(({ x }) => x[0] <= examples));
}

/** NE of the base model on the main stream at some examples, with the seeds that saw so many. */
function observed(all: readonly Reading[], examples: number) {
  const ne = select(all, { stream: "main", model: BASE, examples }).map((reading) => reading.ne);
  return {
    observed: ne.length > 0 ? mean(ne) : NaN,
    standardError: ne.length > 1 ? sampleStandardDeviation(ne) / Math.sqrt(ne.length) : NaN,
    seeds: ne.length,
  };
}

/**
 * Fits the law of data to the first quarter of the examples and forecasts the rest, the long runs that saw four times as
 * many, and ten times the examples.
 */
export function dataForecast({ readings: all, examples }: StudyReadings): DataForecast {
  const fittedTo = examples / 4;
  const law = resourceLaw("data", upTo(dataObservations(all, "main", examples), fittedTo));
  const counts = [...readAt(select(all, { stream: "main", model: BASE }), examples, 4 * examples), 10 * examples];
  return {
    law,
    fittedTo,
    bayesNe: select(all, { stream: "main" })[0].bayesNe,
    points: counts.sort((a, b) => a - b).map((count): ForecastPoint => {
      const { value, low, high } = fitInterval(law, (fit) => fit.predict([count]));
      return { examples: count, forecast: value, low, high, ...observed(all, count) };
    }),
  };
}

/** One row of the rollouts: a law fitted up to a cut, asked for what lies beyond. */
export interface RolloutRow extends Record<string, string | number> {
  readonly "fitted to": number;
  readonly law: LawName;
  /** Signed error in percent of NE at the largest examples of all seeds, and of the long runs. */
  readonly "error at D": number;
  readonly "error at 4 D": number;
  /** Standard error of the mean over seeds there, in percent. */
  readonly "noise at D": number;
  readonly "noise at 4 D": number;
}

const LAWS: readonly LawName[] = ["powerLawConstant", "powerLaw", "logarithmic", "brokenPowerLaw"];

/** Fits on the small and predicts the large, at every cut that leaves a law as many points as it has parameters and one. */
export function rollouts({ readings: all, examples }: StudyReadings): RolloutRow[] {
  const bySeed = dataObservations(all, "main", examples);
  const counts = readAt(all, examples);
  const [end, far] = [observed(all, examples), observed(all, 4 * examples)];
  return counts.slice(0, -1).flatMap((cut, i) =>
    LAWS.filter((law) => i + 1 > (law === "brokenPowerLaw" ? 6 : law === "powerLawConstant" ? 3 : 2)).map(
      (law): RolloutRow => {
        const fit = fitLaw(law, upTo(bySeed, cut).flat(), noiseOption(bySeed));
        const error = (count: number, { observed }: { observed: number }) =>
          100 * (fit.predict([count]) - observed) / observed;
        return {
          "fitted to": cut,
          law,
          "error at D": error(examples, end),
          "error at 4 D": error(4 * examples, far),
          "noise at D": 100 * end.standardError / end.observed,
          "noise at 4 D": 100 * far.standardError / far.observed,
        };
      },
    )
  );
}
