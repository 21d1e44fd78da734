import * as tf from "@tensorflow/tfjs";
import { mlpBlock } from "../mlp_block.ts";
import type { InteractionModule, ModuleShape } from "./interaction_module.ts";

/**
 * Lets the raw numeric columns re-enter a module that works on tokens (the dashed box of figure 1): they become one more
 * token, `dense W + b` of width d, behind the m tokens of the layer's input. The shortcut does not see it.
 */
export function withDenseToken(
  shape: ModuleShape,
  module: (wider: ModuleShape) => InteractionModule,
): InteractionModule {
  const inner = module({ ...shape, m: shape.m + 1 });
  const token = mlpBlock({
    name: `${shape.name}/dense`,
    role: "interaction",
    widths: [shape.numeric, shape.d],
    last: "linear",
  });
  return {
    parameters: [...token.parameters, ...inner.parameters],
    flops: token.flops + inner.flops,
    takesDense: true,
    forward(p, x, dense) {
      const raw = tf.expandDims(token.forward(p, dense!), 1); // [B, 1, d]
      return inner.forward(p, tf.concat([x, raw], 1)); // [B, l, d]
    },
  };
}
