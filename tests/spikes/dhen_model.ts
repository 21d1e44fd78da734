import * as tf from "@tensorflow/tfjs";
import type { Schema } from "../../lib/data/schema.ts";
import { dotInteraction } from "../../lib/engine/mod.ts";
import {
  type Block,
  dlrm,
  type DlrmConfig,
  type Initializer,
  mlpBlock,
  type Model,
  type ParameterSpec,
  zeros,
} from "../../lib/models/mod.ts";

export interface DhenConfig extends Omit<DlrmConfig, "kind"> {
  /** Layers N; 0 is DLRM. */
  readonly layers: number;
  /** Hidden width of the dot module's MLP. */
  readonly hidden: number;
}

/** One way in which the tokens `[B, m, d]` of a layer interact, giving `[B, m, d]`. */
type InteractionModule = Pick<Block, "parameters" | "flops" | "forward">;

const ones: Initializer = { kind: "constant", value: 1 };

/**
 * DHEN (Zhang et al. 2022, arXiv 2203.11014, equations 1, 3 and 6) in front of DLRM's own head:
 *
 * ```text
 * z       = MLP_bottom(dense)                                  [B, d]
 * X_0     = [z, e_1, ..., e_F]                                 [B, m, d],  m = F + 1
 * X_{n+1} = LN_{(m,d)}( X_n + u_dot(X_n) + u_lin(X_n) )        [B, m, d]
 * logit   = MLP_overarch([z, dots(X_N)])                       [B]
 * ```
 *
 * Both modules end in a matrix that starts at zero, so that every layer starts as `LN(X_n)`.
 */
export function dhen({ layers: depth, hidden, ...config }: DhenConfig, schema: Schema): Model {
  const { embedding, blocks: [bottom, interaction, overarch] } = dlrm({ kind: "dlrm", ...config }, schema);
  const m = schema.fields.length + 1, d = config.dim;
  const layers = Array.from({ length: depth }, (_, n) =>
    dhenLayer(`layer${n}`, [m, d], [
      dotModule(`layer${n}/dot`, [m, d], hidden),
      linearModule(`layer${n}/linear`, m, d),
    ]));
  return {
    name: "DHEN",
    embedding,
    blocks: [bottom, ...layers, interaction, overarch],
    logits(run, { embeddings, dense }) {
      const z = run(bottom, dense); // [B, d]
      const x0 = tf.concat([tf.expandDims(z, 1), embeddings], 1); // [B, m, d]
      const xN = layers.reduce((x, layer) => run(layer, x), x0); // [B, m, d]
      return tf.reshape(run(overarch, tf.concat([z, run(interaction, xN)], 1)), [-1]); // [B]
    },
  };
}

/** One layer: `LN(X + sum of the modules' outputs)`, with the identity as shortcut. */
export function dhenLayer(name: string, [m, d]: readonly number[], modules: readonly InteractionModule[]): Block {
  const gain = { name: `${name}/norm/gain`, shape: [m, d], initializer: ones, prunable: false };
  const bias = { name: `${name}/norm/bias`, shape: [m, d], initializer: zeros, prunable: false };
  return {
    name,
    role: "interaction",
    parameters: [...modules.flatMap((module) => module.parameters), gain, bias],
    flops: modules.reduce((sum, module) => sum + module.flops, 0),
    forward(p, x) {
      const u = modules.reduce((sum, module) => tf.add(sum, module.forward(p, x)), x); // [B, m, d]
      return layerNorm(u, p[gain.name], p[bias.name]);
    },
  };
}

/** `u_dot = reshape(W_2 relu(W_1 [dots(X) / sqrt d, flat X]))`, with `W_2 = 0` at the start. */
export function dotModule(name: string, [m, d]: readonly number[], hidden: number): InteractionModule {
  const pairs = m * (m - 1) / 2;
  const mlp = mlpBlock({ name, role: "interaction", widths: [pairs + m * d, hidden, m * d], last: "linear" });
  return {
    parameters: mlp.parameters.map((parameter) => startingAtZero(parameter, `${name}/1/weights`)),
    flops: 2 * d * pairs + mlp.flops,
    forward(p, x) {
      const dots = tf.div(dotInteraction(x), Math.sqrt(d)); // [B, pairs]
      const flat = tf.reshape(x, [-1, m * d]); // [B, m d]
      return tf.reshape(mlp.forward(p, tf.concat([dots, flat], 1)), [-1, m, d]); // [B, m, d]
    },
  };
}

const startingAtZero = (parameter: ParameterSpec, name: string): ParameterSpec =>
  parameter.name === name ? { ...parameter, initializer: zeros } : parameter;

/** `u_lin`: the tokens mixed by one matrix over the token index, `u_l = sum_j W_{jl} x_j`, with `W = 0` at the start. */
export function linearModule(name: string, m: number, d: number): InteractionModule {
  const weights = { name: `${name}/weights`, shape: [m, m], initializer: zeros, prunable: true };
  return {
    parameters: [weights],
    flops: 2 * m * m * d,
    forward(p, x) {
      const rows = tf.reshape(tf.transpose(x, [0, 2, 1]), [-1, m]); // [B d, m]
      const mixed = tf.matMul(rows as tf.Tensor2D, p[weights.name] as tf.Tensor2D); // [B d, m]
      return tf.transpose(tf.reshape(mixed, [-1, d, m]), [0, 2, 1]); // [B, m, d]
    },
  };
}

/** Keeps the root away from zero, as in PyTorch's LayerNorm. */
export const NORM_EPSILON = 1e-5;

/** Layer normalisation of each example over all its tokens and dimensions (Ba et al. 2016, equation 4). */
function layerNorm(x: tf.Tensor, gain: tf.Tensor, bias: tf.Tensor): tf.Tensor {
  const { mean, variance } = tf.moments(x, [1, 2], true); // [B, 1, 1]
  const normal = tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, NORM_EPSILON))); // [B, m, d]
  return tf.add(tf.mul(normal, gain), bias);
}
