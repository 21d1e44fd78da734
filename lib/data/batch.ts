import type { Schema } from "./schema.ts";

/**
 * Consecutive examples of a stream, column by column in row-major typed arrays.
 *
 * | array | shape | meaning |
 * |---|---|---|
 * | `ids` | `[size, F]` | row in the field's own table, already hashed |
 * | `dense` | `[size, Nd]` | numeric columns, already transformed |
 * | `labels` | `[size]` | 1 = click, 0 = none |
 * | `times` | `[size]` | time of each example, in the unit of the schema |
 * | `p` | `[size]` | true click probability (synthetic streams only) |
 */
export interface Batch {
  readonly size: number;
  readonly ids: Int32Array<ArrayBuffer>;
  readonly dense: Float32Array<ArrayBuffer>;
  readonly labels: Float32Array<ArrayBuffer>;
  readonly times: Float64Array<ArrayBuffer>;
  readonly p?: Float32Array<ArrayBuffer>;
}

/** Which part of a stream to read, and how. */
export interface ReadOptions {
  /** Examples in a batch; the last batch may be smaller. */
  readonly batchSize: number;
  /** First example, counted from 0. Default 0. */
  readonly from?: number;
  /** One past the last example. Default: the end of the stream. */
  readonly to?: number;
  /** Ends the reading with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** A finite, replayable sequence of examples in time order. */
export interface Stream {
  readonly schema: Schema;
  /** How many examples there are. */
  readonly examples: number;
  read(options: ReadOptions): AsyncIterable<Batch>;
}

/** A log to learn from, in time order, and where it exists a separate test stream of the same time. */
export interface Dataset {
  readonly schema: Schema;
  readonly train: Stream;
  readonly test?: Stream;
  /** What the data are and where they come from, for reports. */
  readonly description: string;
}
