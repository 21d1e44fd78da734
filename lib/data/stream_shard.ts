import type { Stream } from "./batch.ts";
import { assemble, type Piece } from "./stream_assembly.ts";
import { type ReadRange, readRange } from "./stream_range.ts";

/** Which worker's part of a stream. */
export interface ShardOptions {
  /** This worker, counted from 0. */
  readonly rank: number;
  readonly workers: number;
  /**
   * What happens to the last `examples mod workers` examples: `"keep"` (default) gives them to the first workers, one each;
   * `"drop"` leaves them out, so that every worker has equally many batches, which collective operations need.
   */
  readonly remainder?: "keep" | "drop";
}

/**
 * One worker's part of a stream for data-parallel training: example j of the part is example `rank + j * workers` of the
 * stream.
 *
 * Dealt out like cards, the k-th batches of b examples of all workers together are examples `k b W .. (k + 1) b W - 1`:
 * exactly the k-th batch of `b * workers` examples that one worker would read, whatever b is. Training sees the stream in
 * its order of time, and a position of the parts is a position of the whole.
 *
 * Every worker reads the whole range and keeps its part: put {@link cached} below it where reading is dear.
 *
 * @throws {RangeError} for a rank that is none of the workers
 *
 * @example
 * ```ts
 * import { openDataset, shard } from "recscale/data";
 * import assert from "node:assert/strict";
 *
 * const { train } = await openDataset({ kind: "synthetic", preset: "PAIR", examples: 1000 });
 * const parts = [0, 1, 2].map((rank) => shard(train, { rank, workers: 3 }));
 * assert.deepEqual(parts.map(({ examples }) => examples), [334, 333, 333]);
 * ```
 */
export function shard(stream: Stream, { rank, workers, remainder = "keep" }: ShardOptions): Stream {
  const { schema, examples } = stream;
  if (!(Number.isInteger(workers) && workers >= 1 && Number.isInteger(rank) && rank >= 0 && rank < workers)) {
    throw new RangeError(
      `Cannot give worker ${rank} of ${workers} its part of ${schema.name}: wanted a whole number of workers from 1, ` +
        `and a rank from 0 to workers - 1.`,
    );
  }
  const dealt = remainder === "drop" ? examples - examples % workers : examples;
  const part = { schema, examples: Math.max(0, Math.ceil((dealt - rank) / workers)) };
  return {
    ...part,
    read(wanted) {
      const range = readRange(part, wanted);
      const pieces = readDealt(stream, rank, workers, range);
      return assemble(schema, pieces, range.batchSize, range.to - range.from);
    },
  };
}

/** Examples of the source read at a time. */
const SOURCE_BATCH = 8192;

async function* readDealt(
  stream: Stream,
  rank: number,
  workers: number,
  { from, to, signal }: ReadRange,
): AsyncGenerator<Piece> {
  let next = rank + from * workers;
  let position = next;
  const end = rank + (to - 1) * workers + 1;
  for await (const batch of stream.read({ from: position, to: end, batchSize: SOURCE_BATCH, signal })) {
    const count = Math.max(0, Math.ceil((position + batch.size - next) / workers));
    const rows = new Int32Array(count);
    for (let i = 0; i < count; i++, next += workers) rows[i] = next - position;
    yield { batch, rows };
    position += batch.size;
  }
}
