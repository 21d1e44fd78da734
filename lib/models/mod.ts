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
export { dlrm, type DlrmConfig } from "./dlrm.ts";
export { fillInitial, glorotNormal, type Initializer, zeros } from "./initializer.ts";
export { logisticRegression, type LogisticRegressionConfig } from "./logistic_regression.ts";
export { mlp, type MlpConfig } from "./mlp.ts";
export { mlpBlock, type MlpOptions } from "./mlp_block.ts";
export { type ModelConfig, modelConfigSchema } from "./model_config.ts";
