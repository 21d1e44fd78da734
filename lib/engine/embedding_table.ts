import type * as tf from "@tensorflow/tfjs";
import { averagedRows } from "./averaged_rows.ts";
import { checkCount } from "./check_count.ts";

/** How the rows of a table are updated; all touch only the rows of the batch. */
export type SparseOptimizer =
  /** One accumulator a row: a_r <- a_r + mean(g_r^2); w_r <- w_r - lr g_r / (sqrt(a_r) + epsilon). FBGEMM's exact row-wise Adagrad. */
  | { readonly name: "rowwiseAdagrad"; readonly initialAccumulator: number; readonly epsilon: number }
  /** One accumulator a weight: a <- a + g^2; w <- w - lr g / (sqrt(a) + epsilon). */
  | { readonly name: "adagrad"; readonly initialAccumulator: number; readonly epsilon: number }
  /** w <- w - lr g */
  | { readonly name: "sgd" };

/** What an embedding table is made of. */
export interface EmbeddingTableOptions {
  readonly name: string;
  /** Rows of each field's part, in the order of the fields; the table holds them one below the other. */
  readonly fieldRows: readonly number[];
  /** Width of a row. */
  readonly dim: number;
  readonly optimizer: SparseOptimizer;
  /** Fields of at most so many rows also have a moving average of their rows. Absent: none has. */
  readonly averageMaxRows?: number;
  /** Fills rows `from .. to - 1` of the whole table, row-major, into `out`. */
  readonly fill: (out: Float32Array<ArrayBuffer>, from: number, to: number) => void;
}

/**
 * The ids of one batch, made ready on the host: row numbers of the whole table, the distinct ones among them, for each
 * id the position of its row among the distinct ones, and the ids sorted by that position.
 */
export interface EmbeddingIds {
  readonly table: EmbeddingTable;
  /** `[B * F]` rows of the whole table; empty where no reader needs them. */
  readonly rows: Int32Array<ArrayBuffer>;
  /** The distinct rows: field by field, in order of first appearance. */
  readonly distinct: Int32Array<ArrayBuffer>;
  /** `[B * F]` position in `distinct`. */
  readonly positions: Int32Array<ArrayBuffer>;
  /** `[B * F]` indices of the ids, sorted by their position; those of one position in the order of the batch. */
  readonly order: Int32Array<ArrayBuffer>;
  /** `[B * F]` positions in that order: `segments[k] = positions[order[k]]`. */
  readonly segments: Int32Array<ArrayBuffer>;
  /** Examples B. */
  readonly examples: number;
}

/** What a step sees of the ids. Opaque: only the table that made them can use them. */
export interface StepIds {
  readonly examples: number;
}

/**
 * The embedding tables of all fields of a model as one resource `[sum of fieldRows, dim]`. It is never touched densely:
 * a step reads and updates the rows of its batch alone.
 */
export interface EmbeddingTable {
  readonly name: string;
  readonly fieldRows: readonly number[];
  readonly rows: number;
  readonly dim: number;
  readonly optimizer: SparseOptimizer;
  /**
   * Checks and prepares the ids of a batch.
   *
   * @param ids `[B, F]` row-major, each a row of its field's part
   * @throws {RangeError} naming example, field and value when an id lies outside its field's part.
   */
  ids(ids: Int32Array): EmbeddingIds;
  /** Rows of a batch, `[B, F, dim]`. Outside autodiff: differentiate with respect to the result. */
  lookup(ids: StepIds): tf.Tensor;
  /** Applies the gradient `[B, F, dim]` of the looked-up rows; rows that occur several times get the sum. */
  update(ids: StepIds, gradient: tf.Tensor, learningRate: tf.Tensor): void;
  /** As `lookup`, with the average of the fields that have one and the latest rows of the others. */
  lookupAverage(ids: StepIds): tf.Tensor;
  /** Moves every averaged row: average <- kept average + (1 - kept) row. Nothing where no field has an average. */
  updateAverage(kept: tf.Tensor): void;
  /**
   * Copies of the state: weights `[rows, dim]` and, by name, what the optimiser keeps. For their time they take as much memory
   * as the state itself; starting, training and {@link write} copy a few MB at a time.
   */
  read(): Promise<Record<string, Float32Array<ArrayBuffer>>>;
  /**
   * Replaces the state by what {@link read} gave.
   *
   * @throws {Error} naming the array that is missing or has another size; then nothing was replaced.
   */
  write(state: Record<string, Float32Array<ArrayBuffer>>): void;
  dispose(): void;
}

