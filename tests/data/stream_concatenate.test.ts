import assert from "node:assert/strict";
import { concatenate } from "../../lib/data/stream_concatenate.ts";
import { assertPositions, countingSchema, countingStream, range } from "./counting_stream.ts";

Deno.test("joined streams have their examples one after the other, in batches that run across the joints", async () => {
  const parts = [countingStream(150), countingStream(0), countingStream(1), countingStream(600, { first: 5000 })];
  await assertPositions(concatenate(parts), [...range(0, 150), 0, ...range(5000, 5600)]);
  await assertPositions(concatenate([countingStream(40, { withP: false })]), range(0, 40), { withP: false });
});

Deno.test("a read touches only the streams that it needs", async () => {
  const parts = [countingStream(100), countingStream(100), countingStream(100)];
  await Array.fromAsync(concatenate(parts).read({ from: 120, to: 180, batchSize: 50 }));
  assert.deepEqual(parts.map(({ reads }) => reads.length), [0, 1, 0]);
});

Deno.test("streams of different schemas, and an empty list, are not joined", () => {
  const other = { ...countingSchema, name: "other", dense: ["position"] };
  assert.throws(() => concatenate([countingStream(5), countingStream(5, { schema: other })]), {
    name: "TypeError",
    message: "Cannot concatenate stream 1 with stream 0: in the schema of other, there are 1 dense columns, not 2.",
  });
  assert.throws(() => concatenate([]), /empty list of streams: wanted at least one/);
});

Deno.test("a stream with true p and one without are not mixed silently", async () => {
  const mixed = concatenate([countingStream(70), countingStream(30, { withP: false })]);
  await assert.rejects(Array.fromAsync(mixed.read({ batchSize: 64 })), {
    message: "Cannot read counting: its examples had true click probability (p) up to number 70, and then none. " +
      "Wanted all or none.",
  });
});

Deno.test("a stream that ends before its number of examples is reported", async () => {
  const full = countingStream(50);
  const short = { ...full, examples: 60, read: () => full.read({ batchSize: 64 }) };
  await assert.rejects(Array.fromAsync(concatenate([short]).read({ batchSize: 64 })), {
    message: "Cannot read counting to its end: it has 10 examples fewer than it said.",
  });
});
