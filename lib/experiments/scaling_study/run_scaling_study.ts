import type { Profile } from "../profile.ts";
import { runStudy, type StudyOptions } from "../study.ts";
import type { ObtainedRun, WantedRun } from "../obtain_runs.ts";
import { type TunedRates, tuneRates } from "../tune_rates.ts";
import { finalNe } from "./final_ne.ts";
import { type ScalingCell, scalingPlan, scalingSizes, START_RATES, tuningRun } from "./plan.ts";
import { scalingReadings, type StudyReadings } from "./readings.ts";
import { type ScaledModel, scaledModels } from "./schemes.ts";

/** One run of the study and what it is for. */
export type ScalingRun = ObtainedRun & { readonly cell: ScalingCell };

/** The rates that were chosen for a model. */
export interface TunedModel extends TunedRates {
  readonly model: ScaledModel;
}

/** All runs of the study, and what is read from them. */
export interface ScalingStudy extends StudyReadings {
  readonly tuned: readonly TunedModel[];
  readonly tuningRuns: readonly ObtainedRun[];
  readonly runs: readonly ScalingRun[];
}

const NAME = "scaling_laws";

/**
 * A rate is changed where NE falls by more than 0.1 %, about the difference between two seeds at the examples that
 * rates are tuned on; and at most eightfold (twofold in the smoke profile).
 */
const tuning = (profile: Profile) => ({ start: START_RATES, tolerance: 1e-3, reach: profile === "smoke" ? 1 : 3 });

/**
 * The study of *Understanding Scaling Laws for Recommendation Models* on the stream SCALE: learning rates are tuned for
 * every model on a teacher of their own, by the rule of `tuneRates`; then four schemes of adding parameters are trained at
 * all sizes with paired seeds, in one pass at constant rates, so that one run gives every number of examples.
 */
export async function runScalingStudy(options: StudyOptions): Promise<ScalingStudy> {
  const { profile } = options;
  const models = scaledModels(profile);
  const wantedForTuning: WantedRun[] = [], tuningRuns: ObtainedRun[] = [];
  const tuned = await tuneRates(models, async (wanted) => {
    const runs = await Promise.all(wanted.map(({ model, rates }) => tuningRun(model, rates, profile)));
    const obtained = await runStudy(NAME, runs, { ...options, ships: false, keepStreams: true });
    wantedForTuning.push(...runs);
    tuningRuns.push(...obtained);
    return obtained.map(finalNe);
  }, tuning(profile));
  const ratesOf = (model: ScaledModel) =>
    tuned[models.findIndex((m) => m.scheme === model.scheme && m.size === model.size)].rates;
  const plan = await scalingPlan(profile, ratesOf);
  // with those that tuned, which are at hand by now, so that all are shipped together
  const forTuning = wantedForTuning.map((run) => ({ ...run, trainHere: false }));
  const all = await runStudy(NAME, [...plan, ...forTuning], { ...options, keepStreams: true });
  const runs = plan.map(({ cell }, i): ScalingRun => ({ ...all[i], cell }));
  return {
    tuned: tuned.map((rates, i) => ({ model: models[i], ...rates })),
    tuningRuns,
    runs,
    readings: scalingReadings(runs),
    examples: scalingSizes(profile).examples,
    profile,
  };
}
