/** Comparisons of speed: contestants in turn, in one run. */
export type { Arena, Bench, BenchContext, Contestant, RunBenchOptions } from "./bench.ts";
export {
  type BenchResult,
  benchResult,
  type ContestantResult,
  type Ratio,
  ratiosOf,
  type Spread,
} from "./bench_result.ts";
export { benchText } from "./bench_text.ts";
export { dlrmStep } from "./dlrm_step.ts";
export { DLRM_SIZES, type DlrmSizes } from "./dlrm_workload.ts";
export { kernelStart } from "./kernel_start.ts";
export { criteoReader, logReader, type LogReaderSizes } from "./log_reader.ts";
export { type OnePassSizes, onePassSpeed } from "./one_pass_speed.ts";
export { runBench } from "./run_bench.ts";
export { scalingFit, type ScalingFitSizes } from "./scaling_fit.ts";
export { type TeacherSizes, teacherSpeed } from "./teacher_speed.ts";
