export type {
  BackendName,
  CompiledStep,
  DenseUpdates,
  Engine,
  HostTensor,
  StepArguments,
  StepInputs,
  StepOptions,
  StepResults,
  Variable,
} from "./engine.ts";
export type {
  EmbeddingIds,
  EmbeddingTable,
  EmbeddingTableOptions,
  SparseOptimizer,
  StepIds,
} from "./embedding_table.ts";
export { type EnergyRate, joulesPerFlop } from "./joules_per_flop.ts";
export { NotFiniteError } from "./not_finite.ts";
export { type EngineOptions, openEngine } from "./open_engine.ts";
export { convolve } from "./ops/convolve.ts";
export { type Activation, denseLayer } from "./ops/dense_layer.ts";
export { dotInteraction } from "./ops/dot_interaction.ts";
export { layerNorm, NORM_EPSILON } from "./ops/layer_norm.ts";
export { sigmoidCrossEntropy } from "./ops/sigmoid_cross_entropy.ts";
export { recompute } from "./recompute.ts";
