import assert from "node:assert/strict";
import { concat, DataFrame, Series } from "danfojs-node";
import { frame, showFrames, table } from "../../lib/notebook/frames.ts";

/** What the notebook's kernel does with a value. */
function shown(value: unknown): { "text/plain": string; "text/html": string } {
  return (value as Record<symbol, () => ReturnType<typeof shown>>)[Symbol.for("Jupyter.display")]();
}

Deno.test("showFrames makes frames, series and what is computed from them show as tables", async () => {
  await showFrames();
  await showFrames();
  const made = new DataFrame({ group: ["a", "a", "b"], ne: [0.5, 0.7, 0.9] });
  assert.match(
    shown(made)["text/html"],
    /<td style="text-align: left">b<\/td><td style="text-align: right">0\.9000<\/td>/,
  );
  assert.match(shown(made.groupby(["group"]).col(["ne"]).mean())["text/plain"], /a\s+0\.6000\nb\s+0\.9000/);
  assert.match(shown(new Series([1, 2]))["text/plain"], /\n\s*1\n\s*2$/);
  const both = concat({ dfList: [made, made], axis: 0 });
  assert.equal(shown(both)["text/plain"].split("\n").length, 2 + 6);
});

Deno.test("a frame shows its index only when it says something", async () => {
  await showFrames();
  const plain = (index?: string[]) => shown(new DataFrame([[1], [2]], { columns: ["n"], index }))["text/plain"];
  assert.equal(plain(), "n\n-\n1\n2");
  assert.equal(plain(["x", "y"]), "   n\n-  -\nx  1\ny  2");
});

Deno.test("frame keeps the numbers and shows them with the given decimals", async () => {
  const made = await frame([{ model: "DLRM", ne: 0.807134 }, { model: "DHEN", seed: 3 }], { digits: { ne: 4 } });
  assert.deepEqual(made.columns, ["model", "ne", "seed"]);
  assert.deepEqual(made.values, [["DLRM", 0.807134, null], ["DHEN", null, 3]]);
  assert.match(shown(made)["text/plain"], /DLRM {3}0\.8071\nDHEN {14}3$/);
});

Deno.test("frame shows at most as many rows as wanted", async () => {
  const made = await frame(Array.from({ length: 9 }, (_, k) => ({ k })), { most: 3 });
  assert.match(shown(made)["text/plain"], /\n0\n1\n2\n\(first 3 of 9 rows\)$/);
});

Deno.test("frame refuses rows without columns", async () => {
  await assert.rejects(frame([]), /a frame of 0 rows without any column/);
});

Deno.test("table writes to the console outside a notebook", async () => {
  const log = console.log;
  const lines: string[] = [];
  console.log = (text: string) => lines.push(text);
  try {
    await table([{ ne: 0.5 }], { digits: 2 });
  } finally {
    console.log = log;
  }
  assert.deepEqual(lines, ["  ne\n----\n0.50"]);
});
