import type { Stream } from "./batch.ts";
import { readRange } from "./stream_range.ts";

/**
 * Examples `from .. to - 1` of a stream as a stream of their own.
 *
 * @param from first example, counted from 0
 * @param to one past the last; default: the end of the stream
 * @throws {RangeError} for a part outside the stream
 *
 * @example
 * ```ts
 * import { openDataset, slice } from "recscale/data";
 * import assert from "node:assert/strict";
 *
 * const { train } = await openDataset({ kind: "synthetic", preset: "PAIR", examples: 1000 });
 * const middle = slice(train, 400, 600);
 * const [batch] = await Array.fromAsync(middle.read({ batchSize: 200 }));
 * const [same] = await Array.fromAsync(train.read({ batchSize: 200, from: 400, to: 600 }));
 * assert.equal(middle.examples, 200);
 * assert.deepEqual(batch, same);
 * ```
 */
export function slice(stream: Stream, from: number, to: number = stream.examples): Stream {
  const { schema, examples } = stream;
  if (!(Number.isInteger(from) && Number.isInteger(to) && 0 <= from && from <= to && to <= examples)) {
    throw new RangeError(
      `Cannot slice ${schema.name} from ${from} to ${to}: wanted whole numbers with 0 <= from <= to <= ${examples}.`,
    );
  }
  const part = { schema, examples: to - from };
  return {
    ...part,
    read(options) {
      const range = readRange(part, options);
      return stream.read({ ...range, from: from + range.from, to: from + range.to });
    },
  };
}
