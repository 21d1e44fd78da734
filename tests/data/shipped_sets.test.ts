import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Batch, Dataset, ReadOptions, Stream } from "../../lib/data/batch.ts";
import { type DataConfigInput, parseDataConfig } from "../../lib/data/data_config.ts";
import { fieldSalt, hashedRow } from "../../lib/data/hash_text.ts";
import type { LogConfig } from "../../lib/data/log_config.ts";
import { openDataset } from "../../lib/data/open_dataset.ts";

const BANK = fileURLToPath(new URL("../../data/bank-marketing/config.json", import.meta.url));
const ELEC2 = fileURLToPath(new URL("../../data/elec2/config.json", import.meta.url));

async function batches(stream: Stream, options: ReadOptions): Promise<Batch[]> {
  return await Array.fromAsync(stream.read(options));
}

/** All arrays of some batches, end to end. */
function joined(parts: readonly Batch[]): Record<"ids" | "dense" | "labels" | "times", number[]> {
  const joinAll = (key: "ids" | "dense" | "labels" | "times") => parts.flatMap((part) => [...part[key]]);
  return { ids: joinAll("ids"), dense: joinAll("dense"), labels: joinAll("labels"), times: joinAll("times") };
}

async function clicks(dataset: Dataset): Promise<number> {
  const { labels } = joined(await batches(dataset.train, { batchSize: 4096 }));
  return labels.reduce((sum, label) => sum + label, 0);
}

/** The text of a shipped file without its header line. */
async function lines(path: string): Promise<string[]> {
  const file = await Deno.open(path);
  const text = await new Response(file.readable.pipeThrough(new DecompressionStream("gzip"))).text();
  return text.trimEnd().split(/\r?\n/).slice(1);
}

// Counted with Python's csv module: 45,212 rows; without the second, 45,211 with 5,289 times "yes".
Deno.test("bank-marketing has 45,211 rows, 5,289 of them positive, and no column that is known only after the call", async () => {
  const bank = await openDataset(BANK);
  assert.equal(bank.train.examples, 45_211);
  assert.equal(await clicks(bank), 5_289);
  const names = [...bank.schema.fields.map(({ name }) => name), ...bank.schema.dense];
  assert.ok(!names.some((name) => name.startsWith("duration")), names.join());
  assert.equal(bank.schema.time, "fileOrder");
});

// Counted with Python's csv module: 45,312 rows, 19,237 of class 1.
Deno.test("elec2 has 45,312 rows, 19,237 of them positive", async () => {
  const elec2 = await openDataset(ELEC2);
  assert.equal(elec2.train.examples, 45_312);
  assert.equal(await clicks(elec2), 19_237);
  assert.deepEqual(elec2.schema.fields.map(({ name }) => name), ["period", "nswprice_bucket", "nswdemand_bucket"]);
});

Deno.test("no two values of a categorical column of the shipped sets share a row", async () => {
  for (const [path, file] of [[BANK, "bank-full.csv.gz"], [ELEC2, "elec.csv.gz"]]) {
    const config = parseDataConfig(JSON.parse(await Deno.readTextFile(path))) as LogConfig;
    const rows = await lines(join(dirname(path), file));
    const header = file.startsWith("bank")
      ? "age,job,marital,education,default,balance,housing,loan,contact,day,month,duration,campaign,pdays,previous,poutcome,y"
      : "period,nswprice,nswdemand,vicprice,vicdemand,transfer,class";
    for (const { column, rows: cardinality } of config.categorical) {
      const at = header.split(",").indexOf(column);
      const values = new Set(rows.map((line) => line.split(",")[at]));
      const used = new Set([...values].map((value) => hashedRow(fieldSalt(column), value, cardinality)));
      assert.equal(used.size, values.size, column);
    }
  }
});

Deno.test("a batch of bank-marketing is what splitting the file's lines by hand gives", async () => {
  const bank = await openDataset(BANK);
  const [batch] = await batches(bank.train, { batchSize: 100, from: 20_000, to: 20_100 });
  const rows = (await lines(join(dirname(BANK), "bank-full.csv.gz"))).map((line) => line.split(","));
  rows.splice(1, 1);
  const window = rows.slice(0, 4522).map((row) => Number(row[0]));
  const mean = window.reduce((sum, age) => sum + age, 0) / window.length;
  const deviation = Math.sqrt(window.reduce((sum, age) => sum + (age - mean) ** 2, 0) / window.length);
  const F = bank.schema.fields.length;
  for (let i = 0; i < 100; i++) {
    const row = rows[20_000 + i];
    assert.equal(batch.times[i], 20_000 + i);
    assert.equal(batch.labels[i], row[16] === "yes" ? 1 : 0);
    assert.equal(batch.ids[i * F], hashedRow(fieldSalt("job"), row[1], 128));
    assert.equal(batch.ids[i * F + 8], hashedRow(fieldSalt("month"), row[10], 128));
    assert.ok(Math.abs(batch.dense[i * 5] - (Number(row[0]) - mean) / deviation) < 1e-6);
    assert.ok(
      Math.abs(batch.dense[i * 5 + 3] - Math.sign(Number(row[13])) * Math.log1p(Math.abs(Number(row[13])))) < 1e-6,
    );
  }
});

