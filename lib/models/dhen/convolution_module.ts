import * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import { convolve } from "../../engine/ops/convolve.ts";
import { glorotNormal, zeros } from "../initializer.ts";
import { mixTokens } from "../mix_tokens.ts";
import { type InteractionModule, lastProjection, moduleSettings, type ModuleShape } from "./interaction_module.ts";

const odd = z.number().int().positive().refine((size) => size % 2 === 1, {
  error: "a kernel has an odd size, so that it has a middle",
});

/** The settings of a {@link convolutionModule}. */
export const convolutionSchema = z.strictObject({
  kind: z.literal("convolution"),
  /** Size of the kernel along the tokens and along their width; 3 x 3 is the field's usual. */
  kernel: z.tuple([odd, odd]).default([3, 3]),
  /** Kernels C; 1 gives the paper's `d x m`. */
  channels: z.number().int().positive().default(1),
  /** What follows the convolution. Equation 5 has nothing there, and then the module is linear; default ReLU. */
  activation: z.enum(["relu", "linear"]).default("relu"),
  ...moduleSettings,
});

/**
 * The convolution module of DHEN, equation 5, `u = Conv2d(X_n) W`: the tokens of an example, one below the other, are an
 * image of one channel, and neighbouring tokens interact.
 *
 * ```text
 * I = act(Conv2d_{h x w}(X) + b)                    [B, m, d, C]
 * u = I mixed over tokens and channels by W         [B, l, d],  W of m C x l
 * ```
 *
 * Kernel size, channels and activation are not published.
 */
export function convolutionModule(config: z.infer<typeof convolutionSchema>, shape: ModuleShape): InteractionModule {
  const { name, m, l, d } = shape;
  const { kernel: [h, w], channels: C } = config;
  const kernel = {
    name: `${name}/kernel`,
    shape: [h, w, 1, C],
    initializer: glorotNormal(h * w, h * w * C),
    prunable: false,
  };
  const bias = { name: `${name}/bias`, shape: [C], initializer: zeros, prunable: false };
  const mix = { name: `${name}/mix`, shape: [m * C, l], initializer: lastProjection(shape, m * C, l), prunable: true };
  return {
    parameters: [kernel, bias, mix],
    flops: 2 * m * d * h * w * C + 2 * m * C * l * d,
    takesDense: false,
    forward(p, x) {
      const affine = tf.add(convolve(x, p[kernel.name]), p[bias.name]); // [B, m, d, C]
      const image = config.activation === "relu" ? tf.relu(affine) : affine;
      const rows = tf.reshape(tf.transpose(image, [0, 1, 3, 2]), [-1, m * C, d]); // [B, m C, d]
      return mixTokens(rows, p[mix.name]); // [B, l, d]
    },
  };
}
