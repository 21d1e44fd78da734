import assert from "node:assert/strict";
import { hash } from "../../lib/data/counter_hash.ts";
import { slice } from "../../lib/data/stream_slice.ts";
import { subsample } from "../../lib/data/stream_subsample.ts";
import { assertPositions, chiSquare, countingStream, positionsOf, range } from "./counting_stream.ts";

const N = 150_000; // three blocks of 2^16, the last one cut short
const stream = countingStream(N);

async function kept(options: Parameters<typeof subsample>[1]): Promise<number[]> {
  return positionsOf(await Array.fromAsync(subsample(stream, options).read({ batchSize: 10_000 })));
}

Deno.test("a fraction keeps the examples whose hash falls below it, in order, however the sample is read", async () => {
  const wanted = range(0, N).filter((i) => hash(78, 5, 0, i) < 0.03 * 2 ** 32);
  await assertPositions(subsample(stream, { fraction: 0.03, seed: 5 }), wanted);
});

Deno.test("keep takes exactly so many: those with the smallest hashes", async () => {
  const order = range(0, N).map((i) => [hash(78, 5, 0, i), i]).sort(([a, i], [b, j]) => a - b || i - j);
  for (const keep of [0, 1, 777, 100_000, N]) {
    const wanted = order.slice(0, keep).map(([, i]) => i).sort((a, b) => a - b);
    const sample = subsample(stream, { keep, seed: 5 });
    assert.equal(sample.examples, keep);
    if (keep <= 777) await assertPositions(sample, wanted);
    else assert.deepEqual(await kept({ keep, seed: 5 }), wanted);
  }
});

Deno.test("kept examples are spread evenly and independently of any other seed", async () => {
  const [one, two] = [await kept({ fraction: 0.2, seed: 1 }), await kept({ fraction: 0.2, seed: 2 })];
  const counts = new Array(100).fill(0);
  for (const i of one) counts[Math.floor(i / (N / 100))]++;
  // Binomial counts have (1 - fraction) of the Poisson variance. 1 in 1000 exceeds 149 (100 degrees of freedom).
  const statistic = chiSquare(counts, 0.2 * N / 100) / 0.8;
  assert.ok(statistic < 149, `chi-square ${statistic} over 100 stretches of the stream`);
  const residues = new Array(64).fill(0);
  for (const i of one) residues[i % 64]++;
  const ofResidues = chiSquare(residues, 0.2 * N / 64) / 0.8;
  assert.ok(ofResidues < 105, `chi-square ${ofResidues} over 64 residues; 1 in 1000 exceeds 105`);
  const chosen = new Set(two);
  const both = one.filter((i) => chosen.has(i)).length;
  assert.ok(Math.abs(both - 0.04 * N) < 4 * Math.sqrt(0.04 * 0.96 * N), `${both} in both, ${0.04 * N} expected`);
  assert.ok(Math.abs(one.length - 0.2 * N) < 4 * Math.sqrt(0.16 * N), `${one.length} kept, ${0.2 * N} expected`);
});

Deno.test("a smaller sample is part of a larger one of the same seed", async () => {
  const large = new Set(await kept({ fraction: 0.1, seed: 3 }));
  assert.ok((await kept({ fraction: 0.02, seed: 3 })).every((i) => large.has(i)));
  assert.ok((await kept({ keep: 9000, seed: 3 })).every((i) => large.has(i)));
  assert.deepEqual(await kept({ keep: large.size, seed: 3 }), [...large]);
});

Deno.test("the borders of a fraction are nothing and everything, and other values are refused", async () => {
  await assertPositions(subsample(slice(stream, 0, 500), { fraction: 0, seed: 1 }), []);
  await assertPositions(subsample(slice(stream, 0, 500), { fraction: 1, seed: 1 }), range(0, 500));
  assert.throws(() => subsample(stream, { fraction: 1.5, seed: 1 }), {
    name: "RangeError",
    message: "Cannot subsample counting with fraction 1.5: wanted a number from 0 to 1.",
  });
  assert.throws(
    () => subsample(stream, { keep: N + 1, seed: 1 }),
    /keep 150001: wanted a whole number from 0 to its 150000/,
  );
  assert.throws(() => subsample(stream, { keep: 1, seed: 0.5 }), /seed 0.5: wanted an integer/);
});
