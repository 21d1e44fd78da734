/** One categorical field of a log: its ids are rows `0 .. cardinality - 1` of the field's embedding table. */
export interface Field {
  readonly name: string;
  /** Rows of the field's table. Every id of a {@link Batch} lies in `[0, cardinality)`. */
  readonly cardinality: number;
}

/**
 * What the time of an example means.
 *
 * - `"fileOrder"`: the log has no time stamp; time is the 0-based row number in file order
 * - `"seconds"`: seconds since the Unix epoch
 * - `"periods"`: periods of a synthetic stream
 */
export type TimeUnit = "fileOrder" | "seconds" | "periods";

/**
 * What every {@link Batch} of a stream has in common.
 *
 * One id per field: a multi-valued field would carry an offsets array beside `ids` (`Field.bag`), as in PyTorch's
 * `EmbeddingBag`; no data set shipped here needs it.
 */
export interface Schema {
  readonly name: string;
  readonly fields: readonly Field[];
  /** Names of the numeric columns, in the order of `Batch.dense`. */
  readonly dense: readonly string[];
  readonly time: TimeUnit;
}
