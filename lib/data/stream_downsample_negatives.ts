import type { Batch, Stream } from "./batch.ts";
import { extendHash, hash } from "./counter_hash.ts";
import { assemble, type Piece } from "./stream_assembly.ts";
import { type ReadRange, readRange } from "./stream_range.ts";

/** How {@link downsampleNegatives} samples. */
export interface DownsampleOptions {
  /** Share w of the examples without a click that is kept: above 0, at most 1. */
  readonly fraction: number;
  readonly seed: number;
  readonly signal?: AbortSignal;
}

/**
 * All clicks of a stream and a random share w of the rest, in the order of the stream (He et al. 2014, *Practical lessons
 * from predicting clicks on ads at Facebook*, section 6.3). Example i without a click is kept when
 * `H(81, seed, i) / 2^32 < w`, with the hash H of {@link hash}.
 *
 * What it changes: a kept example has the click probability `p / (p + (1 - p) w)`, and so has the true `p` of every batch
 * here. A model trained on it predicts that too; {@link undoDownsampling} takes its predictions back. NE here and NE on the
 * whole stream have other base rates and cannot be compared.
 *
 * Labels must be known to count: the stream is read once when the sample is made.
 *
 * @throws {RangeError} for a fraction that is not above 0 and at most 1, or a seed that is no integer
 *
 * @example
 * ```ts
 * import { downsampleNegatives, openDataset } from "recscale/data";
 * import assert from "node:assert/strict";
 *
 * const { train } = await openDataset({ kind: "synthetic", preset: "PAIR", examples: 5000 });
 * const clicksOf = async (stream: typeof train) => {
 *   const [{ labels }] = await Array.fromAsync(stream.read({ batchSize: 5000 }));
 *   return labels.reduce((sum, label) => sum + label, 0);
 * };
 * const sample = await downsampleNegatives(train, { fraction: 0.1, seed: 1 });
 * assert.ok(sample.examples < train.examples);
 * assert.equal(await clicksOf(sample), await clicksOf(train));
 * ```
 */
export async function downsampleNegatives(stream: Stream, options: DownsampleOptions): Promise<Stream> {
  const { schema, examples } = stream;
  const { fraction, seed, signal } = options;
  if (!(fraction > 0 && fraction <= 1)) {
    throw new RangeError(
      `Cannot downsample the negatives of ${schema.name} to fraction ${fraction}: wanted a number above 0, at most 1.`,
    );
  }
  if (!Number.isInteger(seed)) {
    throw new RangeError(`Cannot downsample the negatives of ${schema.name} with seed ${seed}: wanted an integer.`);
  }
  const starts = new Float64Array(Math.ceil(examples / BLOCK) + 1);
  let block = 0;
  for await (const batch of stream.read({ batchSize: BLOCK, signal })) {
    starts[block + 1] = starts[block] + keptRows(batch, block * BLOCK, options).length;
    block++;
  }
  const part = { schema, examples: starts[block] };
  return {
    ...part,
    read(wanted) {
      const range = readRange(part, wanted);
      const pieces = readKept(stream, starts, options, range);
      return assemble(schema, pieces, range.batchSize, range.to - range.from);
    },
  };
}

/**
 * The click probability in the whole stream that belongs to one, q, in a stream whose negatives were downsampled to the
 * fraction w: `q / (q + (1 - q) / w)` (He et al. 2014, section 6.3).
 *
 * @example
 * ```ts
 * import { undoDownsampling } from "recscale/data";
 * import assert from "node:assert/strict";
 *
 * // Of 1000 impressions 10 are clicked; a tenth of the 990 others is kept: 10 of 109.
 * assert.ok(Math.abs(undoDownsampling(10 / 109, 0.1) - 0.01) < 1e-15);
 * ```
 */
export function undoDownsampling(q: number, fraction: number): number {
  return q / (q + (1 - q) / fraction);
}

/** Keeps this hash apart from all others of the project. */
const DOWNSAMPLING = 81;
const HASHES = 2 ** 32;
/** Examples read at a time, whose kept ones are counted together. */
const BLOCK = 8192;

function keptRows(batch: Batch, position: number, { fraction, seed }: DownsampleOptions): Int32Array<ArrayBuffer> {
  const start = hash(DOWNSAMPLING, seed);
  const rows = new Int32Array(batch.size);
  let count = 0;
  for (let row = 0; row < batch.size; row++) {
    const i = position + row;
    const h = extendHash(extendHash(start, Math.floor(i / HASHES)), i) >>> 0;
    if (batch.labels[row] === 1 || h < fraction * HASHES) rows[count++] = row;
  }
  return rows.subarray(0, count);
}

async function* readKept(
  stream: Stream,
  starts: Float64Array,
  options: DownsampleOptions,
  { from, to, signal }: ReadRange,
): AsyncGenerator<Piece> {
  let block = starts.findLastIndex((start) => start <= from);
  const end = Math.min(stream.examples, BLOCK * starts.findIndex((start) => start >= to));
  let kept = starts[block];
  for await (const batch of stream.read({ from: block * BLOCK, to: end, batchSize: BLOCK, signal })) {
    const rows = keptRows(batch, block * BLOCK, options);
    yield {
      batch: withSampledP(batch, options.fraction),
      rows: rows.subarray(Math.max(0, from - kept), Math.min(rows.length, to - kept)),
    };
    kept += rows.length;
    block++;
  }
}

/** The true click probability given that the example was kept. */
function withSampledP(batch: Batch, fraction: number): Batch {
  return batch.p === undefined ? batch : { ...batch, p: batch.p.map((p) => p / (p + (1 - p) * fraction)) };
}
