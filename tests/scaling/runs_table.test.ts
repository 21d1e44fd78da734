import assert from "node:assert/strict";
import { readRunsTable, runsObservations } from "../../lib/scaling/mod.ts";

const read = (text: string) => readRunsTable(text, "runs.csv");
const columns = { loss: "loss", x: ["D"] };

Deno.test("columns are found by name, in CSV and TSV, quoted or not, with a byte order mark and Windows line ends", () => {
  for (
    const text of [
      "D,scheme,loss,seed\n1e3,a,0.9,1\n2e3,b,0.8,2\n",
      '\uFEFFD,"scheme",loss,seed\r\n1_000,"a",0.9,1\r\n2000,"b",0.8,2\r\n',
      "D\tscheme\tloss\tseed\n1000\ta\t0.9\t1\n2000\tb\t0.8\t2\n",
    ]
  ) {
    const { groups } = runsObservations(read(text), { ...columns, group: "scheme", seed: "seed" });
    assert.deepEqual(groups, [
      { name: "a", observations: [{ x: [1000], loss: 0.9, seed: "1" }] },
      { name: "b", observations: [{ x: [2000], loss: 0.8, seed: "2" }] },
    ]);
  }
});

Deno.test("semicolons part cells as well, and groups may be of several columns", () => {
  const { groups } = runsObservations(read("D;scheme;rows;loss\n1e3;a;hashed;0.9\n2e3;a;own;0.8\n4e3;a;hashed;0.7\n"), {
    ...columns,
    group: ["scheme", "rows"],
  });
  assert.deepEqual(groups.map(({ name, observations }) => [name, observations.length]), [["a, hashed", 2], [
    "a, own",
    1,
  ]]);
});

Deno.test("data follow from compute where the table has no column of them", () => {
  const table = read("N,C,loss\n1e6,6e15,0.9\n2e6,6e16,0.8\n");
  const { groups } = runsObservations(table, { loss: "loss", x: ["N"], compute: { column: "C", perParameter: 6 } });
  assert.deepEqual(groups[0].observations.map(({ x }) => x), [[1e6, 1e9], [2e6, 5e9]]);
  assert.throws(
    () => runsObservations(table, { loss: "loss", x: ["N", "C"], compute: { column: "C", perParameter: 6 } }),
    /data from compute beside N and C: wanted the parameters alone/,
  );
});

Deno.test("what cannot be read is named with column, line and value", () => {
  const fails = (text: string, message: string, own = columns) =>
    assert.throws(() => runsObservations(read(text), own), { message });
  fails("D,loss\n1,0.9\n,0.8\n", 'Cannot read column "D" of runs.csv on line 3: wanted a number above 0, got nothing.');
  fails("D,loss\n1,0\n", 'Cannot read column "loss" of runs.csv on line 2: wanted a number above 0, got "0".');
  fails("D,loss\n1,inf\n", 'Cannot read column "loss" of runs.csv on line 2: wanted a number above 0, got "inf".');
  fails(
    "D,loss\n2M,0.9\n",
    'Cannot read column "D" of runs.csv on line 2: wanted a number above 0, got "2M", with a unit: write plain counts such as 2e6.',
  );
  fails("d,loss\n1,1\n", 'There is no column "D" in runs.csv (did you mean "d"?): it has d, loss.');
  assert.throws(() => read("D,loss\n1\n"), /line 2 of runs.csv: it has 1 cells and the header 2/);
  assert.throws(() => read("D,loss\n\n"), /it has no run below its header/);
  assert.throws(() => read("D,D\n1,2\n"), /the column "D" twice/);
});

Deno.test("lines that are the same run are refused, kept or dropped, and replicates are runs", () => {
  const table = read("D,loss,note\n1,0.9,a\n2,0.8,b\n1,0.9,c\n1,0.91,d\n");
  assert.throws(() => runsObservations(table, columns), /lines 2 and 4 are the same run \(loss 0.9, D 1\)/);
  const count = (duplicates: "keep" | "drop") =>
    runsObservations(table, { ...columns, duplicates }).groups[0].observations.length;
  assert.deepEqual([count("keep"), count("drop")], [4, 3]);
});

Deno.test("a column in two units, and a column of logarithms, are pointed out", () => {
  const warnings = (values: readonly number[]) =>
    runsObservations(read("D,loss\n" + values.map((value, i) => `${value},${0.9 - i / 100}\n`).join("")), columns)
      .warnings;
  assert.match(warnings([1, 2, 4, 8, 16e6, 32e6])[0], /jumps from 8 to 16000000 with nothing between/);
  assert.match(warnings([15, 16, 17, 18, 19])[0], /rises in equal steps up to 19: are these logarithms\?/);
  assert.deepEqual(warnings([1e6, 2e6, 4e6, 8e6, 1.6e7]), []);
  assert.deepEqual(warnings([1e3, 1e4, 1e5, 1e6]), []);
});
