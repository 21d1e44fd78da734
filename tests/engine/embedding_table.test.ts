import assert from "node:assert/strict";
import type { EmbeddingIds, EmbeddingTable, HostTensor, SparseOptimizer } from "../../lib/engine/mod.ts";
import { normal } from "../../lib/data/counter_hash.ts";
import { assertClose } from "./assert_close.ts";
import { engine } from "./open_test_engine.ts";

// Runs on every backend (see backends.test.ts).

const fieldRows = [4, 6, 3], fields = fieldRows.length, rows = 13, dim = 3;
const firstRow = [0, 4, 10];
const fill = (out: Float32Array, from: number) => {
  for (let i = 0; i < out.length; i++) out[i] = normal(1, from * dim + i);
};
const newTable = (optimizer: SparseOptimizer, name = "rows") =>
  engine.embeddingTable({ name, fieldRows, dim, optimizer, fill });

/** Two batches: id 1 of the first field occurs three times in the first, and again in the second. */
const batches = [
  { ids: Int32Array.of(1, 0, 2, 1, 5, 0, 1, 5, 2, 3, 0, 2), examples: 4 },
  { ids: Int32Array.of(1, 2, 0, 0, 2, 0), examples: 2 },
];
const rate = 0.125;

const gradientOf = (batch: number): Float32Array<ArrayBuffer> =>
  Float32Array.from({ length: batches[batch].ids.length * dim }, (_, i) => normal(2, batch, i));

type UpdateInputs = { ids: EmbeddingIds; gradient: HostTensor; rate: HostTensor };

function updateStep(table: EmbeddingTable) {
  return engine.compileStep<UpdateInputs>(({ ids, gradient, rate }) => {
    table.update(ids, gradient, rate);
    return {};
  }, { name: "update" });
}

async function runUpdates(table: EmbeddingTable) {
  const step = updateStep(table);
  for (const [b, { ids, examples }] of batches.entries()) {
    await step.run({
      ids: table.ids(ids),
      gradient: { data: gradientOf(b), shape: [examples, fields, dim] },
      rate: { data: Float32Array.of(rate), shape: [] },
    });
  }
  step.dispose();
}

/** The formulas in double precision, on a map from row to the sum of its gradients. */
function reference(optimizer: SparseOptimizer) {
  const w = new Float32Array(rows * dim);
  fill(w, 0);
  const weights = Float64Array.from(w);
  const perWeight = new Float64Array(rows * dim).fill(0.1), perRow = new Float64Array(rows).fill(0.1);
  batches.forEach(({ ids }, b) => {
    const gradient = gradientOf(b);
    const sums = new Map<number, number[]>();
    ids.forEach((id, i) => {
      const row = firstRow[i % fields] + id;
      const sum = sums.get(row) ?? [0, 0, 0];
      for (let k = 0; k < dim; k++) sum[k] += gradient[i * dim + k];
      sums.set(row, sum);
    });
    for (const [row, g] of sums) {
      perRow[row] += (g[0] ** 2 + g[1] ** 2 + g[2] ** 2) / 3;
      for (let k = 0; k < dim; k++) {
        const at = row * dim + k;
        perWeight[at] += g[k] ** 2;
        if (optimizer.name === "sgd") weights[at] -= rate * g[k];
        else {
          const a = optimizer.name === "adagrad" ? perWeight[at] : perRow[row];
          weights[at] -= rate * g[k] / (Math.sqrt(a) + optimizer.epsilon);
        }
      }
    }
  });
  return { weights, perWeight, perRow };
}

const optimizers: SparseOptimizer[] = [
  { name: "sgd" },
  { name: "adagrad", initialAccumulator: 0.1, epsilon: 0.05 },
  { name: "rowwiseAdagrad", initialAccumulator: 0.1, epsilon: 0.05 },
];

