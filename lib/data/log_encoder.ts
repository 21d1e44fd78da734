import type { DuckDBDataChunk } from "@duckdb/node-api";
import { numbersWriter } from "./batch_numbers.ts";
import type { Batch } from "./batch.ts";
import { queryChunks } from "./duckdb.ts";
import { fieldSalt } from "./hash_text.ts";
import type { LogConfig } from "./log_config.ts";
import type { LogFit } from "./log_fit.ts";
import type { Schema } from "./schema.ts";
import { hashVarchars } from "./varchar_rows.ts";

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

/**
 * The encoder of a log that DuckDB reads. Its columns have no NULL: looking for one takes JavaScript longer than the value
 * does. No text of the table is empty and no number of it is NaN, so these stand for what is missing.
 */
export function createLogEncoder(config: LogConfig, fit: LogFit): LogEncoder {
  const { schema } = fit;
  const hashed = config.categorical.map(({ column, rows }) => ({ salt: fieldSalt(column), rows }));
  const [F, Nd, firstNumeric] = [schema.fields.length, fit.transforms.length, hashed.length];
  const writeNumbers = numbersWriter(fit);
  let numbers = new Float64Array();
  return {
    schema,
    columns: [
      ...hashed.map((_, i) => `coalesce(c${i}, '')`),
      ...fit.transforms.map((_, i) => `coalesce(n${i}, 'nan'::DOUBLE)`),
      "label",
      "coalesce(time, 0)",
    ],
    encode(chunk, row, count, batch, at, position) {
      hashed.forEach(({ salt, rows }, field) => {
        hashVarchars(chunk.getColumnVector(field), { from: row, count, salt, rows }, batch.ids, at * F + field, F);
      });
      if (numbers.length < count * Nd) numbers = new Float64Array(count * Nd);
      for (let column = 0; column < Nd; column++) {
        const vector = chunk.getColumnVector(firstNumeric + column);
        for (let i = 0; i < count; i++) numbers[i * Nd + column] = vector.getItem(row + i) as number;
      }
      writeNumbers(numbers, count, batch, at);
      const labels = chunk.getColumnVector(firstNumeric + Nd);
      const times = chunk.getColumnVector(firstNumeric + Nd + 1);
      for (let i = 0; i < count; i++) {
        batch.labels[at + i] = labels.getItem(row + i) as number;
        batch.times[at + i] = schema.time === "fileOrder" ? position + i : times.getItem(row + i) as number;
      }
    },
  };
}

/** The numeric columns of the first `rows` rows of a table, without missing values. */
export async function readWindow(config: LogConfig, table: string, rows: number): Promise<number[][]> {
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
