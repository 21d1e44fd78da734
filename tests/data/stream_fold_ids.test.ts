import assert from "node:assert/strict";
import { hash } from "../../lib/data/counter_hash.ts";
import { foldIds } from "../../lib/data/stream_fold_ids.ts";
import { rowMapper } from "../../lib/training/table_rows.ts";
import { countingSchema, countingStream } from "./counting_stream.ts";

const F = 4;

Deno.test("ids of large fields go to their hash's row, and those of small fields stay", async () => {
  const stream = countingStream(500);
  const folded = foldIds(stream, 200);
  assert.deepEqual(folded.schema.fields.map(({ cardinality }) => cardinality), [200, 200, 200, 3]);
  assert.deepEqual(folded.schema.fields.map(({ name }) => name), ["wide", "small", "middle", "tiny"]);
  const [before] = await Array.fromAsync(stream.read({ batchSize: 500 }));
  const [after] = await Array.fromAsync(folded.read({ batchSize: 500 }));
  const wanted = before.ids.map((id, i) => i % F === 3 ? id : hash(77, i % F, id) % 200);
  assert.deepEqual(after, { ...before, ids: wanted });
  const parts = await Array.fromAsync(folded.read({ batchSize: 30, from: 100, to: 150 }));
  assert.deepEqual(parts.flatMap(({ ids }) => [...ids]), [...wanted.subarray(100 * F, 150 * F)]);
});

Deno.test("a model of smaller tables sees the same rows, with the stream folded or not", async () => {
  const rows = [1000, 256, 77, 2];
  const [before] = await Array.fromAsync(countingStream(500).read({ batchSize: 500 }));
  const folded = foldIds(countingStream(500), rows);
  const [after] = await Array.fromAsync(folded.read({ batchSize: 500 }));
  const expected = rowMapper(countingSchema, rows)(before.ids);
  assert.deepEqual(after.ids, expected);
  assert.equal(rowMapper(folded.schema, rows)(after.ids), after.ids, "there is nothing left to fold");
});

Deno.test("tables that fit no field are refused", () => {
  assert.throws(() => foldIds(countingStream(5), [10, 10]), {
    name: "RangeError",
    message: "Cannot fold the ids of counting: got 2 tables for its 4 fields.",
  });
  assert.throws(() => foldIds(countingStream(5), [10, 10, 0, 10]), {
    message: 'Cannot fold the ids of field "middle" of counting to 0 rows: wanted a whole number from 1.',
  });
});
