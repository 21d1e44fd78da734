import * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import { zeros } from "../initializer.ts";
import { mixTokens } from "../mix_tokens.ts";
import { mlpBlock } from "../mlp_block.ts";
import { type InteractionModule, lastProjection, moduleSettings, type ModuleShape } from "./interaction_module.ts";

/** The settings of a {@link deepCrossModule}. */
export const deepCrossSchema = z.strictObject({
  kind: z.literal("deepCross"),
  /** How equation 7 is read. */
  form: z.enum(["literal", "flat"]),
  ...moduleSettings,
});

/**
 * The deep cross net module of DHEN, equation 7, `u = W (X_n X_n^T) + b`, in one of two readings. Both are without DCN's
 * own skip connection, because the layer has a shortcut.
 *
 * `"literal"`, as it is printed; the products are of dimensions, summed over the tokens:
 *
 * ```text
 * C = X X^T                                       [B, d, d]     (X of d x m)
 * u = C W + b                                     [B, l, d],    W of d x l, b of d x l
 * ```
 *
 * `"flat"`, one cross of DCN-v2 (Wang et al. 2021, arXiv 2008.13535, equation 1) on the flattened tokens, then the linear
 * map to l tokens that every module has:
 *
 * ```text
 * x = flat X                                      [B, m d]
 * u = reshape(x * (A x + b)) mixed by V           [B, l, d],    A of m d x m d, V of m x l
 * ```
 */
export function deepCrossModule(config: z.infer<typeof deepCrossSchema>, shape: ModuleShape): InteractionModule {
  return config.form === "literal" ? literal(shape) : flat(shape);
}

function literal(shape: ModuleShape): InteractionModule {
  const { name, m, l, d } = shape;
  const w = { name: `${name}/mix`, shape: [d, l], initializer: lastProjection(shape, d, l), prunable: true };
  const b = { name: `${name}/bias`, shape: [l, d], initializer: zeros, prunable: false };
  return {
    parameters: [w, b],
    flops: 2 * m * d * d + 2 * d * l * d,
    takesDense: false,
    forward(p, x) {
      const products = tf.matMul(x, x, true, false); // [B, d, d], symmetric
      return tf.add(mixTokens(products, p[w.name]), p[b.name]); // [B, l, d]
    },
  };
}

function flat(shape: ModuleShape): InteractionModule {
  const { name, m, l, d } = shape;
  const cross = mlpBlock({ name: `${name}/cross`, role: "interaction", widths: [m * d, m * d], last: "linear" });
  const v = { name: `${name}/mix`, shape: [m, l], initializer: lastProjection(shape, m, l), prunable: true };
  return {
    parameters: [...cross.parameters, v],
    flops: cross.flops + 2 * m * l * d,
    takesDense: false,
    forward(p, x) {
      const flat = tf.reshape(x, [-1, m * d]); // [B, m d]
      const crossed = tf.mul(flat, cross.forward(p, flat)); // [B, m d]
      return mixTokens(tf.reshape(crossed, [-1, m, d]), p[v.name]); // [B, l, d]
    },
  };
}
