import { median } from "simple-statistics";
import { hash } from "../data/counter_hash.ts";
import { standardNormal } from "../statistics/standard_normal.ts";
import { fitLaw } from "./fit_law.ts";
import { profileInterval } from "./profile_interval.ts";
import { fitInterval, resampleFits } from "./resampled_fits.ts";
import type { Observation } from "./observation.ts";
import { saturationPoint } from "./returns.ts";

/** Studies that are simulated to see how often intervals hold the truth. */
export interface CoverageOptions {
  /** The true curve `alpha x^-beta + gamma`. */
  readonly truth: { readonly alpha: number; readonly beta: number; readonly gamma: number };
  readonly x: readonly number[];
  readonly seeds: number;
  /** Standard deviation of `ln L` that a seed has at each x by itself, and that all its points share. */
  readonly noise: { readonly own: number; readonly shared: number };
  /** Where a forecast is asked for. */
  readonly forecastAt: number;
  /** Simulated studies. */
  readonly studies: number;
  /** Of each interval. Default 400. */
  readonly resamples?: number;
}

/** How often the 95 % intervals of one method held the truth. */
export interface CoverageRow extends Record<string, string | number> {
  readonly method: string;
  readonly beta: number;
  readonly gamma: number;
  readonly forecast: number;
  /** Of the saturation point (a doubling buys less than 0.02 %), on a log scale. */
  readonly x_sat: number;
  /** Median length of the interval of beta. */
  readonly "length (beta)": number;
  /** Simulated studies that count: those whose exponent was identified. */
  readonly studies: number;
}

type Ends = { readonly low: number; readonly high: number };
/** Null where a method has no answer for these data: it counts as an interval that does not hold the truth. */
type Intervals =
  & Readonly<Record<"beta" | "gamma", Ends | null>>
  & Readonly<Partial<Record<"forecast" | "x_sat", Ends | null>>>;

const QUANTITIES = ["beta", "gamma", "forecast", "x_sat"] as const;

/**
 * Measured coverage of each kind of interval: in simulated studies with a known law, the share of 95 % intervals that hold the
 * true exponent, floor, forecast and saturation point. The standard error of a share near 0.95 is `0.22 / sqrt(studies)`.
 */
export function measureCoverage(options: CoverageOptions): CoverageRow[] {
  const { truth, forecastAt, studies, resamples = 400, seeds } = options;
  const { alpha, beta, gamma } = truth, predict = ([x]: readonly number[]) => alpha * x ** -beta + gamma;
  const exact = { beta, gamma, forecast: predict([forecastAt]), x_sat: saturationPoint({ predict }) };
  const held = new Map<string, Record<typeof QUANTITIES[number], number> & { lengths: number[]; count: number }>();
  for (let study = 0; study < studies; study++) {
    const observations = simulated(options, study);
    if (fitLaw("powerLawConstant", observations).status === "not identified") continue;
    for (const [method, intervals] of Object.entries(allIntervals(observations, { forecastAt, resamples, seeds }))) {
      const sum = held.get(method) ?? { beta: 0, gamma: 0, forecast: 0, x_sat: 0, lengths: [], count: 0 };
      for (const key of QUANTITIES) {
        const ends = intervals[key];
        const holds = ends !== null && ends !== undefined && ends.low <= exact[key] && exact[key] <= ends.high;
        sum[key] += ends === undefined ? NaN : holds ? 1 : 0;
      }
      if (intervals.beta) sum.lengths.push(intervals.beta.high - intervals.beta.low);
      sum.count++;
      held.set(method, sum);
    }
  }
  return [...held].map(([method, { count, lengths, ...sums }]) => ({
    method,
    beta: sums.beta / count,
    gamma: sums.gamma / count,
    forecast: sums.forecast / count,
    x_sat: sums.x_sat / count,
    "length (beta)": median(lengths),
    studies: count,
  }));
}

function simulated({ truth, x, seeds, noise }: CoverageOptions, study: number): Observation[] {
  return Array.from({ length: seeds }, (_, seed) => {
    const shared = noise.shared * standardNormal(hash(study, seed, 0));
    return x.map((at, i): Observation => ({
      x: [at],
      loss: (truth.alpha * at ** -truth.beta + truth.gamma) *
        Math.exp(shared + noise.own * standardNormal(hash(study, seed, i + 1))),
      seed,
    }));
  }).flat();
}

function allIntervals(
  observations: readonly Observation[],
  { forecastAt, resamples, seeds }: Pick<CoverageOptions, "forecastAt" | "seeds"> & { readonly resamples: number },
): Record<string, Intervals> {
  const found: Record<string, Intervals> = {};
  for (const method of ["points", ...(seeds > 1 ? ["seeds" as const] : []), "parametric"] as const) {
    const fits = resampleFits("powerLawConstant", observations, { method, resamples });
    const possible = method === "parametric" ? ["percentile"] as const : ["percentile", "bca", "jackknife"] as const;
    for (const ends of possible) {
      const interval = (of: Parameters<typeof fitInterval>[1], scale?: "log") => {
        try {
          return fitInterval(fits, of, { ends, scale });
        } catch {
          return null; // BCa, where all resamples lie on one side
        }
      };
      found[`${method}, ${ends}`] = {
        beta: interval(({ best }) => best.beta),
        gamma: interval(({ best }) => best.gamma),
        forecast: interval((fit) => fit.predict([forecastAt])),
        x_sat: interval((fit) => saturationPoint(fit), "log"),
      };
    }
  }
  const fit = fitLaw("powerLawConstant", observations);
  found["profile likelihood"] = {
    beta: profileInterval(fit, "beta"),
    gamma: profileInterval(fit, "gamma"),
  };
  return found;
}
