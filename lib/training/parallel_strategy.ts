import type * as tf from "@tensorflow/tfjs";
import type { Batch } from "../data/batch.ts";
import type { Block, Parameters, ParameterSpec } from "../models/block.ts";

/** Elements `from .. from + shape.product - 1` of a parameter, row-major: the part that one worker keeps. */
export interface Shard {
  readonly shape: readonly number[];
  readonly from: number;
}

/**
 * How a model is spread over workers. Training takes one as a value and knows no other. All workers read the same
 * stream: each looks up the rows of the whole batch and computes the dense part for some of its examples.
 */
export interface ParallelStrategy {
  readonly name: string;
  /** The examples of a batch that this worker computes the dense part for. */
  examples(batch: Batch): Batch;
  /**
   * The embeddings `[b, F, d]` of this worker's examples from the rows `[B, F, d]` that it looked up for the whole batch.
   * Differentiable: its gradient is that of the mean loss over all workers.
   */
  exchange(rows: tf.Tensor): tf.Tensor;
  /** What this worker keeps of a parameter. */
  shard(parameter: ParameterSpec): Shard;
  /** The whole parameters of a block from what this worker keeps. Differentiable: its gradient reduces and scatters. */
  gather(block: Block, kept: Parameters): Parameters;
  /** The gradients of what this worker keeps, combined over the workers. */
  reduce(gradients: Parameters): Record<string, tf.Tensor>;
}

/** Everything on one worker. */
export const singleWorker: ParallelStrategy = {
  name: "single",
  examples: (batch) => batch,
  exchange: (rows) => rows,
  shard: ({ shape }) => ({ shape, from: 0 }),
  gather: (_, kept) => kept,
  reduce: (gradients) => ({ ...gradients }),
};
