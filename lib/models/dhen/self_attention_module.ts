import * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import { layerNormPart } from "../layer_norm_part.ts";
import { mixTokens } from "../mix_tokens.ts";
import { mlpBlock } from "../mlp_block.ts";
import { type InteractionModule, lastProjection, moduleSettings, type ModuleShape } from "./interaction_module.ts";

/** The settings of a {@link selfAttentionModule}. */
export const selfAttentionSchema = z.strictObject({
  kind: z.literal("selfAttention"),
  /** Heads; they share out the width d of a token. */
  heads: z.number().int().positive(),
  /** Width of the feed-forward network. */
  hidden: z.number().int().positive(),
  ...moduleSettings,
});

/**
 * The self-attention module of DHEN, equation 4, `u = TransformerEncoderLayer(X_n) W`, `W` of `m x l`. The encoder layer
 * is that of Vaswani et al. 2017 (arXiv 1706.03762, section 3), norms after the sums, no dropout, on the m tokens:
 *
 * ```text
 * q, k, v = X W_q + b_q, X W_k + b_k, X W_v + b_v               [B, m, d], shared out to H heads of width d / H
 * A       = softmax(q k^T / sqrt(d / H))                        [B, H, m, m]
 * Y       = LN(X + (A v) W_o + b_o)                             [B, m, d]
 * E       = LN(Y + relu(Y W_1 + b_1) W_2 + b_2)                 [B, m, d]
 * u       = E mixed over the tokens by W                        [B, l, d]
 * ```
 *
 * @throws {Error} when the heads do not divide d
 */
export function selfAttentionModule(
  { heads, hidden }: z.infer<typeof selfAttentionSchema>,
  shape: ModuleShape,
): InteractionModule {
  const { name, m, l, d } = shape;
  if (d % heads !== 0) {
    throw new Error(`Cannot build module ${name}: ${heads} heads cannot share out tokens of width ${d} evenly.`);
  }
  const affine = (part: string, widths: readonly number[]) =>
    mlpBlock({ name: `${name}/${part}`, role: "interaction", widths, last: "linear" });
  const query = affine("query", [d, d]), key = affine("key", [d, d]), value = affine("value", [d, d]);
  const output = affine("output", [d, d]), feedForward = affine("feedForward", [d, hidden, d]);
  const norms = [layerNormPart(`${name}/norm0`, [d]), layerNormPart(`${name}/norm1`, [d])];
  const w = { name: `${name}/mix`, shape: [m, l], initializer: lastProjection(shape, m, l), prunable: true };
  const perToken = [query, key, value, output, feedForward];
  const width = d / heads;

  /** `[B m, d]` -> `[B, H, m, d / H]` */
  const share = (rows: tf.Tensor) => tf.transpose(tf.reshape(rows, [-1, m, heads, width]), [0, 2, 1, 3]);

  return {
    parameters: [...perToken.flatMap((block) => block.parameters), ...norms.flatMap((norm) => norm.parameters), w],
    flops: m * perToken.reduce((sum, block) => sum + block.flops, 0) + 2 * 2 * m * m * d + 2 * m * l * d,
    takesDense: false,
    forward(p, x) {
      const rows = tf.reshape(x, [-1, d]); // [B m, d]
      const q = share(query.forward(p, rows)); // [B, H, m, d / H]
      const k = share(key.forward(p, rows)); // [B, H, m, d / H]
      const v = share(value.forward(p, rows)); // [B, H, m, d / H]
      const attention = tf.softmax(tf.div(tf.matMul(q, k, false, true), Math.sqrt(width))); // [B, H, m, m]
      const seen = tf.reshape(tf.transpose(tf.matMul(attention, v), [0, 2, 1, 3]), [-1, d]); // [B m, d]
      const y = norms[0].forward(p, tf.add(rows, output.forward(p, seen))); // [B m, d]
      const e = norms[1].forward(p, tf.add(y, feedForward.forward(p, y))); // [B m, d]
      return mixTokens(tf.reshape(e, [-1, m, d]), p[w.name]); // [B, l, d]
    },
  };
}
