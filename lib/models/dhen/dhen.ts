import * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import type { Schema } from "../../data/schema.ts";
import type { Model } from "../block.ts";
import { featureProcessing } from "../feature_processing.ts";
import { interactionFeatures } from "../interaction_features.ts";
import { mlpBlock } from "../mlp_block.ts";
import { type DhenLayer, layerSchema } from "./layer.ts";
import { dhenStack } from "./stack.ts";

const width = z.number().int().positive();

/** The settings of a {@link dhen}: any stack of any interaction modules. */
export const dhenSchema = z.strictObject({
  kind: z.literal("dhen"),
  /** Embedding width d. */
  dim: width,
  /** Hidden widths of the bottom MLP, which ends in d. */
  bottom: z.array(width),
  /** Bottom to top; none is AdvancedDLRM. */
  layers: z.array(layerSchema),
  /**
   * The last projection of every module starts at zero, so that a layer starts as the norm of its shortcut; false starts
   * them as any matrix.
   */
  zeroStart: z.boolean().default(true),
  /**
   * What the overarch sees of `X_N`: `[dots(X_N), flat X_N, z]` as the baseline does, so that a DHEN without layers is
   * the baseline; or `flat X_N` alone.
   */
  head: z.enum(["advancedDlrm", "flat"]).default("advancedDlrm"),
  /** Hidden widths of the overarch, which ends in one logit. */
  overarch: z.array(width),
  /** Most rows a table may have. Default: every table has its field's cardinality. */
  maxRows: width.optional(),
});

/** The settings of a DHEN, defaults filled in. */
export type DhenConfig = z.infer<typeof dhenSchema>;

/** The settings of a DHEN as a person writes them. */
export type DhenConfigInput = z.input<typeof dhenSchema>;

/**
 * DHEN, the deep and hierarchical ensemble network (Zhang et al. 2022, arXiv 2203.11014):
 *
 * ```text
 * z, X_0  = feature processing: MLP_bottom(dense), lookups        [B, d], [B, m, d]
 * X_{n+1} = Norm(Ensemble_i Interaction_i(X_n) + ShortCut(X_n))   [B, l, d],  n = 0 .. N - 1
 * logit   = MLP_overarch([dots(X_N), flat X_N, z])                [B]
 * ```
 *
 * The paper writes tokens as columns (`X` of `d x m`); here they are rows.
 *
 * @throws {Error} with the reason when the parts do not fit each other or the data
 *
 * @example
 * ```ts
 * import { buildModel, cost, dhen } from "recscale/models";
 * import assert from "node:assert/strict";
 *
 * const schema = { name: "two", fields: [{ name: "a", cardinality: 10 }], dense: ["x"], time: "fileOrder" } as const;
 * const model = dhen({
 *   kind: "dhen",
 *   dim: 4,
 *   bottom: [8],
 *   layers: [{ repeat: 2, modules: [{ kind: "advancedDlrm", hidden: [16] }, { kind: "linear" }] }],
 *   overarch: [16],
 * }, schema);
 * assert.deepEqual(model.blocks.map((block) => block.name), ["bottom", "layer0", "layer1", "interaction", "overarch"]);
 *
 * const baseline = buildModel({ kind: "advancedDlrm", dim: 4, bottom: [8], overarch: [16] }, schema);
 * assert.ok(cost(model).totalFlops > cost(baseline).totalFlops);
 * ```
 */
export function dhen(config: DhenConfigInput, schema: Schema): Model {
  const { dim, zeroStart, head, ...parsed } = dhenSchema.parse(config);
  const inputs = featureProcessing({ dim, ...parsed }, schema);
  const stack = dhenStack(parsed.layers, { m: inputs.tokens, d: dim, numeric: schema.dense.length, zeroStart });
  const layers = stack.map(({ layer }) => layer);
  const m = layers.at(-1)?.tokens ?? inputs.tokens;
  const interaction = head === "flat" ? null : interactionFeatures({ tokens: m, dim, zWidth: inputs.zWidth });
  const widths = [interaction?.width ?? m * dim, ...parsed.overarch, 1];
  const overarch = mlpBlock({ name: "overarch", role: "overarch", widths, last: "linear" });
  return {
    name: "DHEN",
    embedding: inputs.embedding,
    blocks: [...inputs.blocks, ...layers, ...(interaction ? [interaction.block] : []), overarch],
    logits(run, batch) {
      const { x: x0, z } = inputs.process(run, batch); // [B, m, d], [B, d]
      const step = (x: tf.Tensor, layer: DhenLayer) => layer.takesDense ? run(layer, x, batch.dense) : run(layer, x);
      const xN = layers.reduce(step, x0); // [B, l, d]
      const f = interaction ? interaction.features(run, xN, z) : tf.reshape(xN, [-1, m * dim]); // [B, n]
      return tf.reshape(run(overarch, f), [-1]); // [B]
    },
  };
}
