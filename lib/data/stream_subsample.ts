import type { Stream } from "./batch.ts";
import { extendHash, hash } from "./counter_hash.ts";
import { assemble, type Piece } from "./stream_assembly.ts";
import { type ReadRange, readRange } from "./stream_range.ts";

/** How much of a stream to keep: about a `fraction` of it, or exactly `keep` examples. */
export type SubsampleOptions =
  & ({ readonly fraction: number; readonly keep?: undefined } | {
    readonly keep: number;
    readonly fraction?: undefined;
  })
  & {
    /** Another seed keeps other examples. */
    readonly seed: number;
  };

/**
 * A random part of a stream, in the order of the stream. Example i has the number `u(i) = H(78, seed, i) / 2^32`, with the
 * hash H of {@link hash}: `fraction` keeps those with `u(i) < fraction`, each independently of the others; `keep` keeps the
 * `keep` smallest. So with one seed a smaller sample is part of every larger one, and whether an example is kept depends
 * on its position alone.
 *
 * Every hash is computed when the subsample is made, to know how many are kept (some 5 ms for a million examples; 20 ms
 * with `keep`). Reading passes over the examples between those kept.
 *
 * @throws {RangeError} for a fraction outside 0 to 1, a `keep` that is more than there is, or a seed that is no integer
 *
 * @example
 * ```ts
 * import { openDataset, subsample } from "recscale/data";
 * import assert from "node:assert/strict";
 *
 * const { train } = await openDataset({ kind: "synthetic", preset: "PAIR", examples: 10_000 });
 * assert.equal(subsample(train, { keep: 1000, seed: 1 }).examples, 1000);
 * assert.ok(Math.abs(subsample(train, { fraction: 0.1, seed: 1 }).examples - 1000) < 100);
 * ```
 */
export function subsample(stream: Stream, options: SubsampleOptions): Stream {
  const choice = choose(stream, options);
  const starts = countKept(choice, stream.examples);
  const part = { schema: stream.schema, examples: starts[starts.length - 1] };
  return {
    ...part,
    read(wanted) {
      const range = readRange(part, wanted);
      const pieces = readKept(stream, choice, starts, range);
      return assemble(part.schema, pieces, range.batchSize, range.to - range.from);
    },
  };
}

/** Keeps example i when its hash is below `below`, or equals it and i is at most `lastEqual`. */
interface Choice {
  readonly seed: number;
  readonly below: number;
  readonly lastEqual: number;
}

/** Keeps this hash apart from all others of the project. */
const SUBSAMPLING = 78;
const HASHES = 2 ** 32;
/** Examples whose kept ones are counted together; divides 2^32, so that a block has one high half of its positions. */
const BLOCK = 2 ** 16;
/** Examples of the source read at a time. */
const SOURCE_BATCH = 8192;

function choose({ schema, examples }: Stream, { fraction, keep, seed }: SubsampleOptions): Choice {
  const refuse = (got: string, wanted: string): never => {
    throw new RangeError(`Cannot subsample ${schema.name} with ${got}: wanted ${wanted}.`);
  };
  if (!Number.isInteger(seed)) refuse(`seed ${seed}`, "an integer");
  if ((fraction === undefined) === (keep === undefined)) refuse("these options", "either fraction or keep");
  if (fraction !== undefined) {
    if (!(fraction >= 0 && fraction <= 1)) refuse(`fraction ${fraction}`, "a number from 0 to 1");
    return { seed, below: fraction * HASHES, lastEqual: -1 };
  }
  if (!(Number.isInteger(keep) && keep >= 0 && keep <= examples)) {
    refuse(`keep ${keep}`, `a whole number from 0 to its ${examples} examples`);
  }
  return keep === examples ? { seed, below: HASHES, lastEqual: -1 } : smallest(seed, keep, examples);
}

/** The choice of the `keep` examples with the smallest hashes, the earlier of equal ones: a radix selection. */
function smallest(seed: number, keep: number, examples: number): Choice {
  const select = (counts: Float64Array, wanted: number): [digit: number, left: number] => {
    let digit = 0;
    for (; wanted >= counts[digit]; digit++) wanted -= counts[digit];
    return [digit, wanted];
  };
  const high = new Float64Array(BLOCK);
  eachHash(seed, 0, examples, (h) => high[h >>> 16]++);
  const [top, leftInTop] = select(high, keep);
  const low = new Float64Array(BLOCK);
  eachHash(seed, 0, examples, (h) => {
    if (h >>> 16 === top) low[h & 0xffff]++;
  });
  const [bottom, equal] = select(low, leftInTop);
  const below = top * BLOCK + bottom;
  let lastEqual = -1;
  let left = equal;
  eachHash(seed, 0, examples, (h, i) => {
    if (left > 0 && h >>> 0 === below) [left, lastEqual] = [left - 1, i];
  });
  return { seed, below, lastEqual };
}

/** Calls `visit` with the hash (a signed 32-bit integer) and the position of examples `from .. to - 1`. */
function eachHash(seed: number, from: number, to: number, visit: (hash: number, position: number) => void): void {
  const start = hash(SUBSAMPLING, seed);
  for (let i = from; i < to;) {
    const state = extendHash(start, Math.floor(i / HASHES));
    const end = Math.min(to, (Math.floor(i / BLOCK) + 1) * BLOCK);
    for (; i < end; i++) visit(extendHash(state, i), i);
  }
}

function eachKept({ seed, below, lastEqual }: Choice, from: number, to: number, visit: (position: number) => void) {
  eachHash(seed, from, to, (h, i) => {
    const unsigned = h >>> 0;
    if (unsigned < below || (unsigned === below && i <= lastEqual)) visit(i);
  });
}

/** How many examples are kept before each block, and in all. */
function countKept(choice: Choice, examples: number): Float64Array {
  const starts = new Float64Array(Math.ceil(examples / BLOCK) + 1);
  for (let block = 0; block + 1 < starts.length; block++) {
    let count = 0;
    eachKept(choice, block * BLOCK, Math.min(examples, (block + 1) * BLOCK), () => count++);
    starts[block + 1] = starts[block] + count;
  }
  return starts;
}

/** Where in the source the kept example number `index` lies. */
function positionOf(choice: Choice, starts: Float64Array, examples: number, index: number): number {
  let [low, high] = [0, starts.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (starts[middle] <= index) low = middle;
    else high = middle;
  }
  let position = -1;
  let count = starts[low];
  eachKept(choice, low * BLOCK, Math.min(examples, (low + 1) * BLOCK), (i) => {
    if (count++ === index) position = i;
  });
  return position;
}

async function* readKept(
  stream: Stream,
  choice: Choice,
  starts: Float64Array,
  { from, to, signal }: ReadRange,
): AsyncGenerator<Piece> {
  let position = positionOf(choice, starts, stream.examples, from);
  const end = positionOf(choice, starts, stream.examples, to - 1) + 1;
  const rows = new Int32Array(SOURCE_BATCH);
  for await (const batch of stream.read({ from: position, to: end, batchSize: SOURCE_BATCH, signal })) {
    let count = 0;
    eachKept(choice, position, position + batch.size, (i) => rows[count++] = i - position);
    yield { batch, rows: rows.subarray(0, count) };
    position += batch.size;
  }
}
