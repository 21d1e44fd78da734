export { type ActivationBytes, activationBytes } from "./activation_bytes.ts";
export { advancedDlrm, type AdvancedDlrmConfig } from "./advanced_dlrm.ts";
export {
  type Block,
  type EmbeddingSpec,
  type Model,
  type ModelInputs,
  type Parameters,
  type ParameterSpec,
  parameterSpecs,
  type Role,
  type RunBlock,
} from "./block.ts";
export { blockRunner, type BlockRunnerOptions } from "./block_runner.ts";
export { buildModel } from "./build_model.ts";
export { type Cost, cost } from "./cost.ts";
export { dcnV2, type DcnV2Config } from "./dcn_v2.ts";
export { type InteractionConfig, interactionModule, interactionSchema } from "./dhen/build_interaction.ts";
export { dhen, type DhenConfig, type DhenConfigInput, dhenSchema } from "./dhen/dhen.ts";
export type { EnsembleKind } from "./dhen/ensemble.ts";
export type { InteractionModule, ModuleShape } from "./dhen/interaction_module.ts";
export { dhenStack, type StackedLayer } from "./dhen/stack.ts";
export { type DhenLayer, dhenLayer, type LayerConfig, layerSchema, type LayerShape } from "./dhen/layer.ts";
export { dlrm, type DlrmConfig } from "./dlrm.ts";
export { type FeatureProcessing, featureProcessing, type FeatureProcessingConfig } from "./feature_processing.ts";
export { finalMlp, type FinalMlpConfig } from "./final_mlp.ts";
export { fillInitial, glorotNormal, type Initializer, ones, zeros } from "./initializer.ts";
export { logisticRegression, type LogisticRegressionConfig } from "./logistic_regression.ts";
export { type FlopsMatch, matchFlops, type MatchFlopsOptions } from "./match_flops.ts";
export { maskNet, type MaskNetConfig } from "./mask_net.ts";
export { mixtureOfExperts, type MixtureOfExpertsConfig } from "./mixture_of_experts.ts";
export { mixTokens } from "./mix_tokens.ts";
export { mlp, type MlpConfig } from "./mlp.ts";
export { mlpBlock, type MlpOptions } from "./mlp_block.ts";
export { type ModelConfig, type ModelConfigInput, modelConfigSchema } from "./model_config.ts";
export { wukong, type WukongConfig } from "./wukong.ts";
