import type { Stream } from "./batch.ts";
import { hash } from "./counter_hash.ts";
import { assemble, type Piece } from "./stream_assembly.ts";
import type { RandomAccessStream } from "./stream_in_memory.ts";
import { type ReadRange, readRange } from "./stream_range.ts";
import { permutation } from "./teacher/permutation.ts";

/** Keep these hashes apart from all others of the project. */
const SHUFFLING = 79, SHUFFLING_BLOCK = 80;

/**
 * The whole stream in a random order: the control for studies of drift, since it takes away the order of time and leaves
 * every example as it is (its time too, so `times` no longer rise).
 *
 * Example i of the result is example `pi(i)` of the stream, where pi is a Feistel permutation of all positions. It needs a
 * stream of random access: {@link inMemory} where it fits, otherwise {@link cached}. Reading gathers 65,536 examples at a
 * time, each time passing over all shards that hold any of them: with a cache much larger than its `memoryBytes` that
 * is a pass over the files for each 65,536 examples, and {@link shuffledWithinBlocks} is cheaper.
 *
 * @throws {RangeError} for a seed that is no integer, or a stream of more than 2^32 examples
 *
 * @example
 * ```ts
 * import { inMemory, openDataset, shuffled } from "recscale/data";
 * import assert from "node:assert/strict";
 *
 * const { train } = await openDataset({ kind: "synthetic", preset: "DRIFT", examples: 1000 });
 * const control = shuffled(await inMemory(train), { seed: 1 });
 * const [{ times }] = await Array.fromAsync(control.read({ batchSize: 1000 }));
 * const [inOrder] = await Array.fromAsync(train.read({ batchSize: 1000 }));
 * assert.notDeepEqual(times, inOrder.times);
 * assert.deepEqual(times.toSorted(), inOrder.times);
 * ```
 */
export function shuffled(stream: RandomAccessStream, { seed }: { readonly seed: number }): Stream {
  const { schema, examples } = stream;
  requireSeed(schema.name, seed);
  if (examples > 2 ** 32) {
    throw new RangeError(`Cannot shuffle the ${examples} examples of ${schema.name} together: wanted at most 2^32.`);
  }
  const source = permutation(examples, hash(SHUFFLING, seed));
  return {
    schema,
    examples,
    read(wanted) {
      const range = readRange(stream, wanted);
      return assemble(schema, pickPieces(stream, source, range), range.batchSize, range.to - range.from);
    },
  };
}

/** Examples gathered at a time: enough that a pass over the shards of a large cache is shared by many. */
const PICKED = 65_536;

async function* pickPieces(
  stream: RandomAccessStream,
  source: (position: number) => number,
  { from, to, signal }: ReadRange,
): AsyncGenerator<Piece> {
  for (let start = from; start < to; start += PICKED) {
    signal?.throwIfAborted();
    const positions = Float64Array.from({ length: Math.min(PICKED, to - start) }, (_, i) => source(start + i));
    yield { batch: await stream.pick(positions) };
  }
}

/** How {@link shuffledWithinBlocks} shuffles. */
export interface BlockShuffleOptions {
  readonly seed: number;
  /** Consecutive examples shuffled among themselves; as many are held in memory. Default 2^18. */
  readonly blockExamples?: number;
}

/**
 * A stream whose examples are shuffled within consecutive blocks: for streams too long for {@link shuffled}. Drift slower
 * than a block survives it, so as a control it speaks of order within a block only.
 *
 * Any stream will do, also one that only reads forward. Reading from the middle of a block reads the whole block.
 *
 * @throws {RangeError} for a seed that is no integer, or blocks of less than one example
 */
export function shuffledWithinBlocks(stream: Stream, { seed, blockExamples = 2 ** 18 }: BlockShuffleOptions): Stream {
  const { schema, examples } = stream;
  requireSeed(schema.name, seed);
  if (!(Number.isInteger(blockExamples) && blockExamples >= 1)) {
    throw new RangeError(
      `Cannot shuffle ${schema.name} in blocks of ${blockExamples} examples: wanted a whole number from 1.`,
    );
  }
  return {
    schema,
    examples,
    read(wanted) {
      const range = readRange(stream, wanted);
      const pieces = shuffleBlocks(stream, seed, blockExamples, range);
      return assemble(schema, pieces, range.batchSize, range.to - range.from);
    },
  };
}

/** Reads forward once, so that a stream without random access is passed over once. */
async function* shuffleBlocks(
  stream: Stream,
  seed: number,
  blockExamples: number,
  { from, to, signal }: ReadRange,
): AsyncGenerator<Piece> {
  const first = Math.floor(from / blockExamples);
  const end = Math.min(stream.examples, Math.ceil(to / blockExamples) * blockExamples);
  let block = first;
  const source = stream.read({ from: first * blockExamples, to: end, batchSize: blockExamples, signal });
  for await (const batch of source) {
    const start = block * blockExamples;
    const element = permutation(batch.size, hash(SHUFFLING_BLOCK, seed, block));
    const [a, b] = [Math.max(0, from - start), Math.min(batch.size, to - start)];
    yield { batch, rows: Int32Array.from({ length: b - a }, (_, i) => element(a + i)) };
    block++;
  }
}

function requireSeed(name: string, seed: number): void {
  if (!Number.isInteger(seed)) throw new RangeError(`Cannot shuffle ${name} with seed ${seed}: wanted an integer.`);
}
