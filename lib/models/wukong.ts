import * as tf from "@tensorflow/tfjs";
import type { Schema } from "../data/schema.ts";
import type { Block, Model, ParameterSpec } from "./block.ts";
import { featureProcessing, type FeatureProcessingConfig } from "./feature_processing.ts";
import { glorotNormal } from "./initializer.ts";
import { layerNormPart } from "./layer_norm_part.ts";
import { mixTokens } from "./mix_tokens.ts";
import { mlpBlock } from "./mlp_block.ts";

/** The sizes of a Wukong. */
export interface WukongConfig extends FeatureProcessingConfig {
  readonly kind: "wukong";
  /** Layers. */
  readonly layers: number;
  /** Tokens n_F that the factorization machine block of a layer gives. */
  readonly fmTokens: number;
  /** Tokens n_L that the linear compression block of a layer gives. */
  readonly linearTokens: number;
  /** Columns k of the projection of the products. */
  readonly rank: number;
  /** Hidden widths of the MLP in a factorization machine block. */
  readonly fmHidden: readonly number[];
  /** Hidden widths of the overarch, which ends in one logit. */
  readonly overarch: readonly number[];
}

/**
 * Wukong (Zhang et al. 2024, ICML, arXiv 2403.02545, section 3): stacked factorization machines, so that layer i holds
 * interactions of up to 2^i features.
 *
 * ```text
 * FM(X)   = X (X^T Y)                                          [B, m, k],    Y of m x k
 * FMB(X)  = reshape(MLP(LN(flat FM(X))))                       [B, n_F, d]
 * LCB(X)  = W_L X                                              [B, n_L, d]
 * X_{i+1} = LN([FMB(X_i), LCB(X_i)] + X_i)                     [B, n_F + n_L, d]
 * logit   = MLP_overarch(flat X_l)                             [B]
 * ```
 *
 * Where the number of tokens changes (the first layer) the residual is compressed linearly. Y is a plain parameter; the
 * paper also makes it from the input.
 */
export function wukong(config: WukongConfig, schema: Schema): Model {
  const d = config.dim;
  const inputs = featureProcessing(config, schema);
  const layers: Block[] = [];
  let m = inputs.tokens;
  for (let i = 0; i < config.layers; i++) {
    layers.push(wukongLayer(`layer${i}`, m, config));
    m = config.fmTokens + config.linearTokens;
  }
  const widths = [m * d, ...config.overarch, 1];
  const overarch = mlpBlock({ name: "overarch", role: "overarch", widths, last: "linear" });
  return {
    name: "Wukong",
    embedding: inputs.embedding,
    blocks: [...inputs.blocks, ...layers, overarch],
    logits(run, batch) {
      const { x: x0 } = inputs.process(run, batch); // [B, m, d]
      const x = layers.reduce((x, layer) => run(layer, x), x0); // [B, n_F + n_L, d]
      return tf.reshape(run(overarch, tf.reshape(x, [-1, m * d])), [-1]); // [B]
    },
  };
}

function wukongLayer(name: string, m: number, config: WukongConfig): Block {
  const { dim: d, rank: k, fmTokens: nF, linearTokens: nL } = config;
  const out = nF + nL;
  const mixing = (part: string, l: number): ParameterSpec => ({
    name: `${name}/${part}`,
    shape: [m, l],
    initializer: glorotNormal(m, l),
    prunable: true,
  });
  const y = mixing("fm/y", k), compression = mixing("linear/mix", nL);
  const residual = out === m ? null : mixing("residual", out);
  const inner = layerNormPart(`${name}/fm/norm`, [m * k]), outer = layerNormPart(`${name}/norm`, [d]);
  const widths = [m * k, ...config.fmHidden, nF * d];
  const mlp = mlpBlock({ name: `${name}/fm`, role: "interaction", widths, last: "linear" });
  return {
    name,
    role: "interaction",
    parameters: [
      y,
      ...inner.parameters,
      ...mlp.parameters,
      compression,
      ...(residual ? [residual] : []),
      ...outer.parameters,
    ],
    flops: 2 * 2 * m * k * d + mlp.flops + 2 * m * nL * d + (residual ? 2 * m * out * d : 0),
    forward(p, x) {
      const projected = mixTokens(x, p[y.name]); // [B, k, d], (X^T Y)^T
      const fm = tf.matMul(x, projected, false, true); // [B, m, k]
      const fmb = tf.reshape(mlp.forward(p, inner.forward(p, tf.reshape(fm, [-1, m * k]))), [-1, nF, d]); // [B, n_F, d]
      const lcb = mixTokens(x, p[compression.name]); // [B, n_L, d]
      const past = residual ? mixTokens(x, p[residual.name]) : x; // [B, n_F + n_L, d]
      return outer.forward(p, tf.add(tf.concat([fmb, lcb], 1), past)); // [B, n_F + n_L, d]
    },
  };
}
