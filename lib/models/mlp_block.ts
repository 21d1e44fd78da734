import type * as tf from "@tensorflow/tfjs";
import { type Activation, denseLayer } from "../engine/ops/dense_layer.ts";
import type { Block, ParameterSpec, Role } from "./block.ts";
import { glorotNormal, zeros } from "./initializer.ts";

/** The name, role and sizes of a block of dense layers. */
export interface MlpOptions {
  readonly name: string;
  readonly role: Role;
  /** Widths from input to output: `[in, hidden, ..., out]`. */
  readonly widths: readonly number[];
  /** What follows the last layer; ReLU follows the others. */
  readonly last: Activation;
}

/**
 * A multi-layer perceptron as one block: `x_{k+1} = relu(x_k W_k + b_k)`.
 *
 * Parameters `name/k/weights [in, out]` and `name/k/bias [out]`; forward FLOPs `2 sum_k in_k out_k`. A layer that ends
 * in one logit is not prunable.
 */
export function mlpBlock({ name, role, widths, last }: MlpOptions): Block {
  const layers = widths.slice(1).map((out, k) => ({ in: widths[k], out, key: `${name}/${k}` }));
  const parameters: ParameterSpec[] = layers.flatMap((layer) => [
    {
      name: `${layer.key}/weights`,
      shape: [layer.in, layer.out],
      initializer: glorotNormal(layer.in, layer.out),
      prunable: layer.out > 1,
    },
    { name: `${layer.key}/bias`, shape: [layer.out], initializer: zeros, prunable: false },
  ]);
  return {
    name,
    role,
    parameters,
    flops: layers.reduce((sum, layer) => sum + 2 * layer.in * layer.out, 0),
    forward: (p, x) =>
      layers.reduce<tf.Tensor>((h, layer, k) => {
        const activation = k === layers.length - 1 ? last : "relu";
        return denseLayer(h, p[`${layer.key}/weights`], p[`${layer.key}/bias`], activation);
      }, x),
  };
}
