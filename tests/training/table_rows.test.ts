import assert from "node:assert/strict";
import { rowMapper } from "../../lib/training/table_rows.ts";

const schema = {
  name: "folding",
  fields: [{ name: "large", cardinality: 100_000 }, { name: "small", cardinality: 50 }, {
    name: "also large",
    cardinality: 100_000,
  }],
  dense: [],
  time: "fileOrder",
} as const;
const rows = 97;
const ids = Int32Array.from({ length: 3 * 20_000 }, (_, i) => i % 3 === 1 ? i % 50 : Math.floor(i / 3) * 5);

Deno.test("folded ids lie in their table, and the same id always goes to the same row", () => {
  const map = rowMapper(schema, [rows, 50, rows]);
  const folded = map(ids);
  assert.ok(folded.every((row, i) => row >= 0 && row < (i % 3 === 1 ? 50 : rows)));
  assert.deepEqual(map(ids), folded);
  assert.deepEqual(rowMapper(schema, [rows, 50, rows])(ids), folded, "also for another mapper");
  const reversed = Int32Array.from({ length: ids.length }, (_, i) => ids[ids.length - 3 - i + 2 * (i % 3)]);
  const alone = map(reversed);
  for (let i = 0; i < ids.length; i++) assert.equal(alone[i], folded[ids.length - 3 - i + 2 * (i % 3)]);
});

Deno.test("a field that fits keeps its ids, and without folding nothing is copied", () => {
  const before = ids.slice();
  const folded = rowMapper(schema, [rows, 50, rows])(ids);
  assert.deepEqual(folded.filter((_, i) => i % 3 === 1), ids.filter((_, i) => i % 3 === 1));
  assert.deepEqual(ids, before, "the batch itself is left alone");
  assert.equal(rowMapper(schema, [100_000, 50, 100_000])(ids), ids);
});

Deno.test("ids are spread evenly over the rows, each field in its own way", () => {
  const folded = rowMapper(schema, [rows, 50, rows])(ids);
  const counts = new Float64Array(rows);
  let shared = 0;
  for (let i = 0; i < ids.length; i += 3) {
    counts[folded[i]]++;
    if (folded[i] === folded[i + 2]) shared++; // the two large fields have the same ids here
  }
  const expected = 20_000 / rows;
  const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  assert.ok(
    chiSquare < 143,
    `chi-square ${chiSquare}; 1 in 1000 of random mappings exceeds 143 (96 degrees of freedom)`,
  );
  assert.ok(Math.abs(shared - expected) < 5 * Math.sqrt(expected), `${shared} ids share a row, ${expected} by chance`);
});

Deno.test("an id that a folded field cannot have is refused instead of folded", () => {
  const map = rowMapper(schema, [rows, 50, rows]);
  for (const bad of [-1, 100_000]) {
    assert.throws(() => map(Int32Array.of(0, 0, 0, 5, 3, bad)), {
      name: "RangeError",
      message: new RegExp(`Cannot look up id ${bad} of field "[^"]+" \\(example 1 of the batch\\): wanted 0 to 99999`),
    });
  }
});

Deno.test("with the overflow lastRow the first ids keep rows of their own and all others share the last", () => {
  const mapped = rowMapper(schema, [rows, 50, rows], "lastRow")(ids);
  ids.forEach((id, i) => assert.equal(mapped[i], i % 3 === 1 ? id : id < rows - 1 ? id : rows - 1));
});
