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
 * depth 0, so the depth is raised while the inner one runs. An input that the value does not depend on, which `tf.grads` refuses, has
 * the gradient zero.
 */
function nestedGradients(forward: (...inputs: tf.Tensor[]) => tf.Tensor, at: tf.Tensor[], dy: tf.Tensor): tf.Tensor[] {
  const engine = tf.engine();
  const { state } = engine as unknown as { state: { gradientDepth: number } };
  state.gradientDepth++;
  try {
    const { grads } = engine.gradients(() => forward(...at), at, dy, true);
    return grads.map((gradient, i) => gradient ?? tf.zerosLike(at[i]));
  } finally {
    state.gradientDepth--;
  }
}
