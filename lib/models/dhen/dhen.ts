import * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import type { Schema } from "../../data/schema.ts";
import { dotInteraction } from "../../engine/ops/dot_interaction.ts";
import type { Block, Model } from "../block.ts";
import { embeddingSpec } from "../embedding_spec.ts";
import { mlpBlock } from "../mlp_block.ts";
import { type DhenConfigInput, dhenConfigSchema } from "./dhen_config.ts";
import { dhenLayer } from "./layer.ts";

/**
 * DHEN, the deep and hierarchical ensemble network (Zhang et al. 2022, arXiv 2203.11014):
 *
 * ```text
 * z       = MLP_bottom(dense)                                        [B, d]
 * X_0     = [z, e_1, ..., e_F]                                       [B, m, d],  m = F + 1      feature processing, section 3.1
 * X_{n+1} = Norm( Ensemble_i Interaction_i(X_n) + ShortCut(X_n) )    [B, m_{n+1}, d]            equation 1
 * logit   = head(X_N, z)                                             [B]
 * ```
 *
 * The paper does not describe its head. Ours is the baseline's, `MLP_overarch([dots(X_N), flat(X_N), z])`, so that a DHEN without layers is
 * the baseline `advancedDlrm`; an MLP on `flat(X_N)` alone is the alternative. Without numeric columns there is no z, and m = F.
 *
 * @throws {Error} for a config that is none, naming what is wrong, and when there is no pair of embeddings
 *
 * @example
 * ```ts
 * import { buildModel, cost } from "recscale/models";
 * import assert from "node:assert/strict";
 *
 * const schema = { name: "two", fields: [{ name: "a", cardinality: 10 }], dense: ["x"], time: "fileOrder" } as const;
 * const model = buildModel({
 *   kind: "dhen", dim: 4, bottom: [8], depth: 2, norm: "example", zeroStart: true,
 *   layers: [{ ensemble: "sum", modules: [{ kind: "advancedDlrm", hidden: [16] }, { kind: "linear" }] }],
 *   head: { kind: "advancedDlrm", overarch: [16] },
 * }, schema);
 * assert.deepEqual(model.blocks.map(({ name }) => name), ["bottom", "layer0", "layer1", "interaction", "overarch"]);
 * ```
 */
export function dhen(input: DhenConfigInput, schema: Schema): Model {
  const parsed = dhenConfigSchema.safeParse(input);
  if (!parsed.success) throw new Error(`Cannot build a DHEN of this config:\n${z.prettifyError(parsed.error)}`);
  const config = parsed.data;
  const { dim, head } = config;
  const numeric = schema.dense.length;
  const m = schema.fields.length + (numeric > 0 ? 1 : 0);
  if (m < 2) {
    throw new Error(
      `Cannot build a DHEN for ${schema.name}: one field and no numeric column leave no pair to interact. ` +
        `Add a field or a column, or use logistic regression.`,
    );
  }
  const depth = config.depth ?? config.layers.length;
  const bottom = mlpBlock({ name: "bottom", role: "bottom", widths: [numeric, ...config.bottom, dim], last: "relu" });
  const layers: Block[] = [];
  let tokens = m;
  for (let n = 0; n < depth; n++) {
    const layer = dhenLayer(
      `layer${n}`,
      { m: tokens, d: dim, dense: numeric },
      config.layers[n % config.layers.length],
      config,
    );
    layers.push(layer.block);
    tokens = layer.outputs;
  }
  const pairs = tokens * (tokens - 1) / 2, withDots = head.kind === "advancedDlrm";
  const interaction: Block = {
    name: "interaction",
    role: "interaction",
    parameters: [],
    flops: 2 * dim * pairs,
    forward: (_, x) => dotInteraction(x),
  };
  const overarch = mlpBlock({
    name: "overarch",
    role: "overarch",
    widths: [tokens * dim + (withDots ? pairs + (numeric > 0 ? dim : 0) : 0), ...head.overarch, 1],
    last: "linear",
  });
  return {
    name: depth === 0 ? "AdvancedDLRM" : `DHEN ${depth}`,
    embedding: embeddingSpec(schema, dim, config.maxRows),
    blocks: [...(numeric > 0 ? [bottom] : []), ...layers, ...(withDots ? [interaction] : []), overarch],
    logits(run, { embeddings, dense }) {
      const columns = numeric > 0 ? run(bottom, dense) : null; // z: [B, d]
      const x0 = columns ? tf.concat([tf.expandDims(columns, 1), embeddings], 1) : embeddings; // [B, m, d]
      const xN = layers.reduce((x, layer) => run(layer, x, dense), x0 as tf.Tensor); // [B, tokens, d]
      const flat = tf.reshape(xN, [-1, tokens * dim]); // [B, tokens d]
      if (!withDots) return tf.reshape(run(overarch, flat), [-1]); // [B]
      const dots = run(interaction, xN); // [B, pairs]
      return tf.reshape(run(overarch, tf.concat(columns ? [dots, flat, columns] : [dots, flat], 1)), [-1]); // [B]
    },
  };
}
