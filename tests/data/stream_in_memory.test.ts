import assert from "node:assert/strict";
import { inMemory } from "../../lib/data/stream_in_memory.ts";
import { assertPositions, countingStream, positionsOf, range } from "./counting_stream.ts";

Deno.test("a stream in memory reads as it did before, from one pass over its source", async () => {
  const source = countingStream(20_000);
  const held = await inMemory(source);
  await assertPositions(held, range(0, 20_000));
  assert.equal(source.reads.length, 1);
  await assertPositions(await inMemory(countingStream(9, { withP: false })), range(0, 9), { withP: false });
  await assertPositions(await inMemory(countingStream(0)), []);
});

Deno.test("picked examples come in the order of their positions, repeated ones too", async () => {
  const held = await inMemory(countingStream(20_000));
  const positions = [19_999, 0, 5, 5, 12_345];
  assert.deepEqual(positionsOf([await held.pick(Float64Array.from(positions))]), positions);
  assert.throws(() => held.pick(Float64Array.of(3, 20_000)), {
    name: "RangeError",
    message: "Cannot pick example 20000 of counting: wanted whole numbers from 0 to 19999.",
  });
});

Deno.test("a caller that changes a batch does not change the stream", async () => {
  const held = await inMemory(countingStream(100));
  for await (const batch of held.read({ batchSize: 100 })) batch.ids.fill(0);
  await assertPositions(held, range(0, 100));
});
