import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { type DataConfigInput, parseDataConfig } from "../../lib/data/data_config.ts";
import type { LogConfig } from "../../lib/data/log_config.ts";
import { type LogDataset, openLog } from "../../lib/data/open_log.ts";

type LogInput = Extract<DataConfigInput, { kind: "log" }>;

const HEADER = "click,site,price";

/** Opens `a.csv` (or what `changes` says) of a new folder that holds `files`. */
async function open(files: Record<string, string | Uint8Array>, changes: Partial<LogInput> = {}): Promise<LogDataset> {
  const directory = await Deno.makeTempDir();
  try {
    for (const [name, content] of Object.entries(files)) {
      await Deno.writeFile(
        `${directory}/${name}`,
        typeof content === "string" ? new TextEncoder().encode(content) : content,
      );
    }
    const config = parseDataConfig({
      kind: "log",
      name: "clicks",
      files: Object.keys(files),
      format: "csv",
      label: { column: "click", positive: 1 },
      categorical: [{ column: "site", rows: 10 }],
      numeric: [{ column: "price", transform: "none" }],
      ...changes,
    });
    return await openLog(config as LogConfig, directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

const csv = (...rows: string[]) => [HEADER, ...rows].join("\n") + "\n";
const ADVICE = (row: number) =>
  ` The first row after a header line is row 1. To leave the row out, add ${row} to "omitRows"; ` +
  `to leave out all such rows, set "onBadRow" to "skip".`;

async function fails(
  message: string,
  files: Record<string, string | Uint8Array>,
  changes: Partial<LogInput> = {},
): Promise<void> {
  await assert.rejects(open(files, changes), { message });
}

Deno.test("a misspelt column is named with its key and the nearest column", async () => {
  await fails(
    'Cannot find column "sits" (key "categorical[0].column") in a.csv. Did you mean "site"? Its columns are click, site, price.',
    { "a.csv": csv("1,a,2") },
    { categorical: [{ column: "sits", rows: 10 }] },
  );
  await fails(
    'Cannot find column "temperature" (key "numeric[0].column") in a.csv. Its columns are click, site, price.',
    { "a.csv": csv("1,a,2") },
    { numeric: [{ column: "temperature" }] },
  );
});

Deno.test("text in a numeric column is named with file, row and column", async () => {
  await fails(
    'Cannot read column "price" of a.csv at row 3: expected a finite number, got "n/a".' + ADVICE(3),
    { "a.csv": csv("1,a,2", "0,b,3", "1,a,n/a", "0,c,also") },
  );
  await fails(
    'Cannot read column "price" of a.csv at row 1: expected a finite number, got "inf".' + ADVICE(1),
    { "a.csv": csv("1,a,inf") },
  );
  await fails(
    'Cannot read column "price" of a.csv at row 2: expected a finite number, got a missing value.' + ADVICE(2),
    { "a.csv": csv("1,a,2", "1,b,") },
    { missing: { numeric: "fail" } },
  );
});

Deno.test("a bad value in the second file is named with that file and its own row", async () => {
  await fails(
    'Cannot read column "price" of b.csv at row 1 (row 3 of the log): expected a finite number, got "x".' + ADVICE(3),
    { "a.csv": csv("1,a,2", "0,b,3"), "b.csv": csv("1,a,x") },
  );
});

Deno.test("a label that is neither value is an error, and so is a missing one", async () => {
  await fails(
    'Cannot read column "click" of a.csv at row 2: expected 1 or 0, got "2".' + ADVICE(2),
    { "a.csv": csv("1,a,2", "2,b,3") },
  );
  await fails(
    'Cannot read column "click" of a.csv at row 1: expected "yes" or "no", got a missing value.' + ADVICE(1),
    { "a.csv": csv(",a,2") },
    { label: { column: "click", positive: "yes" } },
  );
});

Deno.test("a row with too many or too few columns is named with its line", async () => {
  await fails(
    "Cannot read a.csv at line 3: expected 3 columns, found 4; the line reads 0,b,3,9.",
    { "a.csv": csv("1,a,2", "0,b,3,9", "1,a,2") },
  );
  await fails(
    "Cannot read b.csv at line 2: expected 3 columns, found 2; the line reads 0,b.",
    { "a.csv": csv("1,a,2"), "b.csv": csv("0,b", "1,a,2") },
  );
});

Deno.test("a quote that is never closed is an error under both policies, and quotes can be switched off", async () => {
  const file = { "a.csv": csv("1,a,2", '0,"b,3', "1,c,4") };
  await fails(
    'Cannot read a.csv at line 3: a quote is opened and never closed; the line reads 0,"b,3. ' +
      'If quotes are ordinary characters here, set "quote" to "".',
    file,
  );
  await fails(
    'Cannot read a.csv at line 3: a quote is opened and never closed, so "onBadRow": "skip" cannot tell where the next row ' +
      'begins. If quotes are ordinary characters here, set "quote" to "".',
    file,
    { onBadRow: "skip" },
  );
  assert.equal((await open(file, { quote: "" })).count.examples, 3);
});

Deno.test("a cut or damaged gzip file is an error even where its text ends with a whole row", async () => {
  const whole = gzipSync(csv(...Array.from({ length: 1000 }, (_, i) => `${i % 2},site ${i},${i}`)));
  const damaged = whole.slice();
  damaged[damaged.length - 6] ^= 0xff;
  const cut = "Cannot read a.csv.gz: the gzip file is cut off or damaged; fetch it again.";
  await fails(cut, { "a.csv.gz": whole.slice(0, -4) });
  await fails(cut, { "a.csv.gz": whole.slice(0, whole.length / 2) });
  await fails(cut, { "a.csv.gz": whole.slice(0, whole.length / 2) }, { onBadRow: "skip" });
  await fails(cut, { "a.csv.gz": damaged });
  await fails("Cannot read a.csv.gz: its name ends in .gz but its bytes are not gzip.", { "a.csv.gz": csv("1,a,2") });
});

Deno.test("files that are absent, empty, without rows or unlike each other are errors", async () => {
  const a = csv("1,a,2");
  await fails('Cannot find b.csv: check key "files"; names are relative to the configuration.', { "a.csv": a }, {
    files: ["a.csv", "b.csv"],
  });
  await fails('Cannot find any file that matches c*.csv: check key "files".', { "a.csv": a }, { files: ["c*.csv"] });
  await fails("Cannot read a.csv: the file is empty.", { "a.csv": "" });
  await fails("Cannot use a.csv: it has a header line but no rows.", { "a.csv": csv() });
  await fails("Cannot read a.csv.zst: wanted plain text, gzip (.gz) or Parquet; unpack it first.", { "a.csv.zst": a });
  await fails("Cannot read b.csv: its columns are click, price, site, but a.csv has click, site, price.", {
    "a.csv": a,
    "b.csv": "click,price,site\n1,2,a\n",
  });
  await fails('Cannot read a.csv: its header line names the column "site" twice.', {
    "a.csv": "click,site,site\n1,a,b\n",
  });
  await fails("Cannot read a.csv: column 2 of its header line has no name.", { "a.csv": "click,,price\n1,a,2\n" });
});

Deno.test("a time that goes backwards or cannot be read is an error", async () => {
  const file = { "a.csv": csv("1,a,2", "0,b,3", "1,a,2.5") };
  await fails(
    'Cannot read column "price" of a.csv at row 3: its time is before that of the row above. ' +
      'Sort the log by time, or set "time" to "fileOrder" to take its order as it is.',
    file,
    { time: { column: "price", format: "seconds" } },
  );
  await fails(
    'Cannot read column "site" of a.csv at row 1: expected a time such as 2014-10-21 05:00:00, got "a".' + ADVICE(1),
    file,
    { time: { column: "site" } },
  );
  await fails(
    'Cannot read column "price" of a.csv at row 1: expected seconds since 1970 as a number, got "nan".' + ADVICE(1),
    { "a.csv": csv("1,a,nan") },
    { time: { column: "price", format: "seconds" }, numeric: [] },
  );
});

Deno.test("skip leaves bad rows out and counts them by reason", async () => {
  const { count, train, description } = await open(
    { "a.csv": csv("1,a,2", "0,b", "1,c,n/a", "7,d,1", "0,e,5", "0,f,6,7", ",g,1"), "b.csv": csv("1,h,8", "0,i") },
    { onBadRow: "skip" },
  );
  assert.deepEqual(count, { examples: 3, omitted: 0, ragged: 3, badValues: { click: 2, price: 1 } });
  assert.equal(train.examples, 3);
  assert.equal(
    description,
    "clicks: 3 rows of 2 files (3 skipped for a wrong number of columns, 3 skipped for a bad value).",
  );
  await fails(
    'Cannot use a.csv: no row is usable (2 rows: 0 omitted, 1 with a wrong number of columns, 1 with a bad "price").',
    { "a.csv": csv("1,a,x", "1") },
    { onBadRow: "skip" },
  );
});
