/** Runs, their records, and the studies made of them. */
export { type DataSource, dataSource, loadDataSource } from "./data_source.ts";
export { type ObtainedRun, type ObtainOptions, obtainRuns, type RunSource, type WantedRun } from "./obtain_runs.ts";
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
export { recordFile, type RecordStore, shippedRecords, writeShippedRecords } from "./record_store.ts";
export { executeRun, runConfig, type RunOptions, type RunPlan } from "./run.ts";
export { canonicalJson, MEANING_VERSION, type RunConfig, runId } from "./run_config.ts";
export type { RunOrigin, RunRecord } from "./run_record.ts";
export { localFolder, PROJECT_ROOT, runStudy, type StudyOptions } from "./study.ts";
export { describePercent, type Judgement, judgeReduction, type Verdict } from "./verdict.ts";
