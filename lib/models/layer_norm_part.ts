import type * as tf from "@tensorflow/tfjs";
import { layerNorm } from "../engine/ops/layer_norm.ts";
import type { Block, Parameters } from "./block.ts";
import { ones, zeros } from "./initializer.ts";

/** A layer norm as a piece of a block: its gain and bias, and what it does. */
export interface LayerNormPart extends Pick<Block, "parameters"> {
  forward(parameters: Parameters, x: tf.Tensor): tf.Tensor;
}

/** Layer norm over the trailing `shape` of its input; parameters `name/gain` (1 at the start) and `name/bias` (0). */
export function layerNormPart(name: string, shape: readonly number[]): LayerNormPart {
  const gain = { name: `${name}/gain`, shape, initializer: ones, prunable: false };
  const bias = { name: `${name}/bias`, shape, initializer: zeros, prunable: false };
  return {
    parameters: [gain, bias],
    forward: (p, x) => layerNorm(x, p[gain.name], p[bias.name]),
  };
}
