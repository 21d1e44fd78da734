import * as tf from "@tensorflow/tfjs";

/**
 * Mixes the tokens of each example by one matrix over the token index: `u_l = sum_j W_{jl} x_j`. In the paper's
 * orientation, columns for tokens, this is `X W`.
 *
 * @param x `[B, m, d]`
 * @param w `[m, l]`
 * @returns `[B, l, d]`
 */
export function mixTokens(x: tf.Tensor, w: tf.Tensor): tf.Tensor {
  const [batch, m, d] = x.shape;
  const rows = tf.reshape(tf.transpose(x, [0, 2, 1]), [batch * d, m]); // [B d, m]
  const mixed = tf.matMul(rows as tf.Tensor2D, w as tf.Tensor2D); // [B d, l]
  return tf.transpose(tf.reshape(mixed, [batch, d, w.shape[1]!]), [0, 2, 1]); // [B, l, d]
}
