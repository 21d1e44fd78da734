import * as tf from "@tensorflow/tfjs";

/**
 * Scales all gradients by one factor so that their common norm is at most `limit` (Pascanu, Mikolov and Bengio 2013,
 * algorithm 1): `g <- g c / max(c, |g|)` with `|g|^2` the sum of the squares of all elements of all gradients.
 * Directions are kept, and gradients within the limit are multiplied by 1.
 *
 * @param gradients by parameter name
 * @param limit the norm c, above 0
 */
export function clipByGlobalNorm(
  gradients: Readonly<Record<string, tf.Tensor>>,
  limit: number,
): Record<string, tf.Tensor> {
  const squares = Object.values(gradients).map((g) => tf.sum(tf.square(g)));
  if (squares.length === 0) return {};
  const norm = tf.sqrt(squares.reduce((a, b) => tf.add(a, b)));
  const scale = tf.div(limit, tf.maximum(norm, limit));
  return Object.fromEntries(Object.entries(gradients).map(([name, g]) => [name, tf.mul(g, scale)]));
}
