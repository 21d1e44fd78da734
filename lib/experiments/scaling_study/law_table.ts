import {
  fitInterval,
  type FittedCurve,
  gainOfDoubling,
  type Observation,
  reducibleShare,
  type ResampledFits,
  resampleFits,
  saturationPoint,
} from "../../scaling/mod.ts";
import { describeScheme } from "./law_claims.ts";
import { computeObservations, dataObservations, parameterObservations } from "./law_observations.ts";
import type { StudyReadings } from "./readings.ts";
import { SCHEMES } from "./schemes.ts";

/** A power law plus constant of NE in one resource, with what repeated seeds say of it. */
export interface ResourceLaw extends ResampledFits {
  readonly resource: string;
  readonly seeds: number;
  /** The largest resource that was observed. */
  readonly largest: number;
}

/** The laws of the study: in data, in the parameters of each scheme, and in compute on the envelope of all runs. */
export function resourceLaws({ readings: all, examples, profile }: StudyReadings): ResourceLaw[] {
  const data = dataObservations(all, "main", examples);
  const second = Math.min(...data.flat().map(({ x }) => 2 * x[0]));
  const tell = (count: number) => count.toLocaleString("en");
  const curves: [string, Observation[][]][] = [
    ["data", data],
    // the exponent depends on the window by more than chance: both are told
    [`data, from ${tell(second)} examples on`, data.map((curve) => curve.filter(({ x }) => x[0] >= second))],
    [`data, to ${tell(4 * examples)} examples`, dataObservations(all, "main", examples, 4 * examples)],
    ...SCHEMES.map((scheme): [string, Observation[][]] => [
      describeScheme(scheme),
      parameterObservations(all, scheme, { examples, profile }),
    ]),
    ["compute", computeObservations(all, { examples, profile })],
  ];
  return curves.map(([resource, bySeed]) => resourceLaw(resource, bySeed));
}

const RESAMPLES = 200;

/** Fits the law to all seeds together, and to samples of seeds with replacement: points of one seed are not independent. */
export function resourceLaw(resource: string, bySeed: readonly (readonly Observation[])[]): ResourceLaw {
  const all = bySeed.flat();
  const fits = resampleFits("powerLawConstant", all, { method: "seeds", resamples: RESAMPLES });
  return { ...fits, resource, seeds: bySeed.length, largest: Math.max(...all.map(({ x }) => x[0])) };
}

/** One row of the table of laws. */
export interface LawRow extends Record<string, string | number> {
  readonly resource: string;
  readonly alpha: string;
  readonly beta: string;
  readonly gamma: string;
  readonly x0: number;
  readonly "gain of a doubling": string;
  readonly "still reducible": string;
  readonly "x / x_sat": string;
  readonly regime: string;
  readonly status: string;
  readonly seeds: number;
}

/**
 * Parameters of all laws with 95 % intervals over seeds. Where the exponent is not identified the row has none, but an upper
 * bound of what a doubling brings.
 */
export function lawTable(laws: readonly ResourceLaw[]): LawRow[] {
  return laws.map((law): LawRow => {
    const { resource, fit, largest, seeds } = law;
    const known = fit.status !== "not identified";
    const shown = (of: (fit: FittedCurve) => number, digits: number) => {
      const { value, low, high } = fitInterval(law, of);
      return `${value.toFixed(digits)} [${low.toFixed(digits)}, ${high.toFixed(digits)}]`;
    };
    const [gain] = fit.gainPerDoubling;
    // of a ratio, so in logarithms
    const logs = fitInterval(law, (each) => Math.log(largest / saturationPoint(each)));
    const saturated = { low: Math.exp(logs.low), high: Math.exp(logs.high) };
    return {
      resource,
      alpha: known ? shown(({ best }) => best.alpha, 4) : "-",
      beta: known ? shown(({ best }) => best.beta, 3) : "not identified",
      gamma: known ? shown(({ best }) => best.gamma, 4) : "-",
      x0: fit.x0[0],
      "gain of a doubling": known
        ? `${shown((each) => 100 * gainOfDoubling(each, largest), 3)} %`
        : `at most ${(100 * gain.upper).toFixed(2)} %`,
      "still reducible": known ? `${shown((each) => 100 * reducibleShare(each, largest), 1)} %` : "-",
      "x / x_sat": known ? describeRatio([saturated.low, saturated.high]) : "-",
      regime: !known ? "-" : saturated.high < 1 ? "high return" : saturated.low > 1 ? "saturated" : "between",
      status: fit.status,
      seeds,
    };
  });
}

function describeRatio(ends: readonly number[]): string {
  const [low, high] = ends.map((value) => value === Infinity ? "∞" : value.toPrecision(2));
  return `[${low}, ${high}]`;
}