for (const optimizer of optimizers) {
  Deno.test(`${optimizer.name} updates the rows of a batch by its formula, repeated ids by their sum, on ${engine.name}`, async () => {
    const table = newTable(optimizer);
    await runUpdates(table);
    const { weights, accumulator } = await table.read();
    const expected = reference(optimizer);
    const tolerance = { relative: 2e-6, absolute: 1e-6 };
    assertClose(weights, expected.weights, { ...tolerance, what: "weights" });
    if (optimizer.name === "adagrad") {
      assertClose(accumulator, expected.perWeight, { ...tolerance, what: "accumulator" });
    }
    if (optimizer.name === "rowwiseAdagrad") {
      assertClose(accumulator, expected.perRow, { ...tolerance, what: "accumulator" });
    }
    if (optimizer.name === "sgd") assert.equal(accumulator, undefined);
    table.dispose();
  });

  Deno.test(`${optimizer.name} leaves every row that is not in the batch as it was, bit for bit, on ${engine.name}`, async () => {
    const table = newTable(optimizer);
    const before = await table.read();
    await runUpdates(table);
    const after = await table.read();
    const touched = new Set(batches.flatMap(({ ids }) => [...ids].map((id, i) => firstRow[i % fields] + id)));
    assert.ok(touched.size < rows);
    for (const key of Object.keys(before)) {
      const width = before[key].length / rows;
      for (let i = 0; i < before[key].length; i++) {
        const same = Object.is(after[key][i], before[key][i]);
        assert.equal(same, !touched.has(Math.floor(i / width)), `${key}[${i}]`);
      }
    }
    table.dispose();
  });
}

for (const name of ["adagrad", "rowwiseAdagrad"] as const) {
  Deno.test(`${name} leaves a row alone whose gradient is 0, also with an empty accumulator, on ${engine.name}`, async () => {
    const table = newTable({ name, initialAccumulator: 0, epsilon: 1e-8 });
    const before = await table.read();
    const step = updateStep(table);
    const gradient = { data: new Float32Array(fields * dim), shape: [1, fields, dim] };
    await step.run({
      ids: table.ids(Int32Array.of(1, 2, 0)),
      gradient,
      rate: { data: Float32Array.of(rate), shape: [] },
    });
    assert.deepEqual(await table.read(), before);
    [step, table].forEach((owned) => owned.dispose());
  });
}

Deno.test(`lookup gives the row of each id in its own field's part, on ${engine.name}`, async () => {
  const table = newTable({ name: "sgd" });
  const step = engine.compileStep<{ ids: EmbeddingIds }>(({ ids }) => ({ x: table.lookup(ids) }), { name: "look" });
  for (const { ids } of batches) {
    const { x } = await step.run({ ids: table.ids(ids) });
    const expected = [...ids].flatMap((id, i) =>
      Array.from({ length: dim }, (_, k) => normal(1, (firstRow[i % fields] + id) * dim + k))
    );
    assert.deepEqual([...x], expected);
  }
  step.dispose();
  table.dispose();
});

Deno.test(`an id outside its field's table is named with its example, and nothing changes, on ${engine.name}`, async () => {
  const table = newTable({ name: "rowwiseAdagrad", initialAccumulator: 0.1, epsilon: 1e-8 }, "clicks");
  const before = await table.read();
  for (const [bad, message] of [[6, "id 6 of field 1"], [-1, "id -1 of field 1"]] as const) {
    assert.throws(() => table.ids(Int32Array.of(1, 0, 2, 1, bad, 0)), (error: Error) => {
      assert.ok(error instanceof RangeError);
      assert.equal(error.message, `Cannot look up ${message} in clicks (example 1 of the batch): wanted 0 to 5.`);
      return true;
    });
  }
  assert.throws(() => table.ids(new Int32Array(7)), /7 ids in clicks: wanted a multiple of its 3 fields/);
  assert.deepEqual(await table.read(), before);
  await runUpdates(table); // the refused batches have left nothing behind
  assertClose(
    (await table.read()).weights,
    reference({ name: "rowwiseAdagrad", initialAccumulator: 0.1, epsilon: 1e-8 }).weights,
    {
      relative: 2e-6,
      absolute: 1e-6,
    },
  );
  table.dispose();
});

Deno.test(`a table takes back the state it gave, and what is done to the copy does not reach it, on ${engine.name}`, async () => {
  const table = newTable({ name: "adagrad", initialAccumulator: 0.1, epsilon: 1e-8 });
  await runUpdates(table);
  const saved = await table.read(), kept = structuredClone(saved);
  await runUpdates(table);
  assert.notDeepEqual(await table.read(), kept);
  table.write(saved);
  saved.weights.fill(7);
  assert.deepEqual(await table.read(), kept);
  table.dispose();
});

Deno.test(`a table of more numbers than are copied at a time starts, gives and takes every one of them, on ${engine.name}`, async () => {
  const fieldRows = [150_001, 33], dim = 16, numbers = 150_034 * dim; // 2.4 million: TensorFlow gets 2^20 at a time
  const table = engine.embeddingTable({
    name: "rows",
    fieldRows,
    dim,
    optimizer: { name: "rowwiseAdagrad", initialAccumulator: 0.1, epsilon: 1e-8 },
    fill: (out, from) => out.forEach((_, i) => out[i] = from * dim + i),
  });
  const { weights, accumulator } = await table.read();
  assert.equal(weights.length, numbers);
  assert.ok(weights.every((value, i) => value === i)); // exact: below 2^24
  assert.ok(accumulator.every((value) => value === Math.fround(0.1)));
  table.write({ weights: weights.map((value) => -value), accumulator: accumulator.map((_, row) => row) });
  const written = await table.read();
  assert.ok(written.weights.every((value, i) => value === 0 - i));
  assert.ok(written.accumulator.every((value, row) => value === row));
  table.dispose();
});

