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
 * The ids of one batch, made ready on the host: row numbers of the whole table, the distinct ones among them, and for
 * each id the position of its row among the distinct ones.
 */
export interface EmbeddingIds {
  readonly table: EmbeddingTable;
  /** `[B * F]` rows of the whole table. */
  readonly rows: Int32Array<ArrayBuffer>;
  /** The distinct rows, in order of first appearance. */
  readonly distinct: Int32Array<ArrayBuffer>;
  /** `[B * F]` position in `distinct`. */
  readonly positions: Int32Array<ArrayBuffer>;
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
  /** Copies of the state: weights `[rows, dim]` and, by name, what the optimiser keeps. */
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
 * Finds the distinct rows of batch after batch without sorting or hashing: a stamp per row says in which batch it was
 * last seen.
 */
export class DistinctRows {
  readonly #offsets: Int32Array;
  readonly #stamp: Int32Array;
  readonly #slot: Int32Array;
  #epoch = 0;

  constructor(readonly name: string, readonly fieldRows: readonly number[]) {
    const rows = fieldRows.reduce((sum, n) => sum + n, 0);
    this.#offsets = new Int32Array(fieldRows.length);
    for (let f = 1; f < fieldRows.length; f++) this.#offsets[f] = this.#offsets[f - 1] + fieldRows[f - 1];
    this.#stamp = new Int32Array(rows);
    this.#slot = new Int32Array(rows);
  }

  prepare(ids: Int32Array): Omit<EmbeddingIds, "table"> {
    const fields = this.fieldRows.length, offsets = this.#offsets, stamp = this.#stamp, slot = this.#slot;
    if (fields === 0 || ids.length % fields !== 0) {
      throw new RangeError(
        `Cannot look up ${ids.length} ids in ${this.name}: wanted a multiple of its ${fields} fields.`,
      );
    }
    if (++this.#epoch === 0x7fffffff) {
      this.#epoch = 1;
      stamp.fill(0);
    }
    const epoch = this.#epoch;
    const rows = new Int32Array(ids.length),
      positions = new Int32Array(ids.length),
      distinct = new Int32Array(ids.length);
    let count = 0;
    for (let i = 0, f = 0; i < ids.length; i++) {
      const id = ids[i];
      if (id < 0 || id >= this.fieldRows[f]) {
        throw new RangeError(
          `Cannot look up id ${id} of field ${f} in ${this.name} (example ${Math.floor(i / fields)} of the batch): ` +
            `wanted 0 to ${this.fieldRows[f] - 1}.`,
        );
      }
      const row = offsets[f] + id;
      if (stamp[row] !== epoch) {
        stamp[row] = epoch;
        slot[row] = count;
        distinct[count++] = row;
      }
      rows[i] = row;
      positions[i] = slot[row];
      if (++f === fields) f = 0;
    }
    return { rows, distinct: distinct.slice(0, count), positions, examples: ids.length / fields };
  }
}
