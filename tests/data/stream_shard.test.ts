import assert from "node:assert/strict";
import { shard } from "../../lib/data/stream_shard.ts";
import { assertPositions, countingStream, positionsOf, range } from "./counting_stream.ts";

Deno.test("each worker has every W-th example from its rank on, however its part is read", async () => {
  for (const examples of [20_003, 5, 2]) {
    for (const rank of [0, 1, 2, 3]) {
      const wanted = range(0, examples).filter((i) => i % 4 === rank);
      await assertPositions(shard(countingStream(examples), { rank, workers: 4 }), wanted);
    }
  }
  await assertPositions(shard(countingStream(50), { rank: 0, workers: 1 }), range(0, 50));
});

Deno.test("the k-th batches of all workers are the k-th batch of one worker, for any batch size", async () => {
  const workers = 3;
  const stream = countingStream(1000);
  for (const batchSize of [7, 64]) {
    const whole = await Array.fromAsync(stream.read({ batchSize: batchSize * workers }));
    const parts = await Promise.all(
      [0, 1, 2].map((rank) => Array.fromAsync(shard(stream, { rank, workers }).read({ batchSize }))),
    );
    whole.forEach((batch, k) => {
      const together = positionsOf(parts.map((batches) => batches[k])).sort((a, b) => a - b);
      assert.deepEqual(together, positionsOf([batch]));
    });
  }
});

Deno.test("with the remainder dropped all workers have equally many examples", async () => {
  for (const rank of [0, 1, 2]) {
    const part = shard(countingStream(1001), { rank, workers: 3, remainder: "drop" });
    await assertPositions(part, range(0, 999).filter((i) => i % 3 === rank));
    assert.equal(part.examples, 333);
  }
  assert.equal(shard(countingStream(2), { rank: 0, workers: 3, remainder: "drop" }).examples, 0);
});

Deno.test("a rank that is none of the workers is refused", () => {
  for (const [rank, workers] of [[2, 2], [-1, 2], [0, 0], [0.5, 2]]) {
    assert.throws(() => shard(countingStream(10), { rank, workers }), {
      name: "RangeError",
      message:
        `Cannot give worker ${rank} of ${workers} its part of counting: wanted a whole number of workers from 1, ` +
        "and a rank from 0 to workers - 1.",
    });
  }
});
