import * as tf from "@tensorflow/tfjs";
import { rawOps } from "./engine_ops.ts";

/**
 * Convolves images of one channel with C kernels, zeros beyond the edge ("same" padding):
 * `out[b, i, j, c] = sum_{p, q} kernel[p, q, 0, c] x[b, i + p - (h - 1) / 2, j + q - (w - 1) / 2]`.
 *
 * @param x `[B, m, d]`
 * @param kernel `[h, w, 1, C]`, h and w odd
 * @returns `[B, m, d, C]`
 */
export function convolve(x: tf.Tensor, kernel: tf.Tensor): tf.Tensor {
  if (rawOps() === null) return plainConvolve(x, kernel); // tfjs's wasm backend has no gradient of conv2d
  return tf.conv2d(tf.expandDims(x, 3) as tf.Tensor4D, kernel as tf.Tensor4D, 1, "same");
}

/** The same as one product: the image shifted by every place of the kernel, times the kernel. */
export function plainConvolve(x: tf.Tensor, kernel: tf.Tensor): tf.Tensor {
  const [batch, m, d] = x.shape;
  const [h, w, , channels] = kernel.shape;
  const padded = tf.pad(x, [[0, 0], [(h - 1) / 2, (h - 1) / 2], [(w - 1) / 2, (w - 1) / 2]]);
  const places = Array.from({ length: h * w }, (_, at) => [Math.floor(at / w), at % w]);
  const shifted = places.map(([p, q]) => tf.reshape(tf.slice(padded, [0, p, q], [batch, m, d]), [-1, 1]));
  const patches = tf.concat(shifted, 1); // [B m d, h w]
  const out = tf.matMul(patches as tf.Tensor2D, tf.reshape(kernel, [h * w, channels]) as tf.Tensor2D);
  return tf.reshape(out, [batch, m, d, channels]);
}
