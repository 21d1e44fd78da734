import assert from "node:assert/strict";
import { slice } from "../../lib/data/stream_slice.ts";
import { assertPositions, countingStream, range } from "./counting_stream.ts";

Deno.test("a slice has the examples between its borders, however it is read, and a slice of it too", async () => {
  const part = slice(countingStream(1000), 300, 900);
  await assertPositions(part, range(300, 900));
  await assertPositions(slice(part, 100), range(400, 900));
  await assertPositions(slice(part, 600), []);
});

Deno.test("a slice outside its stream, and a read outside the slice, are refused", () => {
  const stream = countingStream(1000);
  assert.throws(() => slice(stream, 300, 1001), {
    name: "RangeError",
    message: "Cannot slice counting from 300 to 1001: wanted whole numbers with 0 <= from <= to <= 1000.",
  });
  assert.throws(() => slice(stream, 0.5), /Cannot slice counting from 0.5 to 1000/);
  const part = slice(stream, 300, 900);
  assert.throws(() => part.read({ batchSize: 10, to: 601 }), {
    name: "RangeError",
    message: "Cannot read examples 0 to 601 of counting: wanted whole numbers with 0 <= from <= to <= 600.",
  });
  assert.throws(
    () => part.read({ batchSize: 0 }),
    /Cannot read counting in batches of 0: wanted a whole number from 1/,
  );
});
