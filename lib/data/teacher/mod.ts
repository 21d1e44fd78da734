/** The synthetic teacher: clicks whose true probability is known. */
export { type BayesOptimum, bayesOptimum, bayesOptimumOfStream, clickEntropy } from "./bayes_optimum.ts";
export type { TeacherCalibration } from "./calibration.ts";
export {
  type DriftConfig,
  NO_DRIFT,
  type TeacherConfig,
  TERM_NAMES,
  type TermName,
  type WalkConfig,
} from "./config.ts";
export { parseTeacherConfig } from "./config_schema.ts";
export {
  beyondCapacity,
  interactionsAmongAllFields,
  mainEffectsOnly,
  onlyTerm,
  withDrift,
  withoutDrift,
  withoutTerm,
} from "./controls.ts";
export { type ExplainedExamples, explainExamples, type ExplainOptions } from "./explain.ts";
export { describeTeacher, type LadderRow } from "./ladder.ts";
export type { TeacherStreamOptions } from "./plan.ts";
export { PRESET_NAMES, type PresetName, teacherPreset } from "./presets.ts";
export { teacherStream } from "./stream.ts";
export { drawStructure, type Matrix, type TeacherStructure } from "./structure.ts";
export { makeTeacher, type Teacher } from "./teacher.ts";
export { zipfProbability, zipfRank } from "./zipf.ts";
