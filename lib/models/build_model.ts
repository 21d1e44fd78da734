import type { Schema } from "../data/schema.ts";
import type { Model } from "./block.ts";
import { dlrm } from "./dlrm.ts";
import { logisticRegression } from "./logistic_regression.ts";
import { mlp } from "./mlp.ts";
import type { ModelConfig } from "./model_config.ts";

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
export function buildModel(config: ModelConfig, schema: Schema): Model {
  switch (config.kind) {
    case "dlrm":
      return dlrm(config, schema);
    case "mlp":
      return mlp(config, schema);
    case "logisticRegression":
      return logisticRegression(config, schema);
  }
}