Deno.test("a stream replays identically, whole or from any position, in batches of any size", async () => {
  const { train, schema } = await openDataset(ELEC2);
  const whole = joined(await batches(train, { batchSize: 5000 }));
  assert.deepEqual(joined(await batches(train, { batchSize: 45_312 })), whole);
  for (
    const [from, to, batchSize] of [[0, 10, 3], [2040, 2060, 7], [4096, 8192, 2048], [45_000, 45_312, 100], [7, 7, 5]]
  ) {
    const parts = await batches(train, { batchSize, from, to });
    const sizes = parts.map(({ size }) => size);
    assert.ok(sizes.slice(0, -1).every((size) => size === batchSize), sizes.join());
    const part = joined(parts);
    assert.deepEqual(part.ids, whole.ids.slice(from * schema.fields.length, to * schema.fields.length));
    assert.deepEqual(part.dense, whole.dense.slice(from * schema.dense.length, to * schema.dense.length));
    assert.deepEqual(part.labels, whole.labels.slice(from, to));
    assert.deepEqual(part.times, whole.times.slice(from, to));
  }
});

Deno.test("statistics come from the first window only: changing every later row leaves it unchanged", async () => {
  const directory = await Deno.makeTempDir();
  try {
    const config: DataConfigInput = {
      kind: "log",
      name: "a",
      files: ["a.csv"],
      format: "csv",
      label: { column: "y", positive: 1 },
      numeric: [{ column: "x", buckets: 4 }],
      statisticsFraction: 0.25,
    };
    const first = async (later: number, window = 1) => {
      const rows = Array.from({ length: 400 }, (_, i) => `${i % 2},${i < 100 ? window * i : later * i}`);
      await Deno.writeTextFile(`${directory}/a.csv`, ["y,x", ...rows].join("\n"));
      return joined(await batches((await openDataset(config, directory)).train, { batchSize: 10, to: 100 }));
    };
    const original = await first(1);
    assert.deepEqual(await first(-1000), original);
    // Within the window they do count: its last row alone moves the mean.
    assert.deepEqual((await first(1, 2)).dense, original.dense, "scaling the window is undone by standardizing");
    const mean = original.dense.reduce((sum, value) => sum + value, 0) / 100;
    assert.ok(Math.abs(mean) < 1e-6);
    const counts = [1, 2, 3, 4].map((bucket) => original.ids.filter((id) => id === bucket).length);
    assert.deepEqual(counts, [25, 25, 25, 25]);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("reading ends with the signal's reason, and a reader may leave early", async () => {
  const { train } = await openDataset(ELEC2);
  const controller = new AbortController();
  let seen = 0;
  await assert.rejects(async () => {
    for await (const batch of train.read({ batchSize: 100, signal: controller.signal })) {
      seen += batch.size;
      if (seen === 300) controller.abort(new Error("enough"));
    }
  }, { message: "enough" });
  assert.equal(seen, 300);
  for await (const batch of train.read({ batchSize: 100 })) {
    assert.equal(batch.size, 100);
    break;
  }
});

Deno.test("a range outside the stream is an error that gives the limits", async () => {
  const { train } = await openDataset(ELEC2);
  assert.throws(() => train.read({ batchSize: 0 }), {
    message: "Cannot read elec2 in batches of 0: wanted a whole number from 1.",
  });
  assert.throws(() => train.read({ batchSize: 10, from: 5, to: 45_313 }), {
    message: "Cannot read examples 5 to 45313 of elec2: wanted whole numbers with 0 <= from <= to <= 45312.",
  });
});

Deno.test("openDataset names a configuration that is not there or not JSON", async () => {
  await assert.rejects(openDataset("nowhere/config.json"), {
    message: "Cannot open the data set nowhere/config.json: no such file. Wanted the path of its JSON configuration.",
  });
  const path = await Deno.makeTempFile({ suffix: ".json" });
  try {
    await Deno.writeTextFile(path, '{"kind": "log",}');
    await assert.rejects(
      openDataset(path),
      (error: Error) => error.message.startsWith(`Cannot read ${path} as JSON: `),
    );
  } finally {
    await Deno.remove(path);
  }
});
