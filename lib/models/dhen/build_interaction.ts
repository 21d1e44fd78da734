import { z } from "zod";
import { advancedDlrmModule, advancedDlrmSchema } from "./advanced_dlrm_module.ts";
import { convolutionModule, convolutionSchema } from "./convolution_module.ts";
import { deepCrossModule, deepCrossSchema } from "./deep_cross_module.ts";
import { withDenseToken } from "./dense_token.ts";
import type { InteractionModule, ModuleShape } from "./interaction_module.ts";
import { linearModule, linearSchema } from "./linear_module.ts";
import { selfAttentionModule, selfAttentionSchema } from "./self_attention_module.ts";

/** The interaction modules that a layer may name, with their settings. */
export const interactionSchema = z.discriminatedUnion("kind", [
  advancedDlrmSchema,
  selfAttentionSchema,
  convolutionSchema,
  linearSchema,
  deepCrossSchema,
]);

/** One interaction module of a layer. */
export type InteractionConfig = z.infer<typeof interactionSchema>;

/** The module that a config describes. @throws {Error} with the reason when it does not fit its place */
export function interactionModule(config: InteractionConfig, shape: ModuleShape): InteractionModule {
  if (config.dense && shape.numeric === 0) {
    throw new Error(
      `Cannot build module ${shape.name}: it wants the raw numeric columns ("dense": true), and the data has none.`,
    );
  }
  if (!config.dense || config.kind === "advancedDlrm") return onTokens(config, shape);
  return withDenseToken(shape, (wider) => onTokens(config, wider));
}

function onTokens(config: InteractionConfig, shape: ModuleShape): InteractionModule {
  switch (config.kind) {
    case "advancedDlrm":
      return advancedDlrmModule(config, shape);
    case "selfAttention":
      return selfAttentionModule(config, shape);
    case "convolution":
      return convolutionModule(config, shape);
    case "linear":
      return linearModule(shape);
    case "deepCross":
      return deepCrossModule(config, shape);
  }
}
