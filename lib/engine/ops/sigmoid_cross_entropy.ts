import * as tf from "@tensorflow/tfjs";

/**
 * Mean log loss of logits, `mean(max(s, 0) - s y + ln(1 + exp(-|s|)))`, which does not overflow for any s. Its gradient
 * is `(sigmoid(s) - y) / B`; it is not differentiable in the labels.
 *
 * @param logits `[B]`
 * @param labels `[B]`, 0 or 1
 * @returns a scalar, in nats
 */
export function sigmoidCrossEntropy(logits: tf.Tensor, labels: tf.Tensor): tf.Tensor {
  const batch = logits.size;
  return tf.customGrad((...args) => {
    const [s, save] = args as unknown as [tf.Tensor, tf.GradSaveFunc];
    save([s, labels]); // both may be made inside the differentiated function, and are freed when it ends
    const tail = tf.log(tf.add(tf.exp(tf.neg(tf.abs(s))), 1));
    return {
      value: tf.mean(tf.add(tf.sub(tf.relu(s), tf.mul(s, labels)), tail)),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [s, y] = saved;
        return tf.mul(tf.div(dy, batch), tf.sub(tf.sigmoid(s), y));
      },
    };
  })(logits);
}
