import * as tf from "@tensorflow/tfjs";
import type { Parameters, ParameterSpec } from "../block.ts";
import { glorotNormal, zeros } from "../initializer.ts";

/** A matrix over the token index. */
export interface TokenMixing {
  readonly parameter: ParameterSpec;
  readonly flops: number;
  /** `u_l = sum_j W_jl x_j`: `[B, m, d]` to `[B, l, d]`. */
  forward(p: Parameters, x: tf.Tensor): tf.Tensor;
}

/** The linear map `X W` of the paper, with `W [m, l]` on the right of `X [d, m]`: it mixes whole embeddings. */
export function tokenMixing(
  name: string,
  { inputs: m, outputs: l, dim: d, zeroStart }: { inputs: number; outputs: number; dim: number; zeroStart: boolean },
): TokenMixing {
  const initializer = zeroStart ? zeros : glorotNormal(m, l);
  return {
    parameter: { name, shape: [m, l], initializer, prunable: true },
    flops: 2 * m * l * d,
    forward(p, x) {
      const rows = tf.reshape(tf.transpose(x, [0, 2, 1]), [-1, m]); // [B d, m]
      const mixed = tf.matMul(rows as tf.Tensor2D, p[name] as tf.Tensor2D); // [B d, l]
      return tf.transpose(tf.reshape(mixed, [-1, d, l]), [0, 2, 1]); // [B, l, d]
    },
  };
}
