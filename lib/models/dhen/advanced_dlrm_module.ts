import * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import { dotInteraction } from "../../engine/ops/dot_interaction.ts";
import { mlpBlock } from "../mlp_block.ts";
import { type InteractionModule, lastProjection, moduleSettings, type ModuleShape } from "./interaction_module.ts";

/** The settings of an {@link advancedDlrmModule}. */
export const advancedDlrmSchema = z.strictObject({
  kind: z.literal("advancedDlrm"),
  /** Hidden widths h of its MLP, in front of the projection to l tokens. */
  hidden: z.array(z.number().int().positive()).min(1),
  ...moduleSettings,
});

/**
 * The AdvancedDLRM module of DHEN, equation 3, `u = W_m AdvancedDLRM(X_n)`, `W_m` of `h x d l`:
 *
 * ```text
 * f = [dots(X) / sqrt d, flat X, dense]      [B, m (m - 1) / 2 + m d + Nd]     dense: where the config says so
 * u = reshape(W_m relu(... relu(W_1 f)))     [B, l, d]
 * ```
 *
 * What the paper's has inside is not published. The tokens stand beside their products because without them the module
 * is weaker than the baseline; products are divided by `sqrt d` because after a layer norm they grow with it.
 */
export function advancedDlrmModule(
  config: z.infer<typeof advancedDlrmSchema>,
  shape: ModuleShape,
): InteractionModule {
  const { name, m, l, d, numeric } = shape;
  const pairs = m * (m - 1) / 2;
  if (pairs === 0) {
    throw new Error(
      `Cannot build module ${name}: AdvancedDLRM needs pairs of tokens, and its layer's input has 1 token.`,
    );
  }
  const widths = [pairs + m * d + (config.dense ? numeric : 0), ...config.hidden, l * d];
  const mlp = mlpBlock({ name, role: "interaction", widths, last: "linear" });
  const last = `${name}/${config.hidden.length}/weights`;
  const initializer = lastProjection(shape, config.hidden.at(-1)!, l * d);
  return {
    parameters: mlp.parameters.map((spec) => spec.name === last ? { ...spec, initializer } : spec),
    flops: 2 * d * pairs + mlp.flops,
    takesDense: config.dense,
    forward(p, x, dense) {
      const dots = tf.div(dotInteraction(x), Math.sqrt(d)); // [B, pairs]
      const flat = tf.reshape(x, [-1, m * d]); // [B, m d]
      const f = tf.concat(config.dense ? [dots, flat, dense!] : [dots, flat], 1);
      return tf.reshape(mlp.forward(p, f), [-1, l, d]); // [B, l, d]
    },
  };
}
