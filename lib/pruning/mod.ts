/** Pruning under drift: masks, importance, masked training, policies over a stream. */
export { type AdaptiveOptions, adaptivePruner } from "./adaptive_pruner.ts";
export { type AutomaticOptions, automaticRefresh, type AutomaticState } from "./automatic_refresh.ts";
export { type AuxiliaryMasks, auxiliaryMasks, type AuxiliaryOptions } from "./auxiliary_masks.ts";
export { type CubicRamp, cubicRamp } from "./cubic_ramp.ts";
export { type DerivedModel, deriveSparse, type PastModel } from "./derivation.ts";
export { adwin, type AdwinOptions, type AdwinState } from "./drift/adwin.ts";
export { type Detected, detections, type DriftDetector } from "./drift/detector.ts";
export { pageHinkley, type PageHinkleyOptions, type PageHinkleyState } from "./drift/page_hinkley.ts";
export { type DynamicSparseOptions, dynamicSparseStep, randomMask, rewiredFraction } from "./dynamic_sparse.ts";
export {
  type FlopBudgetOptions,
  neuronsWithinBudget,
  type WeightBudgetOptions,
  weightsWithinBudget,
} from "./flop_budget.ts";
export { globalMask, type GlobalMaskOptions } from "./global_mask.ts";
export { type GradientStatistics, gradientStatistics, type Observation } from "./gradient_statistics.ts";
export { type GradualOptions, gradualPruner } from "./gradual_pruner.ts";
export { adaptiveImportance } from "./importance/adaptive.ts";
export type { Criterion, Scored } from "./importance/criterion.ts";
export { magnitudeImportance } from "./importance/magnitude.ts";
export { momentumImportance } from "./importance/momentum.ts";
export { movementImportance } from "./importance/movement.ts";
export { randomImportance } from "./importance/random.ts";
export { snipImportance } from "./importance/snip.ts";
export { taylorImportance, type TaylorState } from "./importance/taylor.ts";
export { largestWithin } from "./largest_within.ts";
export { layerMask, type LayerMaskOptions } from "./layer_mask.ts";
export { keptByLayer, type LayerRates } from "./layer_rates.ts";
export { mapLayers } from "./map_layers.ts";
export {
  denseMask,
  keptCount,
  keptInLayer,
  layerSparsities,
  type LayerValues,
  type MaskLayer,
  maskOverlap,
  type MaskProvenance,
  type MaskSet,
  prunableMatrices,
  type PrunableMatrix,
  requireSameMatrices,
  sizeOf,
  sparsityOf,
} from "./mask.ts";
export { flopRule, type MaskRule, neuronRule, weightRule, type WeightRuleOptions } from "./mask_rule.ts";
export { createMaskedTrainer, type MaskedTrainer, type MaskedTrainerOptions } from "./masked_trainer.ts";
export { forwardFlops, trainingFlops } from "./model_flops.ts";
export {
  columnNorms,
  type KeptNeurons,
  neuronFlops,
  type NeuronLayer,
  neuronLayers,
  neuronMask,
} from "./neuron_layers.ts";
export { type PeriodScore, scorePeriod } from "./period_score.ts";
export {
  densePolicy,
  denseToSparse,
  dynamicSparsePolicy,
  frozenSparse,
  idealSparse,
  incrementalSparse,
} from "./policies.ts";
export type { Decision, PastPeriods, Policy } from "./policy.ts";
export type { PeriodFlops, PeriodResult } from "./policy_model.ts";
export type { PrunableModel, Pruner } from "./pruner.ts";
export { rewire, type RewireOptions } from "./rewire.ts";
export { embeddingRowMask, embeddingRows, rowImportance, writeRowMask } from "./row_pruning.ts";
export { type PolicyResult, type PolicyRunOptions, runPolicies, runPolicy } from "./run_policies.ts";
export { topScores } from "./top_scores.ts";
