import { z } from "zod";
import { mixTokens } from "../mix_tokens.ts";
import { type InteractionModule, lastProjection, moduleSettings, type ModuleShape } from "./interaction_module.ts";

/** The settings of a {@link linearModule}. */
export const linearSchema = z.strictObject({ kind: z.literal("linear"), ...moduleSettings });

/**
 * The linear module of DHEN, equation 6: `u = X_n W`, `W` of `m x l`. It keeps what the tokens say, with no interaction.
 */
export function linearModule(shape: ModuleShape): InteractionModule {
  const { name, m, l, d } = shape;
  const w = { name: `${name}/mix`, shape: [m, l], initializer: lastProjection(shape, m, l), prunable: true };
  return {
    parameters: [w],
    flops: 2 * m * l * d,
    takesDense: false,
    forward: (p, x) => mixTokens(x, p[w.name]), // [B, l, d]
  };
}
