import { numbersWriter } from "./batch_numbers.ts";
import type { Batch, ReadOptions, Stream } from "./batch.ts";
import type { LogFit } from "./log_fit.ts";
import { openBatch } from "./log_stream.ts";
import { readRange } from "./stream_range.ts";
import type { TextLog, TextMark } from "./text_check.ts";
import { textChunks } from "./text_chunks.ts";
import { createTextRowScanner } from "./text_rows.ts";

/**
 * A part of a log of text files as a stream.
 *
 * Every `read` opens the files anew. In plain files it starts at the chunk (about 1 MB) that holds the first row wanted, so a
 * long log can be read part by part; a gzip file has to be unpacked from its beginning. It holds three chunks and the
 * batch being filled, however long the log is.
 *
 * @param log what the first pass found
 * @param fit turns rows into batches
 * @param start first example of the part
 * @param examples of the part
 */
export function createTextStream(log: TextLog, fit: LogFit, start: number, examples: number): Stream {
  return {
    schema: fit.schema,
    examples,
    read(options: ReadOptions): AsyncIterable<Batch> {
      const { batchSize, from, to, signal } = readRange(this, options);
      return { [Symbol.asyncIterator]: () => readBatches(log, fit, start + from, start + to, batchSize, signal) };
    },
  };
}

async function* readBatches(
  log: TextLog,
  fit: LogFit,
  from: number,
  to: number,
  batchSize: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<Batch> {
  signal?.throwIfAborted();
  if (from === to) return;
  const [F, Nd, fileOrder] = [fit.schema.fields.length, fit.transforms.length, fit.schema.time === "fileOrder"];
  const numbers = new Float64Array(batchSize * Nd);
  const writeNumbers = numbersWriter(fit);
  const mark = lastMarkUpTo(log.marks, from);
  const scanner = createTextRowScanner(log.plan, true);
  scanner.row = mark.rows;
  let position = mark.examples; // of the next row
  let batch = openBatch(fit.schema, Math.min(batchSize, to - from));
  let filled = 0;
  for (let file = mark.file; file < log.paths.length; file++) {
    for await (const chunk of textChunks(log.paths[file], log.header, file === mark.file ? mark.offset : 0)) {
      signal?.throwIfAborted();
      for (let p = chunk.start; p < chunk.end;) {
        const skipping = position < from;
        const limit = skipping ? Math.min(from - position, batch.size) : batch.size - filled;
        const { ids, labels, times } = batch;
        p = scanner.scan(chunk.bytes, p, chunk.end, { ids, idStride: F, numbers, labels, times }, filled, limit);
        if (p < 0) throw new Error(`Cannot read ${log.paths[file]}: the file has changed since the log was opened.`);
        const count = scanner.written;
        if (!skipping) {
          if (fileOrder) { for (let i = 0; i < count; i++) times[filled + i] = position + i; }
          filled += count;
        }
        position += count;
        if (filled < batch.size) continue;
        writeNumbers(numbers, filled, batch, 0);
        yield batch;
        signal?.throwIfAborted();
        if (position >= to) return;
        filled = 0;
        batch = openBatch(fit.schema, Math.min(batchSize, to - position));
      }
    }
  }
  throw new Error(
    `Cannot read example ${position} of ${fit.schema.name}: the log has become shorter since it was opened.`,
  );
}

/** Where to start reading for the example `from`. The first mark is at example 0. */
function lastMarkUpTo(marks: readonly TextMark[], from: number): TextMark {
  let [low, high] = [0, marks.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (marks[middle].examples <= from) low = middle;
    else high = middle - 1;
  }
  return marks[low];
}
