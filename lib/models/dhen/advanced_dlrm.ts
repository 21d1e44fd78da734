import * as tf from "@tensorflow/tfjs";
import { dotInteraction } from "../../engine/ops/dot_interaction.ts";
import { zeros } from "../initializer.ts";
import { mlpBlock } from "../mlp_block.ts";
import type { InteractionModule, ModuleOptions } from "./interaction_module.ts";

/** Sizes of the AdvancedDLRM module. */
export interface AdvancedDlrmModuleConfig {
  readonly kind: "advancedDlrm";
  /** Hidden widths of its MLP. */
  readonly hidden: readonly number[];
  /** Whether the raw numeric columns enter it again (Figure 1, dashed). Default false. */
  readonly dense?: boolean;
}

/**
 * Equation 3: `u = W_m AdvancedDLRM(X)`. The module's inside is Meta's own and not published; here, as in DLRM, pairwise dot products,
 * and beside them the flat embeddings (without these it is weaker than the baseline it stands in) and, if asked for, the numeric
 * columns:
 *
 * ```text
 * h = [dots(X) / sqrt(d), flat(X), dense]                     [B, m (m - 1) / 2 + m d + Nd]
 * u = reshape(W_m relu(... relu(W_1 h)))                      [B, l, d]
 * ```
 */
export function advancedDlrmModule(
  { name, tokens: { m, d, dense }, outputs, zeroStart }: ModuleOptions,
  config: AdvancedDlrmModuleConfig,
): InteractionModule {
  const pairs = m * (m - 1) / 2;
  const widths = [pairs + m * d + (config.dense ? dense : 0), ...config.hidden, outputs * d];
  const mlp = mlpBlock({ name, role: "interaction", widths, last: "linear" });
  const last = `${name}/${config.hidden.length}/weights`;
  return {
    outputs,
    parameters: mlp.parameters.map((spec) => zeroStart && spec.name === last ? { ...spec, initializer: zeros } : spec),
    flops: 2 * d * pairs + mlp.flops,
    forward(p, x, columns) {
      const dots = tf.div(dotInteraction(x), Math.sqrt(d)); // [B, pairs]
      const flat = tf.reshape(x, [-1, m * d]); // [B, m d]
      const h = tf.concat(config.dense && columns ? [dots, flat, columns] : [dots, flat], 1); // [B, widths[0]]
      return tf.reshape(mlp.forward(p, h), [-1, outputs, d]); // [B, l, d]
    },
  };
}
