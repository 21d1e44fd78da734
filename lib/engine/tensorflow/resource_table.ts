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
import { attribute } from "./op.ts";
import type { TfjsBackend } from "./tfjs_backend.ts";
import { type ResourceVariable, resourceVariable } from "./variable.ts";

/** The ids of a batch as tensors of a step. */
export interface ResourceIds extends StepIds {
  readonly rows: tf.Tensor;
  readonly distinct: tf.Tensor;
  readonly positions: tf.Tensor;
}

const T = attribute.type("T", DType.float32);
const DTYPE = attribute.type("dtype", DType.float32);
const INDICES = attribute.type("Tindices", DType.int32);

/** An embedding table as one TensorFlow resource variable: gathered and scattered by row. */
export function resourceTable(backend: TfjsBackend, options: EmbeddingTableOptions): EmbeddingTable {
  const { name, fieldRows, dim, optimizer } = options;
  const fields = fieldRows.length;
  const shapes = tableState(options);
  const rows = shapes.weights[0];
  const finder = new DistinctRows(name, fieldRows);
  const averaged = averagedRows(fieldRows, options.averageMaxRows);

  const initial = (key: string): Float32Array<ArrayBuffer> => {
    const values = new Float32Array(shapes[key].reduce((a, b) => a * b, 1));
    if (key === "weights") options.fill(values, 0, rows);
    else if (key === "average") {
      averaged?.rows.forEach((row, i) => options.fill(values.subarray(i * dim, (i + 1) * dim), row, row + 1));
    } else if (optimizer.name !== "sgd") values.fill(optimizer.initialAccumulator);
    return values;
  };
  const state = Object.fromEntries(
    Object.entries(shapes).map((
      [key, shape],
    ) => [key, resourceVariable(backend, `${name}/${key}`, shape, initial(key))]),
  );

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

  /** Sum of the gradients of each distinct row, `[distinct, dim]`. */
  const sumByRow = (ids: ResourceIds, gradient: tf.Tensor): tf.Tensor => {
    const [{ id: count }] = backend.binding.executeOp(
      "Size",
      [
        attribute.type("T", DType.int32),
        attribute.type("out_type", DType.int32),
      ],
      [backend.idOf(ids.distinct)],
      1,
    );
    const flat = tf.reshape(gradient, [-1, dim]);
    const sum = backend.binding.executeOp(
      "UnsortedSegmentSum",
      [
        T,
        INDICES,
        attribute.type("Tnumsegments", DType.int32),
      ],
      [backend.idOf(flat), backend.idOf(ids.positions), count],
      1,
    )[0];
    backend.binding.deleteTensor(count);
    return backend.wrap(sum);
  };

  const lookup = (ids: StepIds) =>
    tf.reshape(gather(state.weights, (ids as ResourceIds).rows), [ids.examples, fields, dim]);

  return {
    name,
    fieldRows,
    rows,
    dim,
    optimizer,
    ids(this: EmbeddingTable, ids: Int32Array): EmbeddingIds {
      return { table: this, ...finder.prepare(ids) };
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
      replace(state.weights, at.distinct, tf.sub(gather(state.weights, at.distinct), by));
    },
    async read() {
      const out: Record<string, Float32Array<ArrayBuffer>> = {};
      for (const [key, variable] of Object.entries(state)) out[key] = await variable.read();
      return out;
    },
    write(values) {
      checkTableState(name, shapes, values);
      for (const [key, variable] of Object.entries(state)) variable.write(values[key]);
    },
    dispose() {
      for (const variable of Object.values(state)) variable.dispose();
    },
  };
}
