import * as tf from "@tensorflow/tfjs";
import {
  checkTableState,
  DistinctRows,
  type EmbeddingIds,
  type EmbeddingTable,
  type EmbeddingTableOptions,
  type StepIds,
  tableState,
} from "../embedding_table.ts";

/** The ids of a batch, kept on the host. */
export interface HostIds extends StepIds {
  readonly ids: EmbeddingIds;
}

/** An embedding table in host memory, beside a tfjs backend that holds only the rows of the batch. */
export interface HostTable extends EmbeddingTable {
  /** Applies the updates of the step that has just run: reading a gradient is asynchronous on WebGPU. */
  applyPending(): Promise<void>;
  /** Forgets the updates of a step that failed. */
  dropPending(): void;
}

interface Pending {
  readonly ids: EmbeddingIds;
  readonly gradient: tf.Tensor;
  readonly learningRate: tf.Tensor;
}

/** Makes an embedding table in host memory. Same state, same update rule as the resource table. */
export function hostTable(options: EmbeddingTableOptions): HostTable {
  const { name, fieldRows, dim, optimizer } = options;
  const shapes = tableState(options);
  const rows = shapes.weights[0];
  const finder = new DistinctRows(name, fieldRows);
  const state = Object.fromEntries(
    Object.entries(shapes).map(([key, shape]) => [key, new Float32Array(shape.reduce((a, b) => a * b, 1))]),
  );
  options.fill(state.weights, 0, rows);
  if (optimizer.name !== "sgd") state.accumulator.fill(optimizer.initialAccumulator);
  let pending: Pending[] = [];

  const gather = (at: Int32Array): Float32Array => {
    const out = new Float32Array(at.length * dim);
    for (let i = 0; i < at.length; i++) out.set(state.weights.subarray(at[i] * dim, (at[i] + 1) * dim), i * dim);
    return out;
  };

  const apply = ({ distinct, positions }: EmbeddingIds, gradient: Float32Array, rate: number) => {
    const sum = new Float32Array(distinct.length * dim);
    for (let i = 0; i < positions.length; i++) {
      for (let k = 0; k < dim; k++) sum[positions[i] * dim + k] += gradient[i * dim + k];
    }
    distinct.forEach((row, u) => updateRow(row, sum.subarray(u * dim, (u + 1) * dim), rate));
  };

  const updateRow = (row: number, g: Float32Array, rate: number) => {
    const w = state.weights.subarray(row * dim, (row + 1) * dim);
    if (optimizer.name === "sgd") {
      for (let k = 0; k < dim; k++) w[k] -= rate * g[k];
    } else if (optimizer.name === "adagrad") {
      const a = state.accumulator.subarray(row * dim, (row + 1) * dim);
      for (let k = 0; k < dim; k++) {
        a[k] += g[k] * g[k];
        w[k] -= rate * g[k] / (Math.sqrt(a[k]) + optimizer.epsilon);
      }
    } else {
      let square = 0;
      for (let k = 0; k < dim; k++) square += g[k] * g[k];
      state.accumulator[row] += square / dim;
      const scale = rate / (Math.sqrt(state.accumulator[row]) + optimizer.epsilon);
      for (let k = 0; k < dim; k++) w[k] -= scale * g[k];
    }
  };

  return {
    name,
    fieldRows,
    rows,
    dim,
    optimizer,
    ids(this: EmbeddingTable, ids) {
      return { table: this, ...finder.prepare(ids) };
    },
    lookup: ({ examples, ...at }) => tf.tensor(gather((at as HostIds).ids.rows), [examples, fieldRows.length, dim]),
    update: (ids, gradient, learningRate) => {
      pending.push({
        ids: (ids as HostIds).ids,
        gradient: tf.keep(tf.clone(gradient)),
        learningRate: tf.keep(tf.clone(learningRate)),
      });
    },
    async applyPending() {
      const work = pending;
      pending = [];
      for (const { ids, gradient, learningRate } of work) {
        const [g, [rate]] = await Promise.all([gradient.data<"float32">(), learningRate.data<"float32">()]);
        apply(ids, g as Float32Array, rate);
        tf.dispose([gradient, learningRate]);
      }
    },
    dropPending() {
      for (const { gradient, learningRate } of pending) tf.dispose([gradient, learningRate]);
      pending = [];
    },
    read: () =>
      Promise.resolve(Object.fromEntries(Object.entries(state).map(([key, values]) => [key, values.slice()]))),
    write(values) {
      checkTableState(name, shapes, values);
      for (const [key, target] of Object.entries(state)) target.set(values[key]);
    },
    dispose() {},
  };
}
