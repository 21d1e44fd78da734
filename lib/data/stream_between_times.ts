import type { Batch, ReadOptions, Stream } from "./batch.ts";
import { readRange } from "./stream_range.ts";
import { slice } from "./stream_slice.ts";

/** How {@link betweenTimes} finds its borders. */
export interface BetweenTimesOptions {
  /**
   * `"binary"` reads about `2 log2(examples)` single examples: for streams whose every part is equally quick to read
   * (synthetic, in memory, cached). `"pass"` reads the stream once up to the window's end: for logs in files, where a read
   * passes over all rows before it. Default: `"binary"` where time is in periods (synthetic), otherwise `"pass"`.
   */
  readonly search?: "binary" | "pass";
  readonly signal?: AbortSignal;
}

/**
 * The examples of a stream whose time t has `from <= t < to`, in the unit of its schema.
 *
 * @throws {RangeError} for a `from` after `to`
 * @throws {Error} where times turn out not to rise: from the search, or from `read`, which checks every example
 *
 * @example
 * ```ts
 * import { betweenTimes, openDataset } from "recscale/data";
 * import assert from "node:assert/strict";
 *
 * const { train } = await openDataset({ kind: "synthetic", preset: "DRIFT", examples: 1000, periodExamples: 100 });
 * assert.equal((await betweenTimes(train, 2, 5)).examples, 300);
 * ```
 */
export async function betweenTimes(
  stream: Stream,
  from: number,
  to: number,
  options: BetweenTimesOptions = {},
): Promise<Stream> {
  if (!(from <= to)) {
    throw new RangeError(`Cannot take ${stream.schema.name} from time ${from} to ${to}: wanted from <= to.`);
  }
  const { search = stream.schema.time === "periods" ? "binary" : "pass", signal } = options;
  const [start, end] = search === "binary"
    ? [await bisect(stream, from, signal), await bisect(stream, to, signal)]
    : await pass(stream, from, to, signal);
  if (start > end) throw notRising(stream, `the first one from ${to} on comes before the first one from ${from} on`);
  const part = slice(stream, start, end);
  return {
    ...part,
    read(wanted: ReadOptions) {
      const range = readRange(part, wanted);
      return checkTimes(stream, part.read(range), start + range.from, from, to);
    },
  };
}

/** Examples read at a time in a pass. */
const PASS_BATCH = 8192;

/** The positions of the first examples with a time of at least `from` and of at least `to`. */
async function pass(stream: Stream, from: number, to: number, signal?: AbortSignal): Promise<[number, number]> {
  let start: number | undefined;
  let position = 0;
  let last = -Infinity;
  for await (const { times } of stream.read({ batchSize: PASS_BATCH, signal })) {
    for (const time of times) {
      if (time < last) throw notRising(stream, `example ${position} has time ${time} after one of ${last}`);
      last = time;
      if (time >= from) start ??= position;
      if (time >= to) return [start!, position];
      position++;
    }
  }
  return [start ?? position, position];
}

/** The position of the first example with a time of at least `time`. */
async function bisect(stream: Stream, time: number, signal?: AbortSignal): Promise<number> {
  let [low, high] = [0, stream.examples];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    for await (const { times } of stream.read({ from: middle, to: middle + 1, batchSize: 1, signal })) {
      if (times[0] >= time) high = middle;
      else low = middle + 1;
    }
  }
  return low;
}

async function* checkTimes(
  stream: Stream,
  batches: AsyncIterable<Batch>,
  position: number,
  from: number,
  to: number,
): AsyncGenerator<Batch> {
  for await (const batch of batches) {
    const wrong = batch.times.findIndex((time) => !(time >= from && time < to));
    if (wrong >= 0) {
      throw notRising(
        stream,
        `example ${position + wrong} has time ${batch.times[wrong]} between others of the window`,
      );
    }
    yield batch;
    position += batch.size;
  }
}

function notRising({ schema }: Stream, found: string): Error {
  return new Error(
    `Cannot take a window of time of ${schema.name}: wanted times that never fall, but ${found}. Take the window ` +
      `before the stream is shuffled or concatenated.`,
  );
}
