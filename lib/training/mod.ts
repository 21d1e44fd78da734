/** One-pass training with progressive validation, its metrics and its checkpoints. */
export { areaUnderCurve } from "./auc.ts";
export { type Checkpoint, type CheckpointStore, checkpointStore } from "./checkpoint.ts";
export { type DenseOptimizer, denseOptimizer, type StepScalars, stepScalars } from "./dense_optimizer.ts";
export { Diverged } from "./diverged.ts";
export { logit, logLoss, sigmoid, softplus } from "./log_loss.ts";
export { createMetrics, type Metrics, type MetricsResult } from "./metrics.ts";
export { oneAhead } from "./one_ahead.ts";
export {
  type OnePassOptions,
  type OnePassResult,
  type Scoring,
  type TestScore,
  trainOnePass,
  type WindowScore,
} from "./one_pass.ts";
export { type ParallelStrategy, type Shard, singleWorker } from "./parallel_strategy.ts";
export { noProgress, type Progress } from "../engine/progress.ts";
export { equalMassBins, equalWidthBins, expectedCalibrationError, type ReliabilityBin } from "./reliability.ts";
export { type NamedArrays, packSafetensors, unpackSafetensors } from "./safetensors.ts";
export { rateFactor, type RateSchedule, rateScheduleSchema } from "./rate_schedule.ts";
export { rowMapper } from "./table_rows.ts";
export {
  createTrainer,
  type GradientObserver,
  type Trainer,
  type TrainerOptions,
  type TrainerState,
} from "./trainer.ts";
export { type TrainingConfig, type TrainingConfigInput, trainingConfigSchema } from "./training_config.ts";
export { windowBorders } from "./windows.ts";
