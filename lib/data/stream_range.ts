import type { ReadOptions, Stream } from "./batch.ts";

/** A part of a stream with both ends given: examples `from .. to - 1`. */
export interface ReadRange {
  readonly from: number;
  readonly to: number;
  readonly batchSize: number;
  readonly signal?: AbortSignal;
}

/**
 * What `read` was asked for, with the defaults put in.
 *
 * @throws {RangeError} for a part outside the stream, or a batch size that is no positive integer
 */
export function readRange({ schema, examples }: Pick<Stream, "schema" | "examples">, wanted: ReadOptions): ReadRange {
  const { batchSize, from = 0, to = examples, signal } = wanted;
  if (!(Number.isInteger(batchSize) && batchSize >= 1)) {
    throw new RangeError(`Cannot read ${schema.name} in batches of ${batchSize}: wanted a whole number from 1.`);
  }
  if (!(Number.isInteger(from) && Number.isInteger(to) && 0 <= from && from <= to && to <= examples)) {
    throw new RangeError(
      `Cannot read examples ${from} to ${to} of ${schema.name}: wanted whole numbers with 0 <= from <= to <= ${examples}.`,
    );
  }
  return { batchSize, from, to, signal };
}
