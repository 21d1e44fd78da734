import assert from "node:assert/strict";
import { uniform } from "../../lib/data/counter_hash.ts";
import { DistinctRows, type EmbeddingIds } from "../../lib/engine/embedding_table.ts";
import type { HostTensor } from "../../lib/engine/mod.ts";
import { engine } from "./open_test_engine.ts";

Deno.test("the ids of every batch are sorted by row, equal ones in the order of the batch, whatever came before", () => {
  const fieldRows = [5, 1, 40], firstRow = [0, 5, 6], fields = fieldRows.length;
  const finder = new DistinctRows("rows", fieldRows);
  for (const [batch, examples] of [30, 7, 0, 1, 64].entries()) {
    const ids = Int32Array.from(
      { length: examples * fields },
      (_, i) => Math.floor(fieldRows[i % fields] * uniform(1, batch, i)),
    );
    const { rows, distinct, positions, order, segments } = finder.prepare(ids);
    const expected = [...ids].map((id, i) => firstRow[i % fields] + id);
    assert.deepEqual([...rows], expected);
    assert.deepEqual([...distinct].sort((a, b) => a - b), [...new Set(expected)].sort((a, b) => a - b));
    assert.deepEqual([...positions].map((at) => distinct[at]), expected);
    const sorted = expected.map((_, i) => i).sort((i, j) => positions[i] - positions[j] || i - j);
    assert.deepEqual([...order], sorted);
    assert.deepEqual([...segments], sorted.map((i) => positions[i]));
  }
});

Deno.test(`a second update in a step starts from the rows that the first has left, on ${engine.name}`, async () => {
  const table = engine.embeddingTable({
    name: "rows",
    fieldRows: [3],
    dim: 2,
    optimizer: { name: "sgd" },
    fill: (out) => out.fill(8),
  });
  const step = engine.compileStep<{ ids: EmbeddingIds; gradient: HostTensor; rate: HostTensor }>((inputs) => {
    const x = table.lookup(inputs.ids);
    table.update(inputs.ids, inputs.gradient, inputs.rate);
    table.update(inputs.ids, inputs.gradient, inputs.rate);
    return { x };
  }, { name: "twice" });
  const { x } = await step.run({
    ids: table.ids(Int32Array.of(2, 0, 2)),
    gradient: { data: Float32Array.of(1, 2, 3, 4, 5, 6), shape: [3, 1, 2] },
    rate: { data: Float32Array.of(0.5), shape: [] },
  });
  assert.deepEqual([...x], [8, 8, 8, 8, 8, 8]);
  assert.deepEqual([...(await table.read()).weights], [5, 4, 8, 8, 2, 0]); // 8 - 2 * 0.5 * sum of the row's gradients
  [step, table].forEach((owned) => owned.dispose());
});
