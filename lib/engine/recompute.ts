import * as tf from "@tensorflow/tfjs";
import { runAfter } from "./ops/engine_ops.ts";

/**
 * Runs `forward` without keeping its intermediate tensors: the backward pass computes them again (activation
 * checkpointing, Chen et al. 2016). Same value and gradients, less memory, one more forward pass.
 *
 * @param forward a pure function of its arguments alone; it is called twice
 * @param inputs the tensors it is differentiated in
 */
export function recompute(forward: (...inputs: tf.Tensor[]) => tf.Tensor, inputs: readonly tf.Tensor[]): tf.Tensor {
  const wrapped = tf.customGrad((...args) => {
    const save = args[args.length - 1] as unknown as tf.GradSaveFunc;
    const given = args.slice(0, -1) as tf.Tensor[];
    save(given);
    return {
      value: forward(...given),
      // a recorded step runs ops as soon as it can and merges equal ones: without this wait the second forward pass
      // would be the first
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => runAfter(dy, () => nestedGradients(forward, saved, dy)),
    };
  });
  return wrapped(...inputs);
}

/**
 * Gradients within the backward pass of other gradients. tfjs drops the outer tape when an inner gradient ends at
 * depth 0, so the depth is raised while the inner one runs.
 */
function nestedGradients(forward: (...inputs: tf.Tensor[]) => tf.Tensor, at: tf.Tensor[], dy: tf.Tensor): tf.Tensor[] {
  const { state } = tf.engine() as unknown as { state: { gradientDepth: number } };
  state.gradientDepth++;
  try {
    return tf.grads(forward)(at, dy);
  } finally {
    state.gradientDepth--;
  }
}
