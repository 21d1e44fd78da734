import type * as tf from "@tensorflow/tfjs";
import type { Parameters, ParameterSpec } from "../block.ts";

/** The tokens that a module sees: m embeddings of width d, and the numeric columns that may re-enter (0: none). */
export interface TokenShape {
  readonly m: number;
  readonly d: number;
  readonly dense: number;
}

/**
 * One way in which the tokens of a layer interact: `u = Interaction(X)` maps m embeddings to l of the same width (section 3.1 of
 * DHEN, arXiv 2203.11014). Tokens are rows here, `[B, m, d]`; the paper's matrices are `d x m`.
 */
export interface InteractionModule {
  /** Embeddings that come out. */
  readonly outputs: number;
  readonly parameters: readonly ParameterSpec[];
  /** Forward FLOPs per example. */
  readonly flops: number;
  /**
   * @param x `[B, m, d]`
   * @param dense `[B, Nd]`: the raw numeric columns, where the module takes them
   * @returns `[B, l, d]`
   */
  forward(p: Parameters, x: tf.Tensor, dense?: tf.Tensor): tf.Tensor;
}

/** What makes a module of a layer. */
export interface ModuleOptions {
  /** Prefix of the names of its parameters. */
  readonly name: string;
  readonly tokens: TokenShape;
  /** l: embeddings that come out. */
  readonly outputs: number;
  /**
   * The last projection starts at zero, so that a layer starts as `Norm(X)` and a deep stack trains from the first step. Without it
   * a deep stack starts as noise.
   */
  readonly zeroStart: boolean;
}
