import type { Schema } from "../data/schema.ts";
import { advancedDlrm } from "./advanced_dlrm.ts";
import type { Model } from "./block.ts";
import { dcnV2 } from "./dcn_v2.ts";
import { dhen } from "./dhen/dhen.ts";
import { dlrm } from "./dlrm.ts";
import { finalMlp } from "./final_mlp.ts";
import { logisticRegression } from "./logistic_regression.ts";
import { maskNet } from "./mask_net.ts";
import { mixtureOfExperts } from "./mixture_of_experts.ts";
import { mlp } from "./mlp.ts";
import type { ModelConfigInput } from "./model_config.ts";
import { wukong } from "./wukong.ts";

/**
 * The model that a config describes, for the fields and columns of a data set.
 *
 * @example
 * ```ts
 * import { buildModel } from "recscale/models";
 * import assert from "node:assert/strict";
 *
 * const schema = { name: "two", fields: [{ name: "a", cardinality: 10 }], dense: ["x"], time: "fileOrder" } as const;
 * const model = buildModel({ kind: "dlrm", dim: 4, bottom: [8], overarch: [16] }, schema);
 * assert.deepEqual(model.blocks.map((block) => block.name), ["bottom", "interaction", "overarch"]);
 * ```
 */
export function buildModel(config: ModelConfigInput, schema: Schema): Model {
  switch (config.kind) {
    case "dlrm":
      return dlrm(config, schema);
    case "mlp":
      return mlp(config, schema);
    case "logisticRegression":
      return logisticRegression(config, schema);
    case "advancedDlrm":
      return advancedDlrm(config, schema);
    case "mixtureOfExperts":
      return mixtureOfExperts(config, schema);
    case "dhen":
      return dhen(config, schema);
    case "dcnV2":
      return dcnV2(config, schema);
    case "wukong":
      return wukong(config, schema);
    case "maskNet":
      return maskNet(config, schema);
    case "finalMlp":
      return finalMlp(config, schema);
  }
}
