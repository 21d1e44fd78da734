import { type AllocationInterval, allocationInterval } from "./allocate.ts";
import { compareLaws } from "./compare_laws.ts";
import type { FitStatus } from "./fit.ts";
import { type Forecast, forecast } from "./forecast.ts";
import type { LawName } from "./law.ts";
import { lawNamed, LAWS } from "./laws/law_named.ts";
import type { Observation } from "./observation.ts";
import { type FitInterval, fitInterval, type ResampledFits, resampleFits, type Resampling } from "./resampled_fits.ts";
import { replicateNoise } from "./replicate_noise.ts";
import { noiseSaturationPoint, saturationPoint } from "./returns.ts";
import { rollout, type RolloutCut } from "./rollout.ts";
import type { RunsGroup } from "./runs_table.ts";

/** What is asked of every group of runs. */
export interface FitReportOptions {
  /** Laws to fit and to compare. Default: power law plus constant for one resource, the joint law for two. */
  readonly laws?: readonly LawName[];
  /** Where losses are forecast, in raw units. */
  readonly at?: readonly (readonly number[])[];
  /** FLOPs to spend on parameters (x) and data (x2) by `C = perParameter N D`. Laws of two resources only. */
  readonly budget?: number;
  /** Default 6, for language models. */
  readonly perParameter?: number;
  /** What memory holds, and the examples there are: the budget is split within. Default: no limit. */
  readonly mostParameters?: number;
  readonly mostData?: number;
  /** Also fits below every value of the first resource and predicts what lies above. Default false. */
  readonly rollout?: boolean;
  /** Default 1,000. */
  readonly resamples?: number;
}

/** What one law says of one group: plain JSON, in full precision. */
export interface ReportedFit {
  readonly group: string;
  readonly law: LawName;
  readonly formula: string;
  readonly status: FitStatus;
  readonly reasons: readonly string[];
  readonly observations: number;
  readonly distinct: number;
  readonly x0: readonly number[];
  /** Null where the data do not determine them. */
  readonly parameters: Readonly<Record<string, FitInterval>> | null;
  readonly intervals: Resampling;
  /** How much a doubling of each resource buys beyond the largest: a share, and its upper bound. */
  readonly gainPerDoubling: readonly { readonly estimate: number; readonly upper: number }[];
  /** Where a doubling buys less than 0.02 %; one resource only. */
  readonly saturation: FitInterval | null;
  /** Where less than the seed noise is left to gain; one resource with replicates only. */
  readonly noiseSaturation: FitInterval | null;
  readonly forecasts: readonly Forecast[];
  /** Of the budget; null without one. */
  readonly allocation: AllocationInterval | null;
  /** Root mean squared error of ln L within two doublings of the largest, when fitted to the rest; null where too few are left. */
  readonly heldOutError: number | null;
  /** Seed noise of ln L, to judge that by. */
  readonly noise: number | null;
  /** Fits on the small that predict the large, by their cut; empty when not asked for, or where too few x are left. */
  readonly rollout: readonly ReportedCut[];
  readonly aiccDifference: number | null;
  readonly diagnostics: {
    readonly starts: { readonly count: number; readonly agreeing: number };
    readonly gradientNorm: number;
    readonly conditionNumber: number;
    readonly residualDeviation: number;
    readonly huberDelta: number;
    readonly huberDeltaFrom: string;
  };
}

/** What a law fitted to the runs up to a cut says of those above. */
export interface ReportedCut {
  /** The largest value of the first resource that the fit saw. */
  readonly cut: number;
  readonly distinct: number;
  readonly status: FitStatus;
  /** Distinct x above the cut. */
  readonly predicted: number;
  /** Root mean square, over them, of ln(predicted / observed). */
  readonly error: number;
  /** The same of the observed means' standard errors, where all have replicates; else null. */
  readonly noise: number | null;
}

/** A law's report, and the fits that figures are drawn from. */
export interface FittedGroup {
  readonly report: ReportedFit;
  readonly fits: ResampledFits;
  readonly observations: readonly Observation[];
}

/**
 * Fits laws to groups of runs, and says all that follows: intervals, gains, saturation, forecasts, allocation, and what each
 * law is worth on held-out larger runs. Laws of a group come in the order of that worth.
 *
 * @throws {Error} naming the group, where its runs cannot be fitted
 */
