import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { DuckDBInstance } from "@duckdb/node-api";
import type { Batch, Stream } from "../../lib/data/batch.ts";
import { type DataConfigInput, parseDataConfig } from "../../lib/data/data_config.ts";
import { fieldSalt, hashedRow } from "../../lib/data/hash_text.ts";
import type { LogConfig } from "../../lib/data/log_config.ts";
import { type LogDataset, openLog } from "../../lib/data/open_log.ts";

const CLICKS = "click,site,price,hour\n1,a,2.5,14102100\n0,b,,14102100\n1,,4,14102101\n0,c,-1,14102123\n";

const CONFIG: Omit<Extract<DataConfigInput, { kind: "log" }>, "files"> = {
  kind: "log",
  name: "clicks",
  format: "csv",
  label: { column: "click", positive: 1 },
  categorical: [{ column: "site", rows: 100 }],
  numeric: [{ column: "price", transform: "none" }],
  missing: { numeric: "zero" },
};

/** Opens files written into a new folder; all of them, in order of name, unless `changes` names some. */
async function open(
  files: Record<string, string | Uint8Array>,
  changes: Partial<Extract<DataConfigInput, { kind: "log" }>> = {},
): Promise<LogDataset> {
  const directory = await Deno.makeTempDir();
  try {
    for (const [name, content] of Object.entries(files)) {
      await Deno.writeFile(
        `${directory}/${name}`,
        typeof content === "string" ? new TextEncoder().encode(content) : content,
      );
    }
    const config = parseDataConfig({ ...CONFIG, files: Object.keys(files), ...changes }) as LogConfig;
    const dataset = await openLog(config, directory);
    return {
      ...dataset,
      train: await remember(dataset.train),
      ...(dataset.test && { test: await remember(dataset.test) }),
    };
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** A stream that has been read whole, so that its files may go. */
async function remember(stream: Stream): Promise<Stream> {
  const whole = await batches(stream, { batchSize: stream.examples });
  return {
    ...stream,
    async *read() {
      yield* whole;
    },
  };
}

async function batches(stream: Stream, options: Parameters<Stream["read"]>[0]): Promise<Batch[]> {
  return await Array.fromAsync(stream.read(options));
}

async function only(stream: Stream): Promise<Batch> {
  const [batch] = await batches(stream, { batchSize: stream.examples });
  return batch;
}

const site = (text: string | null) => hashedRow(fieldSalt("site"), text, 100);

Deno.test("a CSV file becomes hashed ids, numbers and labels in file order", async () => {
  const { schema, train, description } = await open({ "clicks.csv": CLICKS });
  const batch = await only(train);
  assert.deepEqual(schema, {
    name: "clicks",
    fields: [{ name: "site", cardinality: 100 }],
    dense: ["price"],
    time: "fileOrder",
  });
  assert.deepEqual([...batch.ids], [site("a"), site("b"), site(null), site("c")]);
  assert.deepEqual([...batch.dense], [2.5, 0, 4, -1]);
  assert.deepEqual([...batch.labels], [1, 0, 1, 0]);
  assert.deepEqual([...batch.times], [0, 1, 2, 3]);
  assert.equal(description, "clicks: 4 rows of clicks.csv.");
});

Deno.test("TSV, gzip, headerless files, quoted values, CRLF and a byte order mark all give the batch of the plain CSV", async () => {
  const expected = await only((await open({ "clicks.csv": CLICKS })).train);
  const lines = CLICKS.trimEnd().split("\n");
  const columns = ["click", "site", "price", "hour"];
  const variants = [
    await open({ "clicks.tsv": CLICKS.replaceAll(",", "\t") }, { format: "tsv" }),
    await open({ "clicks.txt": CLICKS.replaceAll(",", ";") }, { delimiter: ";" }),
    await open({ "clicks.csv.gz": gzipSync(CLICKS) }),
    await open({ "clicks.csv.gz": Uint8Array.from([...gzipSync(CLICKS.slice(0, 40)), ...gzipSync(CLICKS.slice(40))]) }),
    await open({ "clicks.csv": lines.slice(1).join("\n") }, { header: false, columns }),
    await open({ "clicks.csv": "\uFEFF" + lines.join("\r\n") }),
    await open({ "clicks.csv": CLICKS.replace("1,a,", '1,"a",').replace("site", '"site"') }),
    await open({ "1.csv": lines.slice(0, 3).join("\n"), "2.csv": [lines[0], ...lines.slice(3)].join("\n") }),
    await open({ "b2.csv": [lines[0], ...lines.slice(3)].join("\n"), "b1.csv": lines.slice(0, 3).join("\n") }, {
      files: ["b*.csv"],
    }),
    await open({ "clicks.csv": CLICKS.replace("b,,", "b,NA,").replace("1,,4", "1,NA,4") }, {
      missing: { texts: ["NA"], numeric: "zero" },
    }),
  ];
  for (const { train } of variants) assert.deepEqual(await only(train), expected);
});

Deno.test("a Parquet file with typed columns gives the batch of the CSV it was made from", async () => {
  const directory = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${directory}/clicks.csv`, CLICKS);
    const connection = await (await DuckDBInstance.create()).connect();
    await connection.run(`COPY (SELECT click = 1 AS click, site, price::DECIMAL(9,2) AS price, hour::VARCHAR AS hour
      FROM read_csv('${directory}/clicks.csv')) TO '${directory}/clicks.parquet' (FORMAT parquet)`);
    connection.closeSync();
    const file = await Deno.readFile(`${directory}/clicks.parquet`);
    const label = { column: "click", positive: true };
    const parquet = await open({ "clicks.parquet": file }, { format: "parquet", label });
    assert.deepEqual(await only(parquet.train), await only((await open({ "clicks.csv": CLICKS })).train));
    await assert.rejects(
      open({ "clicks.parquet": file.slice(0, 100) }, { format: "parquet", label }),
      /^Error: Cannot read clicks\.parquet: No magic bytes found at end of file/,
    );
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("a time column is read in its format as UTC seconds", async () => {
  const times = async (column: string[], format?: string) => {
    const text = CLICKS.trimEnd().split("\n").map((line, i) => `${line},${["when", ...column][i]}`).join("\n");
    const { schema, train } = await open({ "clicks.csv": text }, { time: { column: "when", format } });
    assert.equal(schema.time, "seconds");
    return [...(await only(train)).times];
  };
  const start = Date.UTC(2014, 9, 21) / 1000;
  const expected = [start, start, start + 3600, start + 23 * 3600];
  assert.deepEqual(await times(["14102100", "14102100", "14102101", "14102123"], "%y%m%d%H"), expected);
  assert.deepEqual(await times(expected.map(String), "seconds"), expected);
  assert.deepEqual(await times(expected.map((time) => String(1000 * time)), "milliseconds"), expected);
  const iso = ["2014-10-21", "2014-10-21T02:00:00+02:00", "2014-10-21 01:00:00", "2014-10-21T23:00:00Z"];
  assert.deepEqual(await times(iso), expected);
});

Deno.test("label values may be texts, and * stands for every other value", async () => {
  const labels = async (
    column: string[],
    label: LogConfig["label"],
  ) => [
    ...(await only(
      (await open({
        "a.csv": [
          "y,site,price",
          ...column.map((y) => `${y},a,1`),
        ].join("\n"),
      }, { label })).train,
    ))
      .labels,
  ];
  assert.deepEqual(await labels(["yes", "no", "yes"], { column: "y", positive: "yes" }), [1, 0, 1]);
  assert.deepEqual(await labels(["1", "0.0", "1.0"], { column: "y", positive: 1 }), [1, 0, 1]);
  assert.deepEqual(await labels(["buy", "see", "go"], { column: "y", positive: "buy", negative: "*" }), [1, 0, 0]);
});

Deno.test("columns may have any name, those of the reader's own query too", async () => {
  const { train, schema } = await open({ "a.csv": `label,c0,"it's ""n0""",row,bad\n1,x,7,u,v\n0,y,8,u,v\n` }, {
    label: { column: "label", positive: 1 },
    categorical: ["bad", "row", "c0"].map((column) => ({ column, rows: 50 })),
    numeric: [{ column: `it's "n0"`, transform: "none" }],
  });
  assert.deepEqual(schema.dense, [`it's "n0"`]);
  const { ids, dense, labels } = await only(train);
  const row = (field: string, text: string) => hashedRow(fieldSalt(field), text, 50);
  assert.deepEqual([...ids], [
    row("bad", "v"),
    row("row", "u"),
    row("c0", "x"),
    row("bad", "v"),
    row("row", "u"),
    row("c0", "y"),
  ]);
  assert.deepEqual([[...dense], [...labels]], [[7, 8], [1, 0]]);
});

Deno.test("the last part of the log is the test stream and its time goes on", async () => {
  const { train, test } = await open({ "clicks.csv": CLICKS }, { testFraction: 0.25 });
  assert.deepEqual([...(await only(train)).times], [0, 1, 2]);
  const batch = await only(test!);
  assert.deepEqual([[...batch.ids], [...batch.labels], [...batch.times]], [[site("c")], [0], [3]]);
});

Deno.test("omitted rows are left out, and a row beyond the end is an error", async () => {
  const { train, count } = await open({ "clicks.csv": CLICKS }, { omitRows: [2, 4] });
  assert.deepEqual([...(await only(train)).dense], [2.5, 4]);
  assert.deepEqual(count, { examples: 2, omitted: 2, ragged: 0, badValues: {} });
  await assert.rejects(open({ "clicks.csv": CLICKS }, { omitRows: [5] }), {
    message: "Cannot omit row 5 of clicks.csv: there are 4 rows.",
  });
});
