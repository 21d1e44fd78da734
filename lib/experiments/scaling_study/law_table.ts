import { extendHash, hash, uniformFromHash } from "../../data/counter_hash.ts";
import { type Fit, fitLaw, type Observation } from "../../scaling/mod.ts";
import { describeScheme } from "./law_claims.ts";
import { computeObservations, dataObservations, noiseOption, parameterObservations } from "./law_observations.ts";
import type { StudyReadings } from "./readings.ts";
import { SCHEMES } from "./schemes.ts";

/** A power law plus constant of NE in one resource, with what repeated seeds say of it. */
export interface ResourceLaw {
  readonly resource: string;
  readonly fit: Fit;
  /** Fits of bootstrap samples of whole seeds. */
  readonly resampled: readonly Fit[];
  readonly seeds: number;
  /** The largest resource that was observed. */
  readonly largest: number;
}

const RESAMPLES = 400;

/** The laws of the study: in data, in the parameters of each scheme, and in compute on the envelope of all runs. */
export function resourceLaws({ readings: all, examples, profile }: StudyReadings): ResourceLaw[] {
  const curves: [string, Observation[][]][] = [
    ["data", dataObservations(all, "main", examples)],
    ...SCHEMES.map((scheme): [string, Observation[][]] => [
      describeScheme(scheme),
      parameterObservations(all, scheme, { examples, profile }),
    ]),
    ["compute", computeObservations(all, { examples, profile })],
  ];
  return curves.map(([resource, bySeed]) => resourceLaw(resource, bySeed));
}

/** Fits the law to all seeds together, and to samples of seeds with replacement: points of one seed are not independent. */
export function resourceLaw(resource: string, bySeed: readonly (readonly Observation[])[]): ResourceLaw {
  const options = noiseOption(bySeed);
  const fit = fitLaw("powerLawConstant", bySeed.flat(), options);
  const resampled = Array.from({ length: RESAMPLES }, (_, r) => {
    const state = hash(1, r);
    const drawn = bySeed.flatMap((_, i) => bySeed[Math.floor(uniformFromHash(extendHash(state, i)) * bySeed.length)]);
    return fitLaw("powerLawConstant", drawn, { ...options, warmStart: fit });
  });
  const largest = Math.max(...bySeed.flat().map(({ x }) => x[0]));
  return { resource, fit, resampled, seeds: bySeed.length, largest };
}

/** The 95 % percentile interval of a number over the resampled fits. */
export function seedInterval(
  { resampled }: Pick<ResourceLaw, "resampled">,
  of: (fit: Fit) => number,
): [number, number] {
  const sorted = resampled.map(of).sort((a, b) => a - b);
  return [0.025, 0.975].map((p) => sorted[Math.round(p * (sorted.length - 1))]) as [number, number];
}

/** By how much loss falls, in percent, when a resource doubles from its largest. */
export function gainOfDoubling(fit: Fit, largest: number): number {
  return -100 * Math.log(fit.predict([2 * largest]) / fit.predict([largest]));
}

/** The share of NE at the largest resource that more of it could still remove, in percent. */
export function reducibleShare(fit: Fit, largest: number): number {
  return 100 * (1 - fit.best.gamma / fit.predict([largest]));
}

/** A doubling that buys less than this, in percent of NE, buys nothing: what Wukong (arXiv 2403.02545) calls significant. */
const SIGNIFICANT = 0.02;

/**
 * Where a doubling of the resource begins to buy less than 0.02 % of NE, from the law's own parameters; 0 when it never buys
 * more.
 */
export function saturationPoint({ best: { alpha, beta, gamma }, x0 }: Fit): number {
  // reducible share r with -ln(1 - r (1 - 2^-beta)) = t, and r = a / (a + gamma), a = alpha u^-beta
  const share = -Math.expm1(-SIGNIFICANT / 100) / -Math.expm1(-beta * Math.LN2);
  if (!(share < 1)) return 0;
  return x0[0] * (alpha * (1 - share) / (share * gamma)) ** (1 / beta);
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
    const shown = (of: (fit: Fit) => number, digits: number) => {
      const [low, high] = seedInterval(law, of).map((value) => value.toFixed(digits));
      return `${of(fit).toFixed(digits)} [${low}, ${high}]`;
    };
    const [gain] = fit.gainPerDoubling;
    const saturated = seedInterval(law, (each) => largest / saturationPoint(each));
    return {
      resource,
      alpha: known ? shown(({ best }) => best.alpha, 4) : "-",
      beta: known ? shown(({ best }) => best.beta, 3) : "not identified",
      gamma: known ? shown(({ best }) => best.gamma, 4) : "-",
      x0: fit.x0[0],
      "gain of a doubling": known
        ? `${shown((each) => gainOfDoubling(each, largest), 2)} %`
        : `at most ${(100 * gain.upper).toFixed(2)} %`,
      "still reducible": known ? `${shown((each) => reducibleShare(each, largest), 1)} %` : "-",
      "x / x_sat": known ? describeRatio(saturated) : "-",
      regime: !known ? "-" : saturated[1] < 1 ? "high return" : saturated[0] > 1 ? "saturated" : "between",
      status: fit.status,
      seeds,
    };
  });
}

function describeRatio(ends: readonly number[]): string {
  const [low, high] = ends.map((value) => value === Infinity ? "∞" : value.toPrecision(2));
  return `[${low}, ${high}]`;
}
