import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Batch } from "../../lib/data/batch.ts";
import { parseDataConfig } from "../../lib/data/data_config.ts";
import { fieldSalt, hashedRow } from "../../lib/data/hash_text.ts";
import type { LogConfig } from "../../lib/data/log_config.ts";
import { type LogDataset, openLog } from "../../lib/data/open_log.ts";

const DATA = fileURLToPath(new URL("../../data/", import.meta.url));

/** Opens a ready config in a folder that holds `files` in its layout, and reads all of it. */
async function read(name: string, files: Record<string, string[]>): Promise<{ log: LogDataset; batch: Batch }> {
  const directory = await Deno.makeTempDir();
  try {
    for (const [file, lines] of Object.entries(files)) {
      await Deno.writeTextFile(join(directory, file), lines.join("\n") + "\n");
    }
    const log = await openLog(await readConfig(`${name}/config.json`), directory);
    const [batch] = await Array.fromAsync(log.train.read({ batchSize: log.train.examples }));
    return { log, batch };
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

async function readConfig(path: string): Promise<LogConfig> {
  return parseDataConfig(JSON.parse(await Deno.readTextFile(join(DATA, path))), path) as LogConfig;
}

/** The ids that a row's texts must have, in the order of the schema. */
function idsOf(log: LogDataset, texts: Record<string, string>): number[] {
  return log.schema.fields.map(({ name, cardinality }) =>
    hashedRow(fieldSalt(name), texts[name] === "" ? null : texts[name], cardinality)
  );
}

const CRITEO_NUMBERS = Array.from({ length: 13 }, (_, i) => `I${i + 1}`);
const CRITEO_TEXTS = Array.from({ length: 26 }, (_, i) => `C${i + 1}`);

/** Row i of a file in Criteo's layout: every value of it, by name. */
function criteoRow(i: number): Record<string, string> {
  const numbers = CRITEO_NUMBERS.map((name, k) => [name, (i + k) % 5 === 0 ? "" : String((i + 1) * (k + 1) - 3)]);
  const texts = CRITEO_TEXTS.map((name, k) => [
    name,
    (i + k) % 7 === 0 ? "" : (((i + 1) * 2654435761 * (k + 1)) >>> 0).toString(16).padStart(8, "0"),
  ]);
  return Object.fromEntries([["label", i % 4 === 0 ? "1" : "0"], ...numbers, ...texts]);
}

const criteoLine = (i: number) => Object.values(criteoRow(i)).join("\t");
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

function checkCriteo({ log, batch }: { log: LogDataset; batch: Batch }, rows: number): void {
  assert.equal(batch.size, rows);
  assert.deepEqual(log.schema.dense, CRITEO_NUMBERS);
  assert.deepEqual(log.schema.fields.map(({ name }) => name), CRITEO_TEXTS);
  for (const i of range(0, rows)) {
    const row = criteoRow(i);
    assert.equal(batch.labels[i], Number(row.label));
    assert.equal(batch.times[i], i);
    assert.deepEqual([...batch.ids.subarray(i * 26, (i + 1) * 26)], idsOf(log, row));
    CRITEO_NUMBERS.forEach((name, k) => {
      const x = Number(row[name]); // a missing one counts as 0
      assert.ok(Math.abs(batch.dense[i * 13 + k] - Math.sign(x) * Math.log(1 + Math.abs(x))) < 1e-6, `${name} of ${i}`);
    });
  }
}

Deno.test("criteo-kaggle reads train.txt in the layout of the challenge", async () => {
  checkCriteo(await read("criteo-kaggle", { "train.txt": range(0, 50).map(criteoLine) }), 50);
});

Deno.test("criteo-terabyte reads day_0 to day_23 in the order of days, not of names", async () => {
  const days = Object.fromEntries(
    range(0, 24).map((day) => [`day_${day}`, range(2 * day, 2 * day + 2).map(criteoLine)]),
  );
  checkCriteo(await read("criteo-terabyte", days), 48);
});

Deno.test("avazu reads its hours as UTC and every other column as a category", async () => {
  const header =
    "id,click,hour,C1,banner_pos,site_id,site_domain,site_category,app_id,app_domain,app_category,device_id," +
    "device_ip,device_model,device_type,device_conn_type,C14,C15,C16,C17,C18,C19,C20,C21";
  const lines = [
    "1000009418151094273,0,14102100,1005,0,1fbe01fe,f3845767,28905ebd,ecad2386,7801e8d9,07d7df22,a99f214a,ddd2926e," +
    "44956a24,1,2,15706,320,50,1722,0,35,-1,79",
    "10000169349117863715,1,14102123,1005,1,1fbe01fe,f3845767,28905ebd,ecad2386,7801e8d9,07d7df22,a99f214a,96809ac8," +
    "711ee120,1,0,15704,320,50,1722,0,35,100084,79",
    "10000371904215119486,0,14103000,1010,0,85f751fd,c4e18dd6,50e219e0,ecad2386,7801e8d9,07d7df22,a99f214a,b3cf8def," +
    "8a4875bd,4,0,15704,320,50,1722,3,39,-1,23",
  ];
  const { log, batch } = await read("avazu", { "train.csv": [header, ...lines] });
  assert.deepEqual([...batch.labels], [0, 1, 0]);
  assert.deepEqual(
    [...batch.times],
    [[21, 0], [21, 23], [30, 0]].map(([day, hour]) => Date.UTC(2014, 9, day, hour) / 1000),
  );
  const names = header.split(",");
  assert.deepEqual(log.schema.fields.map(({ name }) => name), names.slice(3));
  lines.forEach((line, i) => {
    const row = Object.fromEntries(line.split(",").map((value, k) => [names[k], value]));
    assert.deepEqual([...batch.ids.subarray(i * 21, (i + 1) * 21)], idsOf(log, row));
  });
});

Deno.test("movielens takes ratings from 4 on as clicks, in order of time", async () => {
  const lines = [
    "userId,movieId,rating,timestamp",
    "1,307,3.5,1256677221",
    "1,481,4.0,1256677456",
    "2,307,5.0,1256677456",
  ];
  const { log, batch } = await read("movielens", { "ratings-by-time.csv": lines });
  assert.deepEqual([...batch.labels], [0, 1, 1]);
  assert.deepEqual([...batch.times], [1256677221, 1256677456, 1256677456]);
  assert.deepEqual([...batch.ids.subarray(4)], idsOf(log, { userId: "2", movieId: "307" }));
  await assert.rejects(read("movielens", { "ratings-by-time.csv": [...lines, "2,308,good,1256677457"] }), {
    message: /^Cannot read column "rating" of ratings-by-time\.csv at row 4: expected a finite number, got "good"\./,
  });
  await assert.rejects(read("movielens", { "ratings-by-time.csv": [lines[0], lines[2], lines[1]] }), {
    message:
      /^Cannot read column "timestamp" of ratings-by-time\.csv at row 2: its time is before that of the row above\./,
  });
});

// Counted with pandas: 10,000 rows and 46 clicks in each file; first and last times as the files have them.
Deno.test("each campaign of open-bandit has 10,000 rows, 46 of them clicked, from 24 to 30 November 2019", async () => {
  for (const [campaign, items] of [["men", 34], ["women", 46]] as const) {
    const path = `open-bandit/${campaign}.json`;
    const config = await readConfig(path);
    const log = await openLog(config, join(DATA, dirname(path)));
    assert.deepEqual(log.count, { examples: 10_000, omitted: 1, ragged: 0, badValues: {} });
    const [batch] = await Array.fromAsync(log.train.read({ batchSize: 10_000 }));
    assert.equal(batch.labels.reduce((sum, label) => sum + label, 0), 46);
    assert.equal(log.schema.dense.length, items);
    assert.equal(new Date(batch.times[0] * 1000).toISOString().slice(0, 10), "2019-11-24");
    assert.equal(new Date(batch.times[9999] * 1000).toISOString().slice(0, 10), "2019-11-30");
    // No two of the items share a row: 34 and 46 of them, by pandas' nunique.
    const F = log.schema.fields.length;
    assert.equal(new Set(Array.from({ length: 10_000 }, (_, i) => batch.ids[i * F])).size, items);
  }
});
