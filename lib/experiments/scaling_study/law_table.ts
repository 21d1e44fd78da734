import { extendHash, hash, uniformFromHash } from "../../data/counter_hash.ts";
import { type Fit, fitLaw, type Observation } from "../../scaling/mod.ts";
import { describeScheme } from "./law_claims.ts";
import { computeObservations, dataObservations, parameterObservations, seedNoise } from "./law_observations.ts";
import type { StudyReadings } from "./readings.ts";
import { SCHEMES } from "./schemes.ts";

/** A power law plus constant of NE in one resource, with what repeated seeds say of it. */
export interface ResourceLaw {
  readonly resource: string;
  readonly fit: Fit;
  /** Fits of bootstrap samples of whole seeds. */
  readonly resampled: readonly Fit[];
  /** The largest resource that was observed. */
  readonly largest: number;
}

const RESAMPLES = 400;

/** The laws of the study: in data, in the parameters of each scheme, and in compute on the envelope of all runs. */
export function resourceLaws({ readings: all, examples, profile }: StudyReadings): ResourceLaw[] {
  const curves: [string, Observation[][]][] = [
    ["data", dataObservations(all, "main", examples)],
    ...SCHEMES.map((scheme): [string, Observation[][]] => [
      `parameters: ${describeScheme(scheme)}`,
      parameterObservations(all, scheme, { examples, profile }),
    ]),
    ["compute", computeObservations(all, { examples, profile })],
  ];
  return curves.map(([resource, bySeed]) => resourceLaw(resource, bySeed));
}

/** Fits the law to all seeds together, and to samples of seeds with replacement: points of one seed are not independent. */
export function resourceLaw(resource: string, bySeed: readonly (readonly Observation[])[]): ResourceLaw {
  const delta = 2.5 * seedNoise(bySeed);
  const fit = fitLaw("powerLawConstant", bySeed.flat(), { delta });
  const { x0 } = fit;
  const resampled = Array.from({ length: RESAMPLES }, (_, r) => {
    const state = hash(1, r);
    const drawn = bySeed.flatMap((_, i) => bySeed[Math.floor(uniformFromHash(extendHash(state, i)) * bySeed.length)]);
    return fitLaw("powerLawConstant", drawn, { delta, x0, warmStart: fit.theta });
  });
  return { resource, fit, resampled, largest: Math.max(...bySeed.flat().map(({ x }) => x[0])) };
}

/** The 95 % percentile interval of a number over the resampled fits. */
export function interval({ resampled }: ResourceLaw, of: (fit: Fit) => number): [number, number] {
  const sorted = resampled.map(of).sort((a, b) => a - b);
  return [0.025, 0.975].map((p) => sorted[Math.round(p * (sorted.length - 1))]) as [number, number];
}
