/** Where examples come from: click logs in files, and the synthetic teacher. */
export type { Batch, Dataset, ReadOptions, Stream } from "./batch.ts";
export type { Overflow } from "./fold_hash.ts";
export { extendHash, hash, HASH_START, mix, normal, normalFromHash, uniform, uniformFromHash } from "./counter_hash.ts";
export { type DataConfig, type DataConfigInput, parseDataConfig } from "./data_config.ts";
export { fieldSalt, hashedRow, hashText, MISSING_ROW } from "./hash_text.ts";
export { splitRecord } from "./header_line.ts";
export type { LogCount } from "./log_check.ts";
export { bucketField, type LogConfig, type NumericColumn } from "./log_config.ts";
export { nearestName } from "./nearest_name.ts";
export { fitNumericTransform, type NumericTransform } from "./numeric_transform.ts";
export { openDataset } from "./open_dataset.ts";
export { type LogDataset, openLog } from "./open_log.ts";
export { openSynthetic } from "./open_synthetic.ts";
export { plainNumber } from "./plain_number.ts";
export type { Field, Schema, TimeUnit } from "./schema.ts";
export { betweenTimes, type BetweenTimesOptions } from "./stream_between_times.ts";
export { cached, type CachedStream, type CacheOptions } from "./stream_cached.ts";
export { concatenate } from "./stream_concatenate.ts";
export { downsampleNegatives, type DownsampleOptions, undoDownsampling } from "./stream_downsample_negatives.ts";
export { foldIds } from "./stream_fold_ids.ts";
export { inMemory, type RandomAccessStream } from "./stream_in_memory.ts";
export { requireEqualSchemas, requireReadableAs, schemaDifferences } from "./stream_schema.ts";
export { shard, type ShardOptions } from "./stream_shard.ts";
export { type BlockShuffleOptions, shuffled, shuffledWithinBlocks } from "./stream_shuffled.ts";
export { slice } from "./stream_slice.ts";
export { subsample, type SubsampleOptions } from "./stream_subsample.ts";
export type { SyntheticConfig } from "./synthetic_config.ts";
export {
  type BayesOptimum,
  bayesOptimum,
  bayesOptimumOfStream,
  beyondCapacity,
  clickEntropy,
  describeTeacher,
  drawStructure,
  type DriftConfig,
  type ExplainedExamples,
  explainExamples,
  type ExplainOptions,
  interactionsAmongAllFields,
  type LadderRow,
  mainEffectsOnly,
  makeTeacher,
  type Matrix,
  NO_DRIFT,
  onlyTerm,
  parseTeacherConfig,
  PRESET_NAMES,
  type PresetName,
  type Teacher,
  type TeacherCalibration,
  type TeacherConfig,
  teacherPreset,
  teacherStream,
  type TeacherStreamOptions,
  type TeacherStructure,
  TERM_NAMES,
  type TermName,
  type WalkConfig,
  withDrift,
  withoutDrift,
  withoutTerm,
  zipfProbability,
  zipfRank,
} from "./teacher/mod.ts";
