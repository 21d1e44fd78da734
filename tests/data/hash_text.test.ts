import assert from "node:assert/strict";
import { fieldSalt, hashedRow, hashText } from "../../lib/data/hash_text.ts";
import vectors from "../fixtures/hash_text_vectors.json" with { type: "json" };

Deno.test("hashText gives the recorded hashes, so that tables trained once stay usable", () => {
  assert.equal(vectors.length, 48);
  for (const { field, text, hash, rowOf1000 } of vectors) {
    assert.equal(hashText(fieldSalt(field), text), hash, JSON.stringify({ field, text }));
    assert.equal(hashedRow(fieldSalt(field), text, 1000), rowOf1000);
  }
});

Deno.test("a missing value has row 0, and no text ever does", () => {
  const salt = fieldSalt("user");
  assert.equal(hashedRow(salt, null, 2), 0);
  const rows = Array.from({ length: 1000 }, (_, i) => hashedRow(salt, `user ${i}`, 7));
  assert.deepEqual([...new Set(rows)].sort(), [1, 2, 3, 4, 5, 6]);
});

Deno.test("hashedRow spreads consecutive numbers evenly over the rows", () => {
  const rows = 101;
  const counts = new Float64Array(rows);
  const salt = fieldSalt("item");
  for (let i = 0; i < 100_000; i++) counts[hashedRow(salt, String(i), rows)]++;
  const expected = 100_000 / (rows - 1);
  const chiSquare = counts.slice(1).reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  // 99 degrees of freedom: 148.2 is exceeded by one in a thousand random assignments.
  assert.ok(chiSquare < 148.2, `chi-square ${chiSquare}`);
});