/** Names of the arrays of a table's state and their shapes. */
export function tableState(options: EmbeddingTableOptions): Record<string, number[]> {
  const { fieldRows, dim, optimizer, averageMaxRows } = options;
  const rows = fieldRows.reduce((sum, n) => sum + n, 0);
  const state: Record<string, number[]> = { weights: [rows, dim] };
  if (optimizer.name === "rowwiseAdagrad") state.accumulator = [rows];
  if (optimizer.name === "adagrad") state.accumulator = [rows, dim];
  const averaged = averagedRows(fieldRows, averageMaxRows);
  if (averaged) state.average = [averaged.rows.length, dim];
  return state;
}

/** Refuses a state that lacks an array or has one of another size than {@link tableState} says. */
export function checkTableState(
  name: string,
  shapes: Readonly<Record<string, readonly number[]>>,
  state: Readonly<Record<string, Float32Array>>,
): void {
  for (const [key, shape] of Object.entries(shapes)) {
    if (!state[key]) throw new Error(`Cannot write the state of ${name}: it has no array "${key}".`);
    checkCount(`${name}/${key}`, shape, state[key]);
  }
}

/**
 * Finds the distinct rows of batch after batch, and sorts the ids by them, without hashing or comparing: each row of the
 * table remembers the position where it last stood, which counts where the distinct rows have that row there (Briggs &
 * Torczon 1993, "An efficient representation for sparse sets"); ids are then sorted by counting.
 */
export class DistinctRows {
  readonly #offsets: Int32Array;
  readonly #position: Int32Array;

  constructor(readonly name: string, readonly fieldRows: readonly number[]) {
    const rows = fieldRows.reduce((sum, n) => sum + n, 0);
    this.#offsets = new Int32Array(fieldRows.length);
    for (let f = 1; f < fieldRows.length; f++) this.#offsets[f] = this.#offsets[f - 1] + fieldRows[f - 1];
    this.#position = new Int32Array(rows);
  }

  prepare(ids: Int32Array): Omit<EmbeddingIds, "table"> {
    const fields = this.fieldRows.length, offsets = this.#offsets, position = this.#position, size = ids.length;
    if (fields === 0 || size % fields !== 0) {
      throw new RangeError(`Cannot look up ${size} ids in ${this.name}: wanted a multiple of its ${fields} fields.`);
    }
    const rows = new Int32Array(size), positions = new Int32Array(size), distinct = new Int32Array(size);
    const occurrences = new Int32Array(size);
    let count = 0;
    for (let f = 0; f < fields; f++) { // field by field, as a field's part of the table is small enough for the caches
      const offset = offsets[f], fieldRows = this.fieldRows[f];
      for (let i = f; i < size; i += fields) {
        const id = ids[i];
        if (id < 0 || id >= fieldRows) {
          throw new RangeError(
            `Cannot look up id ${id} of field ${f} in ${this.name} (example ${Math.floor(i / fields)} of the batch): ` +
              `wanted 0 to ${fieldRows - 1}.`,
          );
        }
        const row = offset + id;
        let at = position[row];
        if (at >= count || distinct[at] !== row) {
          position[row] = at = count++;
          distinct[at] = row;
        }
        rows[i] = row;
        positions[i] = at;
        occurrences[at]++;
      }
    }
    const { order, segments } = sortByPosition(positions, occurrences.subarray(0, count));
    return { rows, distinct: distinct.slice(0, count), positions, order, segments, examples: size / fields };
  }
}

/** A counting sort, which keeps the order of equal ones. Uses up `occurrences`, how often each position is there. */
function sortByPosition(positions: Int32Array, occurrences: Int32Array): Pick<EmbeddingIds, "order" | "segments"> {
  const order = new Int32Array(positions.length), segments = new Int32Array(positions.length);
  const next = occurrences; // where the next id of each position goes
  for (let at = 0, start = 0; at < next.length; at++) {
    const end = start + occurrences[at];
    next[at] = start;
    while (start < end) segments[start++] = at;
  }
  for (let i = 0; i < positions.length; i++) order[next[positions[i]]++] = i;
  return { order, segments };
}
