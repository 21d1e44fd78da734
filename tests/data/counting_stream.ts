import assert from "node:assert/strict";
import type { Batch, ReadOptions, Stream } from "../../lib/data/batch.ts";
import type { Schema } from "../../lib/data/schema.ts";

/** Fields of one, two and four bytes an id, in an order that mixes them. */
export const countingSchema: Schema = {
  name: "counting",
  fields: [{ name: "wide", cardinality: 100_000 }, { name: "small", cardinality: 256 }, {
    name: "middle",
    cardinality: 65_536,
  }, { name: "tiny", cardinality: 3 }],
  dense: ["position", "half"],
  time: "periods",
};

export interface CountingStream extends Stream {
  /** Every `read` so far. */
  readonly reads: ReadOptions[];
}

export interface CountingOptions {
  readonly schema?: Schema;
  readonly timeOf?: (position: number) => number;
  readonly withP?: boolean;
  /** Position of the first example: what its columns are computed from. */
  readonly first?: number;
}

/** A stream whose every column is a closed form of the position, written without the library. */
export function countingStream(examples: number, options: CountingOptions = {}): CountingStream {
  const { schema = countingSchema, timeOf = (i) => i / 10, withP = true, first = 0 } = options;
  const reads: ReadOptions[] = [];
  async function* read({ batchSize, from = 0, to = examples }: ReadOptions): AsyncGenerator<Batch> {
    for (let start = from; start < to; start += batchSize) {
      const size = Math.min(batchSize, to - start);
      const positions = Array.from({ length: size }, (_, i) => first + start + i);
      await Promise.resolve();
      yield {
        size,
        ids: Int32Array.from(positions.flatMap(idsAt)),
        dense: Float32Array.from(positions.flatMap((i) => [i, -i / 2])),
        labels: Float32Array.from(positions, labelAt),
        times: Float64Array.from(positions, timeOf),
        ...(withP && { p: Float32Array.from(positions, pAt) }),
      };
    }
  }
  return {
    schema,
    examples,
    reads,
    read(wanted) {
      reads.push(wanted);
      return read(wanted);
    },
  };
}

const idsAt = (i: number) => [(i * 7919) % 100_000, i % 256, (i * 31) % 65_536, i % 3];
const labelAt = (i: number) => i % 5 === 0 ? 1 : 0;
const pAt = (i: number) => (i % 100) / 100;

/** The positions that batches of a counting stream came from; every other column is checked against its closed form. */
export function positionsOf(batches: readonly Batch[], options: CountingOptions = {}): number[] {
  const { timeOf = (i: number) => i / 10, withP = true } = options;
  return batches.flatMap((batch) => {
    const positions = Array.from({ length: batch.size }, (_, i) => batch.dense[2 * i]);
    assert.deepEqual(batch.dense, Float32Array.from(positions.flatMap((i) => [i, -i / 2])));
    assert.deepEqual(batch.ids, Int32Array.from(positions.flatMap(idsAt)));
    assert.deepEqual(batch.labels, Float32Array.from(positions, labelAt));
    assert.deepEqual(batch.times, Float64Array.from(positions, timeOf));
    assert.deepEqual(batch.p, withP ? Float32Array.from(positions, pAt) : undefined);
    return positions;
  });
}

/** Reads a stream whole and in parts, in batches of several sizes: each must have the wanted positions, in full batches. */
export async function assertPositions(
  stream: Stream,
  wanted: readonly number[],
  options: CountingOptions = {},
): Promise<void> {
  assert.equal(stream.examples, wanted.length);
  const n = wanted.length;
  const third = Math.floor(n / 3);
  const cuts = [[0, n, n + 1], [0, n, 100], [third, n, 64], [third, 2 * third, 1000], [n - 1, n, 1], [third, third, 5]];
  for (const [from, to, batchSize] of cuts.filter(([from]) => from >= 0)) {
    const batches = await Array.fromAsync(stream.read({ from, to, batchSize }));
    assert.deepEqual(positionsOf(batches, options), wanted.slice(from, to), `from ${from} to ${to} by ${batchSize}`);
    assert.ok(batches.slice(0, -1).every(({ size }) => size === batchSize), "only the last batch may be smaller");
  }
}

/** The whole numbers `from .. to - 1`. */
export const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

/** Pearson's statistic of counts that should all be `expected`. */
export const chiSquare = (counts: readonly number[], expected: number) =>
  counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
