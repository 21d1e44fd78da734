import assert from "node:assert/strict";
import type { Stream } from "../../lib/data/batch.ts";
import { inMemory } from "../../lib/data/stream_in_memory.ts";
import { shuffled, shuffledWithinBlocks } from "../../lib/data/stream_shuffled.ts";
import { assertPositions, chiSquare, countingStream, positionsOf, range } from "./counting_stream.ts";

const orderOf = async (stream: Stream) => positionsOf(await Array.fromAsync(stream.read({ batchSize: 999 })));
const sorted = (positions: readonly number[]) => positions.toSorted((a, b) => a - b);

Deno.test("a shuffled stream has every example exactly once, whatever its length, however it is read", async () => {
  for (const examples of [1, 2, 3, 17, 1024, 70_001]) {
    const control = shuffled(await inMemory(countingStream(examples)), { seed: 1 });
    const order = await orderOf(control);
    assert.deepEqual(sorted(order), range(0, examples));
    if (examples > 1000) assert.notDeepEqual(order, range(0, examples));
    await assertPositions(control, order);
  }
  await assertPositions(shuffled(await inMemory(countingStream(0)), { seed: 1 }), []);
});

Deno.test("where an example goes does not depend on where it was", async () => {
  const n = 6400;
  const held = await inMemory(countingStream(n));
  const counts = new Array(64).fill(0);
  for (let seed = 0; seed < 5; seed++) {
    (await orderOf(shuffled(held, { seed }))).forEach((source, i) => {
      counts[8 * Math.floor(8 * i / n) + Math.floor(8 * source / n)]++;
    });
  }
  const statistic = chiSquare(counts, 5 * n / 64);
  assert.ok(
    statistic < 86,
    `chi-square ${statistic}; 1 in 1000 exceeds 86 (49 degrees of freedom: both sums are fixed)`,
  );
  assert.notDeepEqual(await orderOf(shuffled(held, { seed: 1 })), await orderOf(shuffled(held, { seed: 2 })));
});

Deno.test("within blocks, each block has its own examples in an order of its own", async () => {
  const control = shuffledWithinBlocks(countingStream(1050), { seed: 4, blockExamples: 100 });
  const order = await orderOf(control);
  const blocks = range(0, 11).map((block) => order.slice(100 * block, 100 * (block + 1)));
  blocks.forEach((block, b) => assert.deepEqual(sorted(block), range(100 * b, Math.min(1050, 100 * b + 100))));
  assert.notDeepEqual(blocks[0], blocks[1].map((i) => i - 100));
  assert.notDeepEqual(blocks[0], range(0, 100));
  await assertPositions(control, order);
  const others = await orderOf(shuffledWithinBlocks(countingStream(1050), { seed: 5, blockExamples: 100 }));
  assert.notDeepEqual(order, others);
});

Deno.test("reading part of a block reads that block only, in one pass", async () => {
  const source = countingStream(1050);
  const control = shuffledWithinBlocks(source, { seed: 4, blockExamples: 100 });
  await Array.fromAsync(control.read({ from: 250, to: 420, batchSize: 10 }));
  assert.deepEqual(source.reads.map(({ from, to }) => [from, to]), [[200, 500]]);
});

Deno.test("a seed or a block that is no whole number is refused", async () => {
  const held = await inMemory(countingStream(10));
  assert.throws(() => shuffled(held, { seed: 0.5 }), /Cannot shuffle counting with seed 0.5: wanted an integer/);
  assert.throws(() => shuffledWithinBlocks(held, { seed: 1, blockExamples: 0 }), {
    name: "RangeError",
    message: "Cannot shuffle counting in blocks of 0 examples: wanted a whole number from 1.",
  });
});
