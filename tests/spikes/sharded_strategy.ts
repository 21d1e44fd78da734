import * as tf from "@tensorflow/tfjs";
import type { Block, Parameters, ParameterSpec } from "../../lib/models/mod.ts";
import type { ParallelStrategy } from "../../lib/training/parallel_strategy.ts";
import { collectives, type Group } from "./collectives.ts";

const sizeOf = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

/**
 * Keeps one part in `workers` of the parameters of some blocks, flat, and gathers them where they are used, one message
 * a block; all other parameters, and the whole embedding table, are on every worker and their gradients averaged.
 */
export function shardedStrategy(group: Group, isSharded: (parameter: ParameterSpec) => boolean): ParallelStrategy {
  const { rank, workers } = group;
  const { allGather, allReduceMean } = collectives(group);
  const sharded = new Set<string>();
  /** The last shard is padded: what lies beyond the parameter's end is gathered, cut off, and gets no gradient. */
  const shardSize = ({ shape }: ParameterSpec) => Math.ceil(sizeOf(shape) / workers);

  return {
    name: "sharded",
    examples({ size, ids, dense, labels, times }) {
      const own = size / workers;
      if (!Number.isInteger(own)) throw new Error(`Cannot split a batch of ${size} between ${workers} workers.`);
      const part = <A extends Float32Array | Int32Array | Float64Array>(values: A) => {
        const length = values.length / workers;
        return values.slice(rank * length, (rank + 1) * length) as A;
      };
      return { size: own, ids: part(ids), dense: part(dense), labels: part(labels), times: part(times) };
    },
    exchange(rows) {
      const [batch, fields, dim] = rows.shape;
      const own = batch / workers;
      return tf.customGrad((...args) => ({
        value: tf.slice(args[0] as tf.Tensor, [rank * own, 0, 0], [own, fields, dim]),
        gradFunc: (dy: tf.Tensor) =>
          allReduceMean(tf.pad(dy, [[rank * own, (workers - rank - 1) * own], [0, 0], [0, 0]])),
      }))(rows);
    },
    shard(parameter) {
      if (!isSharded(parameter)) return { shape: parameter.shape, from: 0 };
      sharded.add(parameter.name);
      return { shape: [shardSize(parameter)], from: rank * shardSize(parameter) };
    },
    gather(block, kept) {
      const parameters = block.parameters.filter(({ name }) => sharded.has(name));
      return parameters.length === 0 ? kept : { ...kept, ...gatherBlock(parameters, kept) };
    },
    reduce(gradients) {
      const replicated = Object.entries(gradients).filter(([name]) => !sharded.has(name));
      const flat = allReduceMean(tf.concat(replicated.map(([, gradient]) => tf.reshape(gradient, [-1])), 0));
      const parts = tf.split(flat, replicated.map(([, gradient]) => gradient.size));
      const means = replicated.map(([name, gradient], i) => [name, tf.reshape(parts[i], gradient.shape)] as const);
      return { ...gradients, ...Object.fromEntries(means) };
    },
  };

  function gatherBlock(parameters: Block["parameters"], kept: Parameters): Parameters {
    const widths = parameters.map(shardSize);
    const flat = tf.concat(parameters.map(({ name }) => kept[name]), 0); // [sum of widths]
    const all = tf.reshape(allGather(flat), [workers, -1]); // [workers, sum of widths]
    const columns = tf.split(all, widths, 1);
    return Object.fromEntries(parameters.map(({ name, shape }, i) => {
      const whole = tf.slice(tf.reshape(columns[i], [-1]), 0, sizeOf(shape));
      return [name, tf.reshape(whole, [...shape])];
    }));
  }
}
