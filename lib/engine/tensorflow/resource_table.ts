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
import { DType } from "./dtype.ts";
import { type Attribute, attribute } from "./op.ts";
import { readRows, writeRows } from "./table_chunks.ts";
import type { TfjsBackend } from "./tfjs_backend.ts";
import { type ResourceVariable, resourceVariable } from "./variable.ts";

/** The ids of a batch as tensors of a step. */
export interface ResourceIds extends StepIds {
  readonly rows: tf.Tensor;
  readonly distinct: tf.Tensor;
  readonly positions: tf.Tensor;
  readonly order: tf.Tensor;
  readonly segments: tf.Tensor;
}

const T = attribute.type("T", DType.float32);
const DTYPE = attribute.type("dtype", DType.float32);
const INDICES = attribute.type("Tindices", DType.int32);
const PARAMS = attribute.type("Tparams", DType.float32);
const AXIS = attribute.type("Taxis", DType.int32);

/** Averages alone are looked up by row: without them the rows of a batch need not be uploaded. */
const NO_ROWS = new Int32Array(0);

/** An embedding table as one TensorFlow resource variable: gathered and scattered by row. */
export function resourceTable(backend: TfjsBackend, options: EmbeddingTableOptions): EmbeddingTable {
  const { name, fieldRows, dim, optimizer } = options;
  const fields = fieldRows.length;
  const shapes = tableState(options);
  const rows = shapes.weights[0];
  const finder = new DistinctRows(name, fieldRows);
  const averaged = averagedRows(fieldRows, options.averageMaxRows);

  const initial = (key: string): Float32Array<ArrayBuffer> | number => {
    if (key === "accumulator" && optimizer.name !== "sgd") return optimizer.initialAccumulator;
    if (key !== "average" || !averaged) return 0;
    const values = new Float32Array(averaged.rows.length * dim);
    averaged.rows.forEach((row, i) => options.fill(values.subarray(i * dim, (i + 1) * dim), row, row + 1));
    return values;
  };
  const state = Object.fromEntries(
    Object.entries(shapes).map((
      [key, shape],
    ) => [key, resourceVariable(backend, `${name}/${key}`, shape, initial(key))]),
  );
  let values = new Float32Array(0);
  writeRows(backend, state.weights, (from, to) => {
    const size = (to - from) * dim;
    if (values.length !== size) values = new Float32Array(size); // one for all chunks but the last
    options.fill(values, from, to);
    return values;
  });

  const run = (op: string, attributes: readonly Attribute[], inputs: readonly tf.Tensor[]): tf.Tensor =>
    backend.wrap(backend.binding.executeOp(op, attributes, inputs.map((tensor) => backend.idOf(tensor)), 1)[0]);
  const gather = (variable: ResourceVariable, indices: tf.Tensor) =>
    backend.wrap(
      backend.binding.executeOp(
        "ResourceGather",
        [
          attribute.int("batch_dims", 0),
          attribute.bool("validate_indices", true),
          DTYPE,
          INDICES,
        ],
        [variable.resource, backend.idOf(indices)],
        1,
      )[0],
    );
  /** Replaces rows. They are distinct, so this does what adding or subtracting would do, at a fraction of their cost. */
  const replace = (variable: ResourceVariable, indices: tf.Tensor, values: tf.Tensor) =>
    backend.binding.executeOp(
      "ResourceScatterUpdate",
      [DTYPE, INDICES],
      [variable.resource, backend.idOf(indices), backend.idOf(values)],
      0,
    );

  /** Rows of a tensor. Not tfjs's gather, which reads the indices back. */
  const pick = (tensor: tf.Tensor, at: tf.Tensor) => {
    const axis = tf.scalar(0, "int32");
    return run("GatherV2", [attribute.int("batch_dims", 0), PARAMS, INDICES, AXIS], [tensor, at, axis]);
  };

  /**
   * Sum of the gradients of each distinct row, `[distinct, dim]`. Sorting the gradients first costs less than it saves:
   * `UnsortedSegmentSum` takes three times as long as both ops here.
   */
  const sumByRow = ({ order, segments }: ResourceIds, gradient: tf.Tensor): tf.Tensor =>
    run("SegmentSum", [T, INDICES], [pick(tf.reshape(gradient, [-1, dim]), order), segments]);

  /** The distinct rows that a lookup has read, for the update of the same step, until a change of the table. */
  let read: { readonly ids: StepIds; readonly weights: tf.Tensor } | null = null;

  const distinctWeights = (ids: ResourceIds): tf.Tensor => {
    if (read === null || read.ids !== ids || read.weights.isDisposed) {
      read = { ids, weights: gather(state.weights, ids.distinct) };
    }
    return read.weights;
  };

  /** The table is far larger than a cache: each row is fetched from it once, and repeated from a small tensor. */
  const lookup = (ids: StepIds) => {
    const at = ids as ResourceIds;
    return tf.reshape(pick(distinctWeights(at), at.positions), [at.examples, fields, dim]);
  };

  return {
    name,
    fieldRows,
    rows,
    dim,
    optimizer,
    ids(this: EmbeddingTable, ids: Int32Array): EmbeddingIds {
      const prepared = finder.prepare(ids);
      return { table: this, ...prepared, rows: averaged ? prepared.rows : NO_ROWS };
    },
    lookup,
    lookupAverage(ids) {
      if (!averaged) return lookup(ids);
      const { shift } = averaged;
      const rows = tf.reshape((ids as ResourceIds).rows, [ids.examples, fields]);
      // fields without an average look at its row 0, which `where` then leaves out
      const at = tf.add(
        tf.mul(rows, tf.tensor1d(shift.map((by) => by === null ? 0 : 1), "int32")),
        tf.tensor1d(shift.map((by) => by ?? 0), "int32"),
      );
      const average = tf.reshape(gather(state.average, tf.reshape(at, [-1])), [ids.examples, fields, dim]);
      return tf.where(tf.tensor3d(shift.map((by) => by !== null), [1, fields, 1], "bool"), average, lookup(ids));
    },
    updateAverage(kept) {
      if (!averaged) return;
      const latest = gather(state.weights, tf.tensor1d(averaged.rows, "int32"));
      const { average } = state;
      average.assign(tf.add(tf.mul(average.value(), kept), tf.mul(latest, tf.sub(1, kept))));
    },
    update(ids, gradient, learningRate) {
      const at = ids as ResourceIds;
      const sum = sumByRow(at, gradient);
      const step = (): tf.Tensor => {
        if (optimizer.name === "sgd") return tf.mul(sum, learningRate);
        const square = tf.square(sum);
        const rowwise = optimizer.name === "rowwiseAdagrad";
        const a = tf.add(gather(state.accumulator, at.distinct), rowwise ? tf.mean(square, 1) : square);
        replace(state.accumulator, at.distinct, a);
        const root = tf.add(tf.sqrt(a), optimizer.epsilon);
        if (rowwise) return tf.mul(sum, tf.expandDims(tf.div(learningRate, root), 1));
        return tf.div(tf.mul(sum, learningRate), root);
      };
      const by = step();
      replace(state.weights, at.distinct, tf.sub(distinctWeights(at), by));
      read = null;
    },
    read() {
      const out: Record<string, Float32Array<ArrayBuffer>> = {};
      for (const [key, variable] of Object.entries(state)) out[key] = readRows(backend, variable);
      return Promise.resolve(out);
    },
    write(values) {
      checkTableState(name, shapes, values);
      for (const [key, variable] of Object.entries(state)) {
        const width = shapes[key][1] ?? 1;
        writeRows(backend, variable, (from, to) => values[key].subarray(from * width, to * width));
      }
    },
    dispose() {
      for (const variable of Object.values(state)) variable.dispose();
    },
  };
}
