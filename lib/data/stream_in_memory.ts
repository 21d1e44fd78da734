import type { Batch, Stream } from "./batch.ts";
import { copyExamples, emptyBatch } from "./stream_assembly.ts";
import { readRange } from "./stream_range.ts";

/** A stream that can give any of its examples at once, in any order: {@link inMemory} and {@link cached} make one. */
export interface RandomAccessStream extends Stream {
  /**
   * The examples at `positions`, in that order.
   *
   * @throws {RangeError} for a position outside the stream
   */
  pick(positions: Float64Array): Promise<Batch>;
}

/**
 * Reads a stream into memory: `4 F + 4 Nd + 12` bytes an example, and 4 more for the true `p`.
 *
 * @example
 * ```ts
 * import { inMemory, openDataset } from "recscale/data";
 * import assert from "node:assert/strict";
 *
 * const { train } = await openDataset({ kind: "synthetic", preset: "DRIFT", examples: 1000 });
 * const held = await inMemory(train);
 * const { times } = await held.pick(Float64Array.of(999, 0));
 * assert.ok(times[0] > times[1]);
 * ```
 */
export async function inMemory(stream: Stream, signal?: AbortSignal): Promise<RandomAccessStream> {
  const { schema, examples } = stream;
  const whole = await readWhole(stream, 0, examples, signal);
  return {
    schema,
    examples,
    read(wanted) {
      const { from, to, batchSize, signal } = readRange({ schema, examples }, wanted);
      return (async function* () {
        for (let start = from; start < to; start += batchSize) {
          signal?.throwIfAborted();
          const batch = emptyBatch(schema, Math.min(batchSize, to - start), whole.p !== undefined);
          copyExamples(schema, whole, undefined, start, batch.size, batch, 0);
          yield batch;
        }
      })();
    },
    pick(positions) {
      requirePositions(stream, positions);
      const batch = emptyBatch(schema, positions.length, whole.p !== undefined);
      copyExamples(schema, whole, Int32Array.from(positions), 0, positions.length, batch, 0);
      return Promise.resolve(batch);
    },
  };
}

/** Examples `from .. to - 1` of a stream as one batch. */
export async function readWhole(stream: Stream, from: number, to: number, signal?: AbortSignal): Promise<Batch> {
  const { schema } = stream;
  let whole: Batch | undefined;
  let filled = 0;
  for await (const batch of stream.read({ from, to, batchSize: SOURCE_BATCH, signal })) {
    whole ??= emptyBatch(schema, to - from, batch.p !== undefined);
    if ((whole.p === undefined) !== (batch.p === undefined)) {
      throw new Error(
        `Cannot hold ${schema.name} in memory: some of its examples have a true click probability (p) and some have none.`,
      );
    }
    copyExamples(schema, batch, undefined, 0, batch.size, whole, filled);
    filled += batch.size;
  }
  return whole ?? emptyBatch(schema, 0, false);
}

/** Examples of the source read at a time. */
const SOURCE_BATCH = 8192;

/** @throws {RangeError} naming the first position that is outside the stream */
export function requirePositions({ schema, examples }: Stream, positions: Float64Array): void {
  const wrong = positions.find((position) => !(Number.isInteger(position) && position >= 0 && position < examples));
  if (wrong === undefined) return;
  throw new RangeError(
    `Cannot pick example ${wrong} of ${schema.name}: wanted whole numbers from 0 to ${examples - 1}.`,
  );
}
