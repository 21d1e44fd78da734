import type { DuckDBDataChunk } from "@duckdb/node-api";
import type { Batch } from "./batch.ts";
import { queryChunks } from "./duckdb.ts";
import { fieldSalt, hashedRow } from "./hash_text.ts";
import { bucketField, type LogConfig } from "./log_config.ts";
import { fitNumericTransform } from "./numeric_transform.ts";
import type { Schema } from "./schema.ts";

/** A batch whose arrays are being filled. */
export type OpenBatch = Omit<Batch, "p">;

/** Writes rows of a chunk into a batch. Chunks have the columns of {@link LogEncoder.columns}. */
export interface LogEncoder {
  readonly schema: Schema;
  /** What to select from the log's table, in order. */
  readonly columns: readonly string[];
  /**
   * @param chunk rows of the log
   * @param row first row of the chunk to write
   * @param count how many
   * @param batch where to
   * @param at first example of the batch to write
   * @param position how many examples of the whole log are before that example
   */
  encode(chunk: DuckDBDataChunk, row: number, count: number, batch: OpenBatch, at: number, position: number): void;
}

/** The most rows that statistics are taken from: 13 numeric columns then take 20 MB while they are fitted. */
const WINDOW_ROWS = 200_000;

/**
 * Fits a log's numeric columns on its first window, and nothing after it.
 *
 * @param config the log's configuration
 * @param table the log's rows, good ones only
 * @param examples how many there are
 */
export async function createLogEncoder(config: LogConfig, table: string, examples: number): Promise<LogEncoder> {
  const windowRows = Math.min(WINDOW_ROWS, Math.ceil(examples * config.statisticsFraction));
  const windows = await readWindow(config, table, windowRows);
  const hashed = config.categorical.map(({ column, rows }) => ({ salt: fieldSalt(column), rows }));
  const numeric = config.numeric.map((column, i) => fitNumericTransform(column, windows[i], config.missing.numeric));
  const bucketed = config.numeric.flatMap(({ buckets }, i) => buckets === undefined ? [] : [i]);
  const schema: Schema = {
    name: config.name,
    fields: [
      ...config.categorical.map(({ column, rows }) => ({ name: column, cardinality: rows })),
      ...config.numeric.flatMap(({ column, buckets }) =>
        buckets === undefined ? [] : [{ name: bucketField(column), cardinality: buckets + 1 }]
      ),
    ],
    dense: config.numeric.map(({ column }) => column),
    time: config.time === "fileOrder" ? "fileOrder" : "seconds",
  };
  const [F, Nd, firstNumeric] = [schema.fields.length, numeric.length, hashed.length];
  return {
    schema,
    columns: [...hashed.map((_, i) => `c${i}`), ...numeric.map((_, i) => `n${i}`), "label", "time"],
    encode(chunk, row, count, batch, at, position) {
      hashed.forEach(({ salt, rows }, field) => {
        const vector = chunk.getColumnVector(field);
        for (let i = 0; i < count; i++) {
          batch.ids[(at + i) * F + field] = hashedRow(salt, vector.getItem(row + i) as string | null, rows);
        }
      });
      numeric.forEach((transform, column) => {
        const vector = chunk.getColumnVector(firstNumeric + column);
        const bucket = bucketed.indexOf(column);
        for (let i = 0; i < count; i++) {
          const value = vector.getItem(row + i) as number | null;
          batch.dense[(at + i) * Nd + column] = transform.dense(value);
          if (bucket >= 0) batch.ids[(at + i) * F + firstNumeric + bucket] = transform.bucket(value);
        }
      });
      const labels = chunk.getColumnVector(firstNumeric + Nd);
      const times = chunk.getColumnVector(firstNumeric + Nd + 1);
      for (let i = 0; i < count; i++) {
        batch.labels[at + i] = labels.getItem(row + i) as number;
        batch.times[at + i] = schema.time === "fileOrder" ? position + i : times.getItem(row + i) as number;
      }
    },
  };
}

/** The numeric columns of the first `rows` rows, without missing values. */
async function readWindow(config: LogConfig, table: string, rows: number): Promise<number[][]> {
  const windows: number[][] = config.numeric.map(() => []);
  if (windows.length === 0) return windows;
  let left = rows;
  for await (const chunk of queryChunks(`SELECT ${windows.map((_, i) => `n${i}`).join(", ")} FROM ${table}`)) {
    const count = Math.min(left, chunk.rowCount);
    windows.forEach((window, i) => {
      const vector = chunk.getColumnVector(i);
      for (let k = 0; k < count; k++) {
        const value = vector.getItem(k) as number | null;
        if (value !== null) window.push(value);
      }
    });
    left -= count;
    if (left === 0) break;
  }
  return windows;
}
