import type { Batch, Stream } from "./batch.ts";
import { assemble, type Piece } from "./stream_assembly.ts";
import { type ReadRange, readRange } from "./stream_range.ts";
import { requireEqualSchemas } from "./stream_schema.ts";

/**
 * Streams one after the other as one stream, under the name of the first. Batches run across the joints. Times are
 * handed on as they are: give the streams in their order of time.
 *
 * @param streams at least one, all with the fields, dense columns and unit of time of the first
 * @throws {TypeError} for schemas that differ, naming the differences
 * @throws {Error} from `read`, when one of the streams that it reads has a true `p` and another has none
 *
 * @example
 * ```ts
 * import { concatenate, openDataset, slice } from "recscale/data";
 * import assert from "node:assert/strict";
 *
 * const { train } = await openDataset({ kind: "synthetic", preset: "PAIR", examples: 100 });
 * const joined = concatenate([slice(train, 0, 30), slice(train, 30)]);
 * const read = (stream: typeof train) => Array.fromAsync(stream.read({ batchSize: 64 }));
 * assert.deepEqual(await read(joined), await read(train));
 * ```
 */
export function concatenate(streams: readonly Stream[]): Stream {
  if (streams.length === 0) throw new RangeError("Cannot concatenate an empty list of streams: wanted at least one.");
  const [{ schema }] = streams;
  for (const [i, stream] of streams.entries()) {
    requireEqualSchemas(stream.schema, schema, `concatenate stream ${i} with stream 0`);
  }
  const whole = { schema, examples: streams.reduce((sum, stream) => sum + stream.examples, 0) };
  return {
    ...whole,
    read(options) {
      const range = readRange(whole, options);
      const pieces = readPieces(streams, range);
      return assemble(schema, pieces, range.batchSize, range.to - range.from);
    },
  };
}

async function* readPieces(streams: readonly Stream[], range: ReadRange): AsyncGenerator<Piece> {
  let start = 0;
  for (const stream of streams) {
    const from = Math.max(0, range.from - start);
    const to = Math.min(stream.examples, range.to - start);
    start += stream.examples;
    if (from >= to) continue;
    const batches: AsyncIterable<Batch> = stream.read({ ...range, from, to });
    for await (const batch of batches) yield { batch };
  }
}
