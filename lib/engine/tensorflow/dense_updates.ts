import * as tf from "@tensorflow/tfjs";
import type { DenseUpdates, Variable } from "../engine.ts";
import { DType } from "./dtype.ts";
import { attribute } from "./op.ts";
import type { TfjsBackend } from "./tfjs_backend.ts";
import type { ResourceVariable } from "./variable.ts";

const T = attribute.type("T", DType.float32);
const UNLOCKED = attribute.bool("use_locking", false);

/** Dense updates by TensorFlow's fused `ResourceApply*` ops. */
export function resourceUpdates(backend: TfjsBackend): DenseUpdates {
  const apply = (
    name: string,
    attributes: Parameters<TfjsBackend["op"]>[1],
    inputs: readonly (Variable | tf.Tensor)[],
  ) => {
    const ids = inputs.map((input) =>
      "resource" in input ? (input as ResourceVariable).resource : backend.idOf(input as tf.Tensor)
    );
    backend.binding.executeOp(name, attributes, ids, 0);
  };
  return {
    sgd: (parameter, learningRate, gradient) =>
      apply("ResourceApplyGradientDescent", [T, UNLOCKED], [parameter, learningRate, gradient]),
    adagrad: (parameter, accumulator, learningRate, epsilon, gradient) =>
      apply("ResourceApplyAdagradV2", [T, UNLOCKED, attribute.bool("update_slots", true)], [
        parameter,
        accumulator,
        learningRate,
        tf.scalar(epsilon),
        gradient,
      ]),
    adam: (parameter, m, v, learningRate, { beta1, beta2, epsilon, beta1Power, beta2Power }, gradient) =>
      apply("ResourceApplyAdam", [T, UNLOCKED, attribute.bool("use_nesterov", false)], [
        parameter,
        m,
        v,
        beta1Power,
        beta2Power,
        learningRate,
        tf.scalar(beta1),
        tf.scalar(beta2),
        tf.scalar(epsilon),
        gradient,
      ]),
  };
}
