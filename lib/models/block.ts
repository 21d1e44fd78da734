import type * as tf from "@tensorflow/tfjs";
import type { Overflow } from "../data/fold_hash.ts";
import type { Initializer } from "./initializer.ts";

/** What a part of a recommendation model is for. Costs are counted, and training is sharded, by role. */
export type Role = "embedding" | "bottom" | "interaction" | "overarch" | "head";

/** One dense parameter of a block. */
export interface ParameterSpec {
  /** Unique in the model, e.g. `"overarch/0/weights"`. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly initializer: Initializer;
  /** True for matrices that pruning may mask: not biases, not the last layer of a head. */
  readonly prunable: boolean;
}

/** Tensors by parameter name. */
export type Parameters = Readonly<Record<string, tf.Tensor>>;

/**
 * A named piece of a model over named parameters. Blocks are the unit of everything that is done to a model without
 * its knowing: a mask, a shard, a recomputation, a line of the cost table.
 */
export interface Block {
  readonly name: string;
  readonly role: Role;
  readonly parameters: readonly ParameterSpec[];
  /**
   * Forward FLOPs per example: a multiply-add of a matrix product counts 2; what is done once to each number (biases,
   * activations, norms, sums and products by element) and concatenations count 0.
   */
  readonly flops: number;
  /** A pure function of the block's own parameters and the inputs. */
  forward(parameters: Parameters, ...inputs: tf.Tensor[]): tf.Tensor;
}

/** How a model calls one of its blocks: {@link blockRunner} makes one. */
export type RunBlock = (block: Block, ...inputs: tf.Tensor[]) => tf.Tensor;

/** The embedding tables that a model wants: one row width for all fields. */
export interface EmbeddingSpec {
  readonly fieldRows: readonly number[];
  readonly dim: number;
  /** Standard deviation of the initial weights. */
  readonly scale: number;
  /** What becomes of ids for which a table has no row of their own. Default: hashing. */
  readonly overflow?: Overflow;
}

/** What a model computes from. */
export interface ModelInputs {
  /** `[B, F, d]`: the looked-up rows, one a field. */
  readonly embeddings: tf.Tensor;
  /** `[B, Nd]` numeric columns. */
  readonly dense: tf.Tensor;
}

/**
 * A click model: an embedding table and a sequence of blocks. It holds no tensor; whoever runs it brings the
 * parameters, so the same model is trained, masked, sharded and counted.
 */
export interface Model {
  readonly name: string;
  readonly embedding: EmbeddingSpec;
  readonly blocks: readonly Block[];
  /** The whole forward pass. @returns logits `[B]` */
  logits(run: RunBlock, inputs: ModelInputs): tf.Tensor;
}

/** All dense parameters of a model, in the order of its blocks. */
export function parameterSpecs(model: Model): ParameterSpec[] {
  return model.blocks.flatMap((block) => block.parameters);
}
