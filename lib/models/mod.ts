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
export { dhen } from "./dhen/dhen.ts";
export {
  type DhenConfig,
  type DhenConfigInput,
  dhenConfigSchema,
  type DhenLayerConfig,
  type DhenModuleConfig,
} from "./dhen/dhen_config.ts";
export type { InteractionModule, ModuleOptions, TokenShape } from "./dhen/interaction_module.ts";
export { type DhenLayer, dhenLayer, interactionModule } from "./dhen/layer.ts";
export { dlrm, type DlrmConfig } from "./dlrm.ts";
export { fillInitial, glorotNormal, type Initializer, zeros } from "./initializer.ts";
export { logisticRegression, type LogisticRegressionConfig } from "./logistic_regression.ts";
export { maskNet, type MaskNetConfig } from "./mask_net.ts";
export { type MatchedFlops, matchFlops } from "./match_flops.ts";
export { mlp, type MlpConfig } from "./mlp.ts";
export { mlpBlock, type MlpOptions } from "./mlp_block.ts";
export { moe, type MoeConfig } from "./moe.ts";
export { type ModelConfig, modelConfigSchema } from "./model_config.ts";
export { wukong, type WukongConfig } from "./wukong.ts";
