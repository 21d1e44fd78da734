import assert from "node:assert/strict";
import type { Batch } from "../../lib/data/batch.ts";
import { hash } from "../../lib/data/counter_hash.ts";
import { openDataset } from "../../lib/data/open_dataset.ts";
import { downsampleNegatives, undoDownsampling } from "../../lib/data/stream_downsample_negatives.ts";
import { assertPositions, countingStream, range } from "./counting_stream.ts";

Deno.test("all clicks and a random share of the others are kept, in order, however the sample is read", async () => {
  const N = 20_000; // every fifth example of a counting stream is a click
  const stream = countingStream(N, { withP: false });
  const sample = await downsampleNegatives(stream, { fraction: 0.1, seed: 3 });
  const wanted = range(0, N).filter((i) => i % 5 === 0 || hash(81, 3, 0, i) < 0.1 * 2 ** 32);
  await assertPositions(sample, wanted, { withP: false });
  const negatives = sample.examples - N / 5;
  assert.ok(Math.abs(negatives - 1600) < 4 * Math.sqrt(16_000 * 0.1 * 0.9), `${negatives} of 16,000 negatives`);
  const all = await downsampleNegatives(stream, { fraction: 1, seed: 3 });
  await assertPositions(all, range(0, N), { withP: false });
});

Deno.test("in the sample the true p is still the share of clicks, and undone it is the p of the whole", async () => {
  const fraction = 0.2;
  const { train } = await openDataset({ kind: "synthetic", preset: "PAIR", examples: 40_000 });
  const sample = await downsampleNegatives(train, { fraction, seed: 1 });
  const [{ size, labels, p }] = await Array.fromAsync(sample.read({ batchSize: 40_000 }));
  let surprise = 0, variance = 0;
  for (let i = 0; i < size; i++) {
    surprise += labels[i] - p![i];
    variance += p![i] * (1 - p![i]);
  }
  const z = surprise / Math.sqrt(variance);
  assert.ok(Math.abs(z) < 4, `clicks differ from the sum of p by ${z} standard deviations`);

  const [whole] = await Array.fromAsync(train.read({ batchSize: 40_000 }));
  const rows = range(0, whole.size).filter((i) => whole.labels[i] === 1 || hash(81, 1, 0, i) < fraction * 2 ** 32);
  assert.equal(rows.length, size);
  rows.forEach((row, i) => assert.ok(Math.abs(undoDownsampling(p![i], fraction) - whole.p![row]) < 1e-6));
});

Deno.test("a stream of clicks only, or of none, is sampled alike", async () => {
  const of = (label: number) => {
    const stream = countingStream(9000);
    async function* relabel(batches: AsyncIterable<Batch>) {
      for await (const batch of batches) yield { ...batch, labels: batch.labels.map(() => label) };
    }
    return { ...stream, read: (options: Parameters<typeof stream.read>[0]) => relabel(stream.read(options)) };
  };
  assert.equal((await downsampleNegatives(of(1), { fraction: 1e-9, seed: 1 })).examples, 9000);
  const none = await downsampleNegatives(of(0), { fraction: 1e-9, seed: 1 });
  assert.equal(none.examples, 0);
  assert.deepEqual(await Array.fromAsync(none.read({ batchSize: 10 })), []);
});

Deno.test("a fraction that keeps no negatives, and a seed that is no integer, are refused", async () => {
  await assert.rejects(downsampleNegatives(countingStream(10), { fraction: 0, seed: 1 }), {
    name: "RangeError",
    message: "Cannot downsample the negatives of counting to fraction 0: wanted a number above 0, at most 1.",
  });
  await assert.rejects(
    downsampleNegatives(countingStream(10), { fraction: 0.5, seed: 0.5 }),
    /seed 0.5: wanted an integer/,
  );
});
