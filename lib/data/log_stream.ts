import type { Batch, ReadOptions, Stream } from "./batch.ts";
import { queryChunks } from "./duckdb.ts";
import type { LogEncoder, OpenBatch } from "./log_encoder.ts";
import type { Schema } from "./schema.ts";
import { readRange } from "./stream_range.ts";

/**
 * A part of a log as a stream: the way for Parquet, and for text files in which `text_check.ts` found anything unusual.
 *
 * Every `read` starts a query of its own and passes over the rows before `from` without decoding them (one to two million
 * rows a second on two cores): read a long log once from end to end rather than part by part. It holds a few chunks of
 * 2,048 rows and the batch being filled, however long the log is.
 *
 * @param encoder turns rows into batches
 * @param table the log's rows, good ones only
 * @param start first row of the part
 * @param examples rows of the part
 */
export function createLogStream(encoder: LogEncoder, table: string, start: number, examples: number): Stream {
  const sql = `SELECT ${encoder.columns.join(", ")} FROM ${table}`;
  return {
    schema: encoder.schema,
    examples,
    read(options: ReadOptions): AsyncIterable<Batch> {
      const { batchSize, from, to, signal } = readRange(this, options);
      return { [Symbol.asyncIterator]: () => readBatches(encoder, sql, start + from, start + to, batchSize, signal) };
    },
  };
}

async function* readBatches(
  encoder: LogEncoder,
  sql: string,
  from: number,
  to: number,
  batchSize: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<Batch> {
  signal?.throwIfAborted();
  if (from === to) return;
  let batch = openBatch(encoder.schema, Math.min(batchSize, to - from));
  let filled = 0;
  let position = 0;
  for await (const chunk of queryChunks(sql)) {
    signal?.throwIfAborted();
    let row = Math.min(chunk.rowCount, Math.max(0, from - position));
    while (row < chunk.rowCount && position + row < to) {
      const count = Math.min(chunk.rowCount - row, batch.size - filled);
      encoder.encode(chunk, row, count, batch, filled, position + row);
      row += count;
      filled += count;
      if (filled < batch.size) continue;
      yield batch;
      signal?.throwIfAborted();
      filled = 0;
      batch = openBatch(encoder.schema, Math.min(batchSize, to - position - row));
    }
    position += chunk.rowCount;
    if (position >= to) return;
  }
  throw new Error(
    `Cannot read example ${position} of ${encoder.schema.name}: the log has become shorter since it was opened.`,
  );
}

/** A batch of zeros. */
export function openBatch(schema: Schema, size: number): OpenBatch {
  return {
    size,
    ids: new Int32Array(size * schema.fields.length),
    dense: new Float32Array(size * schema.dense.length),
    labels: new Float32Array(size),
    times: new Float64Array(size),
  };
}
