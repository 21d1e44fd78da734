import type * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import type { Block, Parameters } from "../block.ts";
import { glorotNormal, type Initializer, zeros } from "../initializer.ts";

/** Where a module stands: what goes in and what is to come out. */
export interface ModuleShape {
  /** Prefix of its parameters' names. */
  readonly name: string;
  /** Tokens of its input. */
  readonly m: number;
  /** Tokens of its output. */
  readonly l: number;
  /** Width of a token. */
  readonly d: number;
  /** Numeric columns of the data. */
  readonly numeric: number;
  /** True when the last projection starts at zero, so that the layer starts as the norm of its shortcut. */
  readonly zeroStart: boolean;
}

/**
 * One way in which the tokens of a layer interact: a function from `[B, m, d]` to `[B, l, d]` over named parameters. In
 * the paper's orientation (columns for tokens) `X_n` of `d x m` becomes `u` of `d x l`.
 */
export interface InteractionModule extends Pick<Block, "parameters" | "flops"> {
  /** True when it wants the raw numeric columns beside the tokens. */
  readonly takesDense: boolean;
  /**
   * @param x `[B, m, d]`
   * @param dense `[B, Nd]`, the raw numeric columns, where {@link takesDense}
   * @returns `[B, l, d]`
   */
  forward(parameters: Parameters, x: tf.Tensor, dense?: tf.Tensor): tf.Tensor;
}

/** What every module may be told. */
export const moduleSettings = {
  /** Output tokens l; default: as many as the layer's input has. */
  tokens: z.number().int().positive().optional(),
  /** True when the raw numeric columns enter too: the dashed box of figure 1. */
  dense: z.boolean().default(false),
};

/** How the last projection of a module starts: at zero, or as any matrix. */
export function lastProjection({ zeroStart }: ModuleShape, fanIn: number, fanOut: number): Initializer {
  return zeroStart ? zeros : glorotNormal(fanIn, fanOut);
}
