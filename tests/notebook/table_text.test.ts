import assert from "node:assert/strict";
import { renderHtml, renderPlain, textTable } from "../../lib/notebook/table_text.ts";

const row = (values: unknown[], options?: Parameters<typeof textTable>[2]) =>
  textTable(values.map((_, k) => `c${k}`), [values], options).rows[0];

Deno.test("textTable writes integers with separators, other numbers with four significant digits", () => {
  assert.deepEqual(row([1234567, 0, -12, 12n]), ["1,234,567", "0", "-12", "12"]);
  assert.deepEqual(row([0.80713, 12.3456, -3.14159, 123456.7]), ["0.8071", "12.35", "-3.142", "123,500"]);
  assert.deepEqual(row([0.00001234, 3e17, NaN, -Infinity]), ["1.234e-5", "3.000e+17", "NaN", "-Infinity"]);
});

Deno.test("textTable gives a column the decimals that are asked for, the same in every row", () => {
  const { rows } = textTable(["ne", "s"], [[0.8, 1], [0.81236, 2.25]], { digits: { ne: 4 } });
  assert.deepEqual(rows, [["0.8000", "1.000"], ["0.8124", "2.250"]]);
  assert.deepEqual(row([1, 0.00001], { digits: 2 }), ["1.00", "0.00"]);
});

Deno.test("textTable leaves missing values empty and shows other values as they are", () => {
  assert.deepEqual(row([null, undefined, "a", true]), ["", "", "a", "true"]);
});

Deno.test("textTable keeps the first rows and says how many there are", () => {
  const values = Array.from({ length: 1200 }, (_, k) => [k]);
  const { rows, note } = textTable(["k"], values, { most: 2 });
  assert.deepEqual([rows, note], [[["0"], ["1"]], "first 2 of 1,200 rows"]);
  assert.equal(textTable(["k"], []).note, "no rows");
});

Deno.test("renderPlain aligns numbers to the right and text to the left", () => {
  const table = textTable(["model", "ne"], [["DLRM", 0.81], ["DHEN, deep", null]], { digits: 4 });
  assert.equal(renderPlain(table), "model           ne\n----------  ------\nDLRM        0.8100\nDHEN, deep");
});

Deno.test("renderHtml escapes what would be markup", () => {
  const html = renderHtml(textTable(["a<b"], [["<script>&"]]));
  assert.match(html, /<th style="text-align: left">a&lt;b<\/th>/);
  assert.match(html, /<td style="text-align: left">&lt;script&gt;&amp;<\/td>/);
});
