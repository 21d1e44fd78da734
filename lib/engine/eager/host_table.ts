import * as tf from "@tensorflow/tfjs";
import { averagedRows } from "../averaged_rows.ts";
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

/** What a step did to the table, to be applied with the values of its tensors when it has ended. */
interface Pending {
  readonly tensors: readonly tf.Tensor[];
  apply(...values: Float32Array[]): void;
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
  const averaged = averagedRows(fieldRows, options.averageMaxRows);
  let pending: Pending[] = [];
  const later = (tensors: readonly tf.Tensor[], apply: Pending["apply"]) => {
    pending.push({ tensors: tensors.map((tensor) => tf.keep(tf.clone(tensor))), apply });
  };

  const row = (from: Float32Array, at: number) => from.subarray(at * dim, (at + 1) * dim);
  const gather = (at: Int32Array): Float32Array => {
    const out = new Float32Array(at.length * dim);
    for (let i = 0; i < at.length; i++) out.set(row(state.weights, at[i]), i * dim);
    return out;
  };
  const gatherAverage = (at: Int32Array): Float32Array => {
    const out = gather(at);
    if (!averaged) return out;
    for (let i = 0; i < at.length; i++) {
      const shift = averaged.shift[i % fieldRows.length];
      if (shift !== null) out.set(row(state.average, at[i] + shift), i * dim);
    }
    return out;
  };
  averaged?.rows.forEach((from, i) => row(state.average, i).set(row(state.weights, from)));
  const moveAverage = ({ rows }: { readonly rows: Int32Array }, kept: number) => {
    for (let i = 0; i < rows.length; i++) {
      const average = row(state.average, i), latest = row(state.weights, rows[i]);
      for (let k = 0; k < dim; k++) average[k] = kept * average[k] + (1 - kept) * latest[k];
    }
  };

  const apply = ({ distinct, positions }: EmbeddingIds, gradient: Float32Array, rate: number) => {
    const sum = new Float32Array(distinct.length * dim);
    for (let i = 0; i < positions.length; i++) {
      for (let k = 0; k < dim; k++) sum[positions[i] * dim + k] += gradient[i * dim + k];
    }
    distinct.forEach((at, u) => updateRow(at, sum.subarray(u * dim, (u + 1) * dim), rate));
  };

  const updateRow = (at: number, g: Float32Array, rate: number) => {
    const w = row(state.weights, at);
    if (optimizer.name === "sgd") {
      for (let k = 0; k < dim; k++) w[k] -= rate * g[k];
    } else if (optimizer.name === "adagrad") {
      const a = row(state.accumulator, at);
      for (let k = 0; k < dim; k++) {
        a[k] += g[k] * g[k];
        w[k] -= rate * g[k] / (Math.sqrt(a[k]) + optimizer.epsilon);
      }
    } else {
      let square = 0;
      for (let k = 0; k < dim; k++) square += g[k] * g[k];
      state.accumulator[at] += square / dim;
      const scale = rate / (Math.sqrt(state.accumulator[at]) + optimizer.epsilon);
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
    lookupAverage: ({ examples, ...at }) =>
      tf.tensor(gatherAverage((at as HostIds).ids.rows), [examples, fieldRows.length, dim]),
    update: (ids, gradient, learningRate) =>
      later([gradient, learningRate], (g, [rate]) => apply((ids as HostIds).ids, g, rate)),
    updateAverage: (kept) => {
      if (averaged) later([kept], ([kept]) => moveAverage(averaged, kept));
    },
    async applyPending() {
      const work = pending;
      pending = [];
      for (const { tensors, apply } of work) {
        apply(...await Promise.all(tensors.map((tensor) => tensor.data<"float32">())));
        tensors.forEach((tensor) => tensor.dispose());
      }
    },
    dropPending() {
      for (const { tensors } of pending) tensors.forEach((tensor) => tensor.dispose());
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
