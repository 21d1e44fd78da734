import * as tf from "@tensorflow/tfjs";

/** Keeps the root away from zero, as in PyTorch's LayerNorm. */
export const NORM_EPSILON = 1e-5;

/**
 * Layer normalisation (Ba et al. 2016, equation 4) of each example over its last axes, those of the gain:
 *
 * ```text
 * n = (x - mean) / sqrt(variance + epsilon),   y = g n + b
 * ```
 *
 * Its gradient is written out, `dx = (dn - mean(dn) - n mean(dn n)) / sqrt(variance + epsilon)` with `dn = g dy`: tfjs's own runs through
 * mean and variance with three times as many ops.
 *
 * @param x `[B, ..., axes of the gain]`
 * @param gain `[d]` or `[m, d]`
 * @param bias of the gain's shape
 * @returns `[B, ...]`, the shape of x
 */
export function layerNorm(x: tf.Tensor, gain: tf.Tensor, bias: tf.Tensor): tf.Tensor {
  const normed = Array.from({ length: gain.rank }, (_, k) => x.rank - gain.rank + k); // axes that are averaged over
  const others = Array.from({ length: x.rank - gain.rank }, (_, k) => k);
  return tf.customGrad((...args) => {
    const [x, g, b, save] = args as unknown as [tf.Tensor, tf.Tensor, tf.Tensor, tf.GradSaveFunc];
    const centred = tf.sub(x, tf.mean(x, normed, true));
    const root = tf.rsqrt(tf.add(tf.mean(tf.square(centred), normed, true), NORM_EPSILON));
    const n = tf.mul(centred, root);
    save([n, root, g]);
    return {
      value: tf.add(tf.mul(n, g), b),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [n, root, g] = saved;
        const dn = tf.mul(dy, g);
        const along = tf.mul(n, tf.mean(tf.mul(dn, n), normed, true));
        const dx = tf.mul(root, tf.sub(tf.sub(dn, tf.mean(dn, normed, true)), along));
        return [dx, tf.sum(tf.mul(dy, n), others), tf.sum(dy, others)];
      },
    };
  })(x, gain, bias);
}
