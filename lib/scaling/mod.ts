/** Scaling laws: fits, and what follows from them. Needs nothing of the engine. */
export { type ComparedLaw, compareLaws, type CompareOptions, type LawComparison } from "./compare_laws.ts";
export type {
  ByParameter,
  Fit,
  FitLoss,
  FitReport,
  FitStatus,
  GainPerDoubling,
  IdentifiedFit,
  Profile,
  UnidentifiedFit,
} from "./fit.ts";
export { fitLaw, type FitOptions } from "./fit_law.ts";
export type { Law, LawName } from "./law.ts";
export { lawNamed, LAWS } from "./laws/law_named.ts";
export { type LeastSquaresFit, type LeastSquaresProblem, nonlinearLeastSquares } from "./nonlinear_least_squares.ts";
export type { Observation } from "./observation.ts";
export {
  GROWTH_2019_2021,
  type GrowthPlan,
  growthPlan,
  type GrowthPlanOptions,
  type GrowthYear,
  type YearlyGrowth,
} from "./growth_plan.ts";
export type { LossOptions } from "./prepare.ts";
export { type ReplicateNoise, replicateNoise } from "./replicate_noise.ts";
export { profileInterval } from "./profile_interval.ts";
export {
  type FitInterval,
  fitInterval,
  type FitIntervalOptions,
  type FittedCurve,
  jackknifeInterval,
  type ResampledFits,
  resampleFits,
  type ResampleOptions,
  type Resampling,
} from "./resampled_fits.ts";
export {
  elasticity,
  gainOfDoubling,
  noiseSaturationPoint,
  reducibleShare,
  resourceFor,
  resourceRatio,
  saturationPoint,
  SIGNIFICANT_GAIN,
} from "./returns.ts";
export {
  type ResourceRatioInterval,
  resourceRatioInterval,
  type ResourceRatioOptions,
} from "./resource_ratio_interval.ts";
export { type CoverageOptions, type CoverageRow, measureCoverage } from "./coverage.ts";
export { type Forecast, forecast, type ForecastOptions } from "./forecast.ts";
export { rollout, type RolloutCut, type RolloutOptions, type RolloutPoint } from "./rollout.ts";
export { createRefitter, type Refit, type Refitter } from "./refitter.ts";
export { akima } from "./akima.ts";
export {
  allocate,
  allocateJoint,
  type Allocation,
  type AllocationInterval,
  allocationInterval,
  type AllocationOptions,
} from "./allocate.ts";
export {
  type ComputePowerLaw,
  computePowerLaw,
  type IsoflopAnalysis,
  isoflopAnalysis,
  type IsoflopOptimum,
  type IsoflopOptions,
  type IsoflopRun,
} from "./isoflop.ts";
export {
  type IsoflopAt,
  type IsoflopIntervalOptions,
  type IsoflopIntervals,
  isoflopIntervals,
} from "./isoflop_intervals.ts";
export { isoflopReport, type ReportedIsoflop } from "./isoflop_report.ts";
export { type ComputeCurve, computeEnvelope, type EnvelopePoint, paretoFront } from "./pareto_front.ts";
export {
  fitReport,
  type FitReportOptions,
  type FittedGroup,
  type ReportedCut,
  type ReportedFit,
} from "./fit_report.ts";
export {
  readRunsTable,
  type RunsColumns,
  type RunsGroup,
  type RunsObservations,
  runsObservations,
  type RunsTable,
} from "./runs_table.ts";
