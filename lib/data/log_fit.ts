import { bucketField, type LogConfig } from "./log_config.ts";
import { fitNumericTransform, type NumericTransform } from "./numeric_transform.ts";
import type { Schema } from "./schema.ts";

/** How a log's columns become a batch: fitted once, then the same for every row. */
export interface LogFit {
  readonly schema: Schema;
  /** Categorical columns: the first fields of the schema. */
  readonly categorical: number;
  /** By numeric column. */
  readonly transforms: readonly NumericTransform[];
  /** By numeric column: the field of its buckets, or -1. */
  readonly bucketFields: Int32Array;
}

/** The most rows that statistics are taken from: 13 numeric columns then take 20 MB while they are fitted. */
export const WINDOW_ROWS = 200_000;

/** How many of a log's first rows its statistics are taken from. */
export function windowRows(config: LogConfig, examples: number): number {
  return Math.min(WINDOW_ROWS, Math.ceil(examples * config.statisticsFraction));
}

/**
 * Fits a log's numeric columns on its first window, and nothing after it.
 *
 * @param config the log's configuration
 * @param windows by numeric column: its values in the first {@link windowRows} rows, without the missing ones
 */
export function fitLog(config: LogConfig, windows: readonly ArrayLike<number>[]): LogFit {
  const bucketed = config.numeric.filter(({ buckets }) => buckets !== undefined);
  return {
    schema: {
      name: config.name,
      fields: [
        ...config.categorical.map(({ column, rows }) => ({ name: column, cardinality: rows })),
        ...bucketed.map(({ column, buckets }) => ({ name: bucketField(column), cardinality: buckets! + 1 })),
      ],
      dense: config.numeric.map(({ column }) => column),
      time: config.time === "fileOrder" ? "fileOrder" : "seconds",
    },
    categorical: config.categorical.length,
    transforms: config.numeric.map((column, i) => fitNumericTransform(column, windows[i], config.missing.numeric)),
    bucketFields: Int32Array.from(config.numeric, (column) => {
      const place = bucketed.indexOf(column);
      return place < 0 ? -1 : config.categorical.length + place;
    }),
  };
}