export function fitReport(groups: readonly RunsGroup[], options: FitReportOptions = {}): FittedGroup[] {
  return groups.flatMap((group) => {
    try {
      return groupReport(group, options);
    } catch (error) {
      if (group.name === "") throw error;
      throw new Error(`In group "${group.name}": ${(error as Error).message}`, { cause: error });
    }
  });
}

function groupReport({ name: group, observations }: RunsGroup, options: FitReportOptions): FittedGroup[] {
  const inputs = observations[0].x.length;
  const names = options.laws ?? [inputs === 1 ? "powerLawConstant" : "joint"];
  const wrong = names.find((name) => lawNamed(name).inputs !== inputs);
  if (wrong !== undefined) {
    const fitting = Object.values(LAWS).filter((law) => law.inputs === inputs).map(({ name }) => name);
    throw new Error(
      `Cannot fit ${wrong} to ${inputs} resource${inputs === 1 ? "" : "s"}: wanted ${fitting.join(", ")}.`,
    );
  }
  const compared = comparison(observations, names);
  return (compared?.laws.map(({ law }) => law.name) ?? names).map((law) => {
    const own = compared?.laws.find((each) => each.law.name === law);
    const fits = resampleFits(law, observations, { resamples: options.resamples ?? 1000 });
    const { fit } = fits;
    const known = fit.status !== "not identified";
    const { budget, perParameter = 6, mostParameters = 1e18, mostData } = options;
    const allocation = budget === undefined || inputs === 1 || !known ? null : allocationInterval(fits, {
      budget,
      costPerExample: (n) => perParameter * n,
      parameters: [1, mostParameters],
      mostData,
    });
    const noise = replicateNoise(observations)?.deviation ?? null;
    const report: ReportedFit = {
      group,
      law,
      formula: fit.law.formula,
      status: fit.status,
      reasons: fit.reasons,
      observations: fit.count,
      distinct: fit.distinct,
      x0: fit.x0,
      parameters: known
        ? Object.fromEntries(fit.law.parameters.map((name) => [name, fitInterval(fits, ({ best }) => best[name])]))
        : null,
      intervals: fits.method,
      gainPerDoubling: fit.gainPerDoubling.map(({ estimate, upper }) => ({ estimate, upper })),
      saturation: known && inputs === 1 ? fitInterval(fits, (curve) => saturationPoint(curve), { scale: "log" }) : null,
      noiseSaturation: known && inputs === 1 && noise !== null
        ? fitInterval(fits, (curve) => noiseSaturationPoint(curve, noise), { scale: "log" })
        : null,
      forecasts: (options.at ?? []).map((x) => forecast(fits, x)),
      allocation,
      heldOutError: own ? own.heldOutError : null,
      noise,
      rollout: options.rollout ? cutsOf(law, observations) : [],
      aiccDifference: own ? own.aiccDifference : null,
      diagnostics: {
        starts: fit.starts,
        gradientNorm: fit.gradientNorm,
        conditionNumber: fit.conditionNumber,
        residualDeviation: fit.residualDeviation,
        huberDelta: fit.loss.delta,
        huberDeltaFrom: fit.loss.source,
      },
    };
    return { report, fits, observations };
  });
}

/** The rollout of a law; empty where too few x are left below every cut. */
function cutsOf(law: LawName, observations: readonly Observation[]): ReportedCut[] {
  const rms = (values: readonly number[]) =>
    Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0) / values.length);
  let cuts: readonly RolloutCut[];
  try {
    cuts = rollout(law, observations);
  } catch {
    return [];
  }
  return cuts.map(({ cut, distinct, status, points }): ReportedCut => {
    const noise = rms(points.map((point) => point.noise));
    return {
      cut,
      distinct,
      status,
      predicted: points.length,
      error: rms(points.map((point) => point.error)),
      noise: Number.isNaN(noise) ? null : noise,
    };
  });
}

/** How the laws do on held-out larger runs; null where too few would be left to fit. */
function comparison(observations: readonly Observation[], names: readonly LawName[]) {
  try {
    return compareLaws(observations, names);
  } catch {
    return null;
  }
}
