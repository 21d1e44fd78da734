/** Runs, their records, and the studies made of them. */
export { type BootstrapInterval, bootstrapInterval, type BootstrapOptions } from "../statistics/bootstrap.ts";
export { chooseRuns, newestRuns, type RunFilter, scoreOf } from "./choose_runs.ts";
export { type DataSource, dataSource, loadDataSource } from "./data_source.ts";
export { defaultWorkers } from "./default_workers.ts";
export { studentTail } from "../statistics/distributions.ts";
export { holm } from "./holm.ts";
export { type ObtainedRun, type ObtainOptions, obtainRuns, type RunSource, type WantedRun } from "./obtain_runs.ts";
export { type PairedRuns, pairRuns } from "./pair_runs.ts";
export { type Estimate, estimate, pairedPercent } from "./paired.ts";
export { parseProfile, type Profile, PROFILES } from "./profile.ts";
export {
  finalScores,
  logsOf,
  type QuickstartRow,
  quickstartTable,
  quickstartVerdicts,
  runsOf,
} from "./quickstart_summary.ts";
export {
  QUICKSTART_MODELS,
  type QuickstartLog,
  quickstartPlan,
  type QuickstartRun,
  runQuickstart,
  type WantedQuickstartRun,
} from "./quickstart.ts";
export { queryRuns, type RunRow, runRow } from "./query_runs.ts";
export {
  pruneRecordFile,
  recordFile,
  type RecordStore,
  recordsToShip,
  shippedRecords,
  writeShippedRecords,
} from "./record_store.ts";
export { executeRun, runConfig, type RunOptions, type RunPlan } from "./run.ts";
export { canonicalJson, MEANING_VERSION, type RunConfig, runId } from "./run_config.ts";
export { type FailedRun, type GridOptions, type GridResult, runGrid } from "./run_grid.ts";
export { type LeaseOptions, type RunLease, takeLease } from "./run_lease.ts";
export type { RunOrigin, RunRecord } from "./run_record.ts";
export { powerOfPairs, seedsNeeded, type SeedsNeededOptions } from "./seeds_needed.ts";
export {
  type DataForecast,
  dataForecast,
  type ForecastPoint,
  type RolloutRow,
  rollouts,
} from "./scaling_study/data_forecast.ts";
export { type JointLaw, jointLaw } from "./scaling_study/joint_law.ts";
export { type LawRow, lawTable, type ResourceLaw, resourceLaws } from "./scaling_study/law_table.ts";
export { type ScaledModelRow, scaledModelTable } from "./scaling_study/model_table.ts";
export { type Reading, scalingReadings, type StudyReadings } from "./scaling_study/readings.ts";
export { realLogCurves, type RealLogPoint, type RealLogRun, runRealLogs } from "./scaling_study/real_logs.ts";
export { resourceNeeded, type ResourcePoint } from "./scaling_study/resource_needed.ts";
export {
  runScalingStudy,
  type ScalingRun,
  type ScalingStudy,
  type TunedModel,
} from "./scaling_study/run_scaling_study.ts";
export { type ScaledModel, type Scheme, SCHEMES } from "./scaling_study/schemes.ts";
export { type StreamName, STREAMS } from "./scaling_study/streams.ts";
export { scalingVerdicts } from "./scaling_study/verdicts.ts";
export { type SlurmJob, type SlurmOptions, submitToSlurm, waitForSlurm } from "./slurm.ts";
export { localFolder, PROJECT_ROOT, RunsFailed, runStudy, type StudyOptions } from "./study.ts";
export { effectMinusControl, type Equivalence, equivalence, type TTest, tTest } from "./t_test.ts";
export { type Rates, type TunedRates, type TuneOptions, tuneRates } from "./tune_rates.ts";
export {
  correctForAll,
  describePercent,
  type Judgement,
  judgeReduction,
  type TestedVerdict,
  type Verdict,
} from "./verdict.ts";