Deno.test(`a table says which array of a state is missing or has another size, on ${engine.name}`, async () => {
  const table = newTable({ name: "adagrad", initialAccumulator: 0.1, epsilon: 1e-8 }, "clicks");
  const state = await table.read();
  const { accumulator: _, ...incomplete } = state;
  assert.throws(() => table.write(incomplete), /state of clicks: it has no array "accumulator"/);
  const tooShort = { weights: new Float32Array(rows * dim), accumulator: new Float32Array(5) };
  assert.throws(() => table.write(tooShort), /5 values into clicks\/accumulator of shape \[13,3\]: wanted 39/);
  assert.deepEqual(await table.read(), state, "a refused state changes nothing");
  table.dispose();
});

Deno.test(`fields with few rows have a moving average of every row, and the others their latest rows, on ${engine.name}`, async () => {
  const table = engine.embeddingTable({
    name: "rows",
    fieldRows,
    dim,
    optimizer: { name: "sgd" },
    averageMaxRows: 4,
    fill,
  });
  type Inputs = UpdateInputs & { kept: HostTensor };
  const step = engine.compileStep<Inputs>(({ ids, gradient, rate, kept }) => {
    table.update(ids, gradient, rate);
    table.updateAverage(kept);
    return {};
  }, { name: "update and average" });
  const look = engine.compileStep<{ ids: EmbeddingIds }>(
    ({ ids }) => ({ average: table.lookupAverage(ids), latest: table.lookup(ids) }),
    { name: "look" },
  );
  const averages = [Float64Array.from((await table.read()).weights)];
  for (const [b, { ids, examples }] of batches.entries()) {
    await step.run({
      ids: table.ids(ids),
      gradient: { data: gradientOf(b), shape: [examples, fields, dim] },
      rate: { data: Float32Array.of(rate), shape: [] },
      kept: { data: Float32Array.of(0.75), shape: [] },
    });
    const { weights } = await table.read();
    averages.push(averages[b].map((average, i) => 0.75 * average + 0.25 * weights[i]));
  }
  const expected = averages[batches.length];
  const { average, weights } = await table.read();
  const small = [0, 1, 2, 3, 10, 11, 12]; // rows of the fields of 4 and 3 rows; the one of 6 has no average
  const numbers = (row: number, of: ArrayLike<number>) => Array.from({ length: dim }, (_, k) => of[row * dim + k]);
  assertClose(average, small.flatMap((row) => numbers(row, expected)), { relative: 1e-6, absolute: 1e-7 });
  assert.notDeepEqual([...average.slice(0, dim)], [...weights.slice(0, dim)]);

  const ids = Int32Array.of(3, 5, 2, 0, 0, 0);
  const seen = await look.run({ ids: table.ids(ids) });
  const looked = [...ids].map((id, i) => firstRow[i % fields] + id);
  assert.deepEqual([...seen.latest], looked.flatMap((row) => numbers(row, weights)));
  const averaged = looked.flatMap((row) =>
    small.includes(row) ? numbers(small.indexOf(row), average) : numbers(row, weights)
  );
  assert.deepEqual([...seen.average], averaged);
  [step, look, table].forEach((owned) => owned.dispose());
});

Deno.test(`a table without small fields keeps no average and predicts from its latest rows, on ${engine.name}`, async () => {
  const table = engine.embeddingTable({
    name: "rows",
    fieldRows,
    dim,
    optimizer: { name: "sgd" },
    averageMaxRows: 2,
    fill,
  });
  assert.deepEqual(Object.keys(await table.read()), ["weights"]);
  const look = engine.compileStep<{ ids: EmbeddingIds; kept: HostTensor }>(({ ids, kept }) => {
    table.updateAverage(kept);
    return { average: table.lookupAverage(ids), latest: table.lookup(ids) };
  }, { name: "look" });
  const ids = table.ids(batches[0].ids);
  const { average, latest } = await look.run({ ids, kept: { data: Float32Array.of(0.5), shape: [] } });
  assert.deepEqual(average, latest);
  [look, table].forEach((owned) => owned.dispose());
});
