import assert from "node:assert/strict";
import type { Schema } from "../../lib/data/schema.ts";
import { requireEqualSchemas, requireReadableAs, schemaDifferences } from "../../lib/data/stream_schema.ts";

const schema: Schema = {
  name: "a",
  fields: [{ name: "job", cardinality: 12 }, { name: "city", cardinality: 50 }],
  dense: ["age", "balance"],
  time: "seconds",
};

Deno.test("schemas are equal whatever they are called", () => {
  assert.deepEqual(schemaDifferences(structuredClone(schema), { ...schema, name: "b" }), []);
});

Deno.test("every difference of two schemas is named", () => {
  const other: Schema = {
    name: "b",
    fields: [{ name: "job", cardinality: 13 }, { name: "town", cardinality: 50 }, { name: "day", cardinality: 7 }],
    dense: ["balance"],
    time: "fileOrder",
  };
  assert.deepEqual(schemaDifferences(other, schema), [
    "there are 3 fields, not 2",
    'field 0 is "job" with 13 rows, not "job" with 12 rows',
    'field 1 is "town" with 50 rows, not "city" with 50 rows',
    "there are 1 dense columns, not 2",
    'dense column 0 is "balance", not "age"',
    "time is in fileOrder, not seconds",
  ]);
  assert.throws(() => requireEqualSchemas({ ...schema, time: "periods" }, schema, "join the streams"), {
    name: "TypeError",
    message: "Cannot join the streams: in the schema of a, time is in periods, not seconds.",
  });
});

Deno.test("a stream of fewer rows can be read by what was made for more, and not the other way round", () => {
  const smaller = {
    ...schema,
    name: "s",
    fields: [{ name: "job", cardinality: 12 }, { name: "city", cardinality: 9 }],
  };
  requireReadableAs(smaller, schema, "score s with the model of a");
  assert.throws(() => requireReadableAs(schema, smaller, "score a with the model of s"), {
    message:
      'Cannot score a with the model of s: in the schema of a, field 1 is "city" with 50 rows, not "city" with 9 rows.',
  });
});
