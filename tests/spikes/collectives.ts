import * as tf from "@tensorflow/tfjs";
import { rawOps } from "../../lib/engine/ops/engine_ops.ts";
import { DType } from "../../lib/engine/tensorflow/dtype.ts";
import { attribute } from "../../lib/engine/tensorflow/op.ts";

/** Workers that exchange tensors. All make the same calls in the same order. */
export interface Group {
  readonly rank: number;
  readonly workers: number;
  /** Tells groups of one process apart, and calls within a group: one number per group, unused by any other. */
  readonly key: number;
  /** A collective that waits longer for the others fails. 0 = waits for ever. */
  readonly timeoutSeconds: number;
}

export interface Collectives {
  /** Mean over the workers of a tensor of any shape. */
  allReduceMean(x: tf.Tensor): tf.Tensor;
  /** The vectors `[n]` of all workers one after the other, `[workers n]`. Its gradient is {@link reduceScatterMean}. */
  allGather(x: tf.Tensor): tf.Tensor;
  /** This worker's part `[n]` of the mean over the workers of a vector `[workers n]`. */
  reduceScatterMean(x: tf.Tensor): tf.Tensor;
}

const INSTANCES_PER_GROUP = 10_000;

/** TensorFlow's own collectives on tfjs tensors. */
export function collectives({ workers, key, timeoutSeconds }: Group): Collectives {
  let instance = key * INSTANCES_PER_GROUP; // every recorded call needs its own, the same on all workers

  const collective = (name: string, x: tf.Tensor, attributes = [attribute.bool("is_stateless", false)]): tf.Tensor => {
    const op = rawOps();
    if (op === null) throw new Error(`Cannot run ${name}: only the TensorFlow engine has collectives.`);
    return op(name, [
      attribute.type("T", DType.float32),
      attribute.string("communication_hint", "auto"),
      attribute.float("timeout_seconds", timeoutSeconds),
      ...attributes,
    ], [x, ...[workers, key, ++instance].map((value) => tf.scalar(value, "int32"))]);
  };

  const allReduceMean = (x: tf.Tensor) =>
    collective("CollectiveReduceV2", x, [
      attribute.string("merge_op", "Add"),
      attribute.string("final_op", "Div"),
      attribute.bool("is_stateless", false),
      attribute.int("max_subdivs_per_device", 0), // small messages: one piece each
    ]);
  // CollectiveReduceScatterV2 has no CPU kernel: everyone sends every part to its owner, who adds them up
  const reduceScatterMean = (x: tf.Tensor) =>
    tf.mean(collective("CollectiveAllToAllV2", tf.reshape(x, [workers, -1])), 0);
  const allGather = (x: tf.Tensor) =>
    tf.customGrad((...args) => ({
      value: collective("CollectiveGatherV2", args[0] as tf.Tensor),
      gradFunc: (dy: tf.Tensor) => reduceScatterMean(dy),
    }))(x);
  return { allReduceMean, allGather, reduceScatterMean };
}
