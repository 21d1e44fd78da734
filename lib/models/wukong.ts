import * as tf from "@tensorflow/tfjs";
import type { Schema } from "../data/schema.ts";
import { layerNorm } from "../engine/ops/layer_norm.ts";
import type { Block, Model, ParameterSpec } from "./block.ts";
import { tokenMixing } from "./dhen/token_mixing.ts";
import { embeddingSpec } from "./embedding_spec.ts";
import { glorotNormal, type Initializer, zeros } from "./initializer.ts";
import { mlpBlock } from "./mlp_block.ts";

/** The sizes of a Wukong. */
export interface WukongConfig {
  readonly kind: "wukong";
  /** Embedding width d. */
  readonly dim: number;
  /** Hidden widths of the MLP for numeric columns, which ends in d. */
  readonly bottom: readonly number[];
  /** l: layers. */
  readonly layers: number;
  /** n_F: embeddings that the factorization machine block of a layer gives. */
  readonly fmbOutputs: number;
  /** n_L: embeddings that the linear compression block of a layer gives. */
  readonly lcbOutputs: number;
  /** k: columns of the low-rank projection Y of the factorization machine. */
  readonly rank: number;
  /** Hidden widths of the MLP of a factorization machine block. */
  readonly fmbHidden: readonly number[];
  /** Hidden widths of the head, which ends in one logit. */
  readonly overarch: readonly number[];
  /** Most rows a table may have. Default: every table has its field's cardinality. */
  readonly maxRows?: number;
}

const ones: Initializer = { kind: "constant", value: 1 };

/**
 * Wukong (Zhang et al. 2024, arXiv 2403.02545), a stack of factorization machines:
 *
 * ```text
 * FM(X)     = X (X^T Y)                                       [B, n, k],  Y [n, k]
 * FMB(X)    = reshape(MLP(LN(flatten(FM(X)))))                [B, n_F, d]
 * LCB(X)    = W_L X                                           [B, n_L, d]
 * X_{i+1}   = LN_d(concat(FMB(X_i), LCB(X_i)) + X_i)          [B, n_F + n_L, d]
 * logit     = MLP(flatten(X_l))                               [B]
 * ```
 *
 * The residual is compressed by a matrix over the embeddings where their number changes.
 */
export function wukong(config: WukongConfig, schema: Schema): Model {
  const { dim, layers: depth, fmbOutputs, lcbOutputs } = config;
  const numeric = schema.dense.length;
  const bottom = mlpBlock({ name: "bottom", role: "bottom", widths: [numeric, ...config.bottom, dim], last: "relu" });
  const layers: Block[] = [];
  let n = schema.fields.length + (numeric > 0 ? 1 : 0);
  for (let i = 0; i < depth; i++) {
    layers.push(wukongLayer(`layer${i}`, n, config));
    n = fmbOutputs + lcbOutputs;
  }
  const overarch = mlpBlock({
    name: "overarch",
    role: "overarch",
    widths: [n * dim, ...config.overarch, 1],
    last: "linear",
  });
  return {
    name: `Wukong ${depth}`,
    embedding: embeddingSpec(schema, dim, config.maxRows),
    blocks: [...(numeric > 0 ? [bottom] : []), ...layers, overarch],
    logits(run, { embeddings, dense }) {
      const x0 = numeric > 0 ? tf.concat([tf.expandDims(run(bottom, dense), 1), embeddings], 1) : embeddings; // [B, n, d]
      const x = layers.reduce((x, layer) => run(layer, x), x0 as tf.Tensor); // [B, n_F + n_L, d]
      return tf.reshape(run(overarch, tf.reshape(x, [-1, n * dim])), [-1]); // [B]
    },
  };
}

function wukongLayer(name: string, n: number, config: WukongConfig): Block {
  const { dim: d, fmbOutputs, lcbOutputs, rank: k, fmbHidden } = config;
  const out = fmbOutputs + lcbOutputs;
  const y: ParameterSpec = { name: `${name}/y`, shape: [n, k], initializer: glorotNormal(n, k), prunable: true };
  const norm = (key: string, width: number): ParameterSpec[] => [
    { name: `${name}/${key}/gain`, shape: [width], initializer: ones, prunable: false },
    { name: `${name}/${key}/bias`, shape: [width], initializer: zeros, prunable: false },
  ];
  const mlp = mlpBlock({
    name: `${name}/fmb`,
    role: "interaction",
    widths: [n * k, ...fmbHidden, fmbOutputs * d],
    last: "linear",
  });
  const lcb = tokenMixing(`${name}/lcb`, { inputs: n, outputs: lcbOutputs, dim: d, zeroStart: false });
  const residual = out === n
    ? null
    : tokenMixing(`${name}/residual`, { inputs: n, outputs: out, dim: d, zeroStart: false });
  return {
    name,
    role: "interaction",
    parameters: [
      y,
      ...norm("fmNorm", n * k),
      ...mlp.parameters,
      lcb.parameter,
      ...(residual ? [residual.parameter] : []),
      ...norm("norm", d),
    ],
    flops: 2 * 2 * n * d * k + mlp.flops + lcb.flops + (residual?.flops ?? 0),
    forward(p, x) {
      const rows = tf.reshape(tf.transpose(x, [0, 2, 1]), [-1, n]) as tf.Tensor2D; // [B d, n]
      const projected = tf.reshape(tf.matMul(rows, p[y.name] as tf.Tensor2D), [-1, d, k]); // X^T Y: [B, d, k]
      const fm = tf.reshape(tf.matMul(x, projected), [-1, n * k]); // [B, n k]
      const normed = layerNorm(fm, p[`${name}/fmNorm/gain`], p[`${name}/fmNorm/bias`]); // [B, n k]
      const fmb = tf.reshape(mlp.forward(p, normed), [-1, fmbOutputs, d]); // [B, n_F, d]
      const both = tf.concat([fmb, lcb.forward(p, x)], 1); // [B, n_F + n_L, d]
      const sum = tf.add(both, residual ? residual.forward(p, x) : x); // [B, n_F + n_L, d]
      return layerNorm(sum, p[`${name}/norm/gain`], p[`${name}/norm/bias`]); // [B, n_F + n_L, d]
    },
  };
}
