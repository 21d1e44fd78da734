import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import type { Batch, Stream } from "../../lib/data/batch.ts";
import { type DataConfigInput, parseDataConfig } from "../../lib/data/data_config.ts";
import { connectDuckDb, queryRows, sqlText } from "../../lib/data/duckdb.ts";
import type { LogConfig } from "../../lib/data/log_config.ts";
import { findLogFiles } from "../../lib/data/log_files.ts";
import { openCarefully } from "../../lib/data/open_carefully.ts";
import { openLog } from "../../lib/data/open_log.ts";
import { type OpenedLog, openText } from "../../lib/data/open_text.ts";
import { plainNumber } from "../../lib/data/plain_number.ts";
import { plainTime } from "../../lib/data/plain_time.ts";
import { textChunks } from "../../lib/data/text_chunks.ts";

type LogInput = Extract<DataConfigInput, { kind: "log" }>;

const CONFIG: Omit<LogInput, "files"> = {
  kind: "log",
  name: "clicks",
  format: "csv",
  label: { column: "click", positive: 1 },
  categorical: [{ column: "site", rows: 100 }, { column: "price", rows: 1000 }],
  numeric: [{ column: "price", transform: "log1p", buckets: 4 }, { column: "age" }],
  statisticsFraction: 0.5,
};

/** Opens the files in both ways, DuckDB's being the reference, and hands both on while the files exist. */
async function bothWays(
  files: Record<string, string | Uint8Array>,
  changes: Partial<LogInput>,
  compare: (fast: OpenedLog | undefined, careful: OpenedLog) => Promise<void>,
): Promise<void> {
  const directory = await Deno.makeTempDir();
  const connection = await connectDuckDb();
  try {
    for (const [name, content] of Object.entries(files)) {
      const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
      await Deno.writeFile(`${directory}/${name}`, bytes);
    }
    const config = parseDataConfig({ ...CONFIG, files: Object.keys(files), ...changes }) as LogConfig;
    const found = await findLogFiles(connection, config, directory);
    await compare(await openText(config, found), await openCarefully(connection, config, found));
  } finally {
    connection.closeSync();
    await Deno.remove(directory, { recursive: true });
  }
}

async function batches(stream: Stream, options: Parameters<Stream["read"]>[0]): Promise<Batch[]> {
  return await Array.fromAsync(stream.read(options));
}

async function sameBatches(files: Record<string, string | Uint8Array>, changes: Partial<LogInput> = {}): Promise<void> {
  await bothWays(files, changes, async (fast, careful) => {
    assert.ok(fast, "the fast way does not read these files");
    assert.deepEqual([fast.schema, fast.count], [careful.schema, careful.count]);
    const { examples } = fast.count;
    const [ours, reference] = [fast.part(0, examples), careful.part(0, examples)];
    assert.deepEqual(await batches(ours, { batchSize: 64 }), await batches(reference, { batchSize: 64 }));
    const part = { batchSize: 7, from: Math.floor(examples / 3), to: examples - 1 };
    assert.deepEqual(await batches(ours, part), await batches(reference, part));
  });
}

/** A log with everything that the fast way takes: missing values, negative numbers, fractions, exponents, any UTF-8. */
function rows(count: number): string[] {
  const sites = ["a", "site b", "é", "日本", "", "NA", "it's", "x".repeat(300)];
  const ages = ["1", "-2.5", "", "0.1", "123456.789", "1e3", "2.5E-7", "0", "-0", "007", "0.30000000000000004", "NA"];
  return Array.from({ length: count }, (_, i) =>
    [
      i * 7 % 3 === 0 ? (i % 2 ? "1" : "1.0") : "0",
      sites[i * 5 % 8],
      i % 11 === 0 ? "" : String(i * 37 % 9000 - 50),
      ages[i % 12],
      `2014-10-21 ${String(Math.floor(i / 60) % 24).padStart(2, "0")}:${String(i % 60).padStart(2, "0")}:00.1${i % 10}`,
    ].join(","));
}

const HEADER = "click,site,price,age,at";
const missing: LogInput["missing"] = { texts: ["NA"], numeric: "zero" };

Deno.test("both ways give the same batches of plain text, also from the middle on", async () => {
  const lines = rows(1000);
  await sameBatches({ "a.csv": [HEADER, ...lines].join("\n") }, { missing });
  await sameBatches({ "a.csv": [HEADER, ...lines].join("\n") + "\n" }, {
    missing: { texts: ["NA"], numeric: "mean" },
    time: { column: "at" },
    omitRows: [1, 500],
  });
  await sameBatches({ "a.csv": "\uFEFF" + [HEADER, ...lines].join("\r\n") }, { missing });
  await sameBatches({ "a.csv": [HEADER, ...lines].join("\n") }, {
    missing,
    label: { column: "click", positive: { atLeast: 0.5 } },
  });
  await sameBatches({ "a.csv.gz": gzipSync([HEADER, ...lines].join("\n")) }, { missing });
  const quoted = lines.map((line, i) => i % 3 === 0 ? line : line.split(",").map((value) => `"${value}"`).join(","));
  await sameBatches({ "a.csv": [HEADER, ...quoted].join("\n") }, { missing });
  await sameBatches({
    "a.csv": [HEADER, ...lines.slice(0, 333)].join("\n"),
    "b.csv": [HEADER, ...lines.slice(333, 334)].join("\n"),
    "c.csv": [HEADER, ...lines.slice(334)].join("\n"),
  }, { missing, omitRows: [334], time: { column: "at" } });
});

Deno.test("both ways give the same batches of a file of several chunks, from any chunk on", async () => {
  const text = rows(90_000).join("\n").replaceAll(",", "\t");
  assert.ok(text.length > 5 << 20);
  await bothWays({ "a.tsv": text }, {
    format: "tsv",
    header: false,
    columns: HEADER.split(","),
    missing,
  }, async (fast, careful) => {
    assert.deepEqual(fast!.count, careful.count);
    const whole = await batches(careful.part(0, 90_000), { batchSize: 10_000 });
    assert.deepEqual(await batches(fast!.part(0, 90_000), { batchSize: 10_000 }), whole);
    for (let k = 0; k < 9; k++) {
      const range = { batchSize: 10_000, from: k * 10_000, to: (k + 1) * 10_000 };
      assert.deepEqual(await batches(fast!.part(0, 90_000), range), [whole[k]]);
    }
  });
});

Deno.test("what the fast way does not understand is left to DuckDB, which reads it or says what is wrong", async () => {
  const readable = {
    "1,a, 5 ,2": "spaces around a number",
    "1,a,+5,2": "a plus sign",
    "1,a,.5,2": "no digit before the point",
    '1,"say ""a""",5,2': "a doubled quote",
    '1,"two\nlines",5,2': "a line break in a value",
  };
  for (const [row, why] of Object.entries(readable)) {
    await bothWays({ "a.csv": `click,site,price,age\n${row}\n0,b,1,1\n` }, {}, async (fast, careful) => {
      assert.equal(fast, undefined, why);
      assert.equal(careful.count.examples, 2, why);
      assert.equal((await batches(careful.part(0, 2), { batchSize: 2 })).length, 1);
    });
  }
});

Deno.test("a byte sequence that is not UTF-8 is an error, not a hash", async () => {
  const directory = await Deno.makeTempDir();
  try {
    await Deno.writeFile(
      `${directory}/a.csv`,
      Uint8Array.from([
        ...new TextEncoder().encode("click,site,price,age\n1,"),
        0xff,
        ...new TextEncoder().encode(",1,1\n"),
      ]),
    );
    const config = parseDataConfig({ ...CONFIG, files: ["a.csv"] }) as LogConfig;
    await assert.rejects(openLog(config, directory), /Cannot read a\.csv at line 2: Invalid unicode/);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("plainNumber reads what DuckDB reads, or nothing", async () => {
  const connection = await connectDuckDb();
  try {
    const texts = [
      ..."0 -0 1 -1 007 12.50 0.1 -0.30000000000000004 123456789012345 1234567890123456789 9007199254740993".split(" "),
      ..."0.000000000000001 1e5 1E-7 -2.5e+300 1e-400 4.35 1.005 17976931348623157e292 2.2250738585072014e-308"
        .split(" "),
      ...[
        "",
        "-",
        ".",
        "5.",
        ".5",
        "+1",
        " 1",
        "1 ",
        "1_000",
        "1,5",
        "inf",
        "nan",
        "1e999",
        "0x10",
        "--1",
        "1.2.3",
        "1e",
      ],
    ];
    for (const text of texts) {
      const [{ value }] = await queryRows(connection, `SELECT TRY_CAST(${sqlText(text)} AS DOUBLE) AS value`);
      const bytes = new TextEncoder().encode(`;${text};`);
      const read = plainNumber(bytes, 1, 1 + text.length);
      if (!Number.isNaN(read)) assert.equal(read, value, JSON.stringify(text));
      // Digits with an optional point and exponent are plain; all else is left to DuckDB.
      assert.equal(Number.isNaN(read), !/^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text) || text === "1e999", text);
    }
  } finally {
    connection.closeSync();
  }
});

Deno.test("plainTime reads what DuckDB reads, or nothing", async () => {
  const connection = await connectDuckDb();
  try {
    const cases: [format: string, text: string, readable: boolean][] = [
      ["iso", "2014-10-21 05:07:09.123456", true],
      ["iso", "2019-11-24 00:03:13.442536+00:00", true],
      ["iso", "1969-12-31T23:59:59Z", true],
      ["iso", "1961-03-01 00:00:00.123456", true],
      ["iso", "2020-02-29 12:34:56.987", true],
      ["iso", "2016-02-29", true],
      ["iso", "2015-02-29", false],
      ["iso", "2014-10-21T02:00:00+02:00", false],
      ["%y%m%d%H", "14102123", true],
      ["%y%m%d%H", "70010100", true],
      ["%y%m%d%H", "14102124", false],
      ["%y%m%d%H", "1410212", false],
      ["%d.%m.%Y %H:%M:%S", "01.12.2020 23:59:58", true],
      ["%d.%m.%Y", "31.04.2020", false],
    ];
    for (const [format, text, readable] of cases) {
      const parsed = format === "iso"
        ? `${sqlText(text)}::TIMESTAMPTZ`
        : `strptime(${sqlText(text)}, ${sqlText(format)})`;
      const bytes = new TextEncoder().encode(text);
      const read = plainTime(format)!(bytes, 0, bytes.length);
      assert.equal(Number.isNaN(read), !readable, text);
      if (readable) assert.equal(read, (await queryRows(connection, `SELECT epoch(${parsed}) AS t`))[0].t, text);
    }
    assert.equal(plainTime("%d %b %Y"), undefined);
    assert.equal(plainTime("%Y-%m-%d %y"), undefined);
  } finally {
    connection.closeSync();
  }
});

Deno.test("textChunks gives back every line once, whatever the file ends with", async () => {
  const path = await Deno.makeTempFile();
  try {
    const long = "y".repeat(1_900_000);
    for (const end of ["", "\n"]) {
      for (
        const lines of [["a", "b"], Array.from({ length: 300_000 }, (_, i) => `line ${i}`), ["h", long, "z", long]]
      ) {
        await Deno.writeTextFile(path, lines.join("\n") + end);
        for (const header of [false, true]) {
          let text = "";
          let expectedOffset = header ? lines[0].length + 1 : 0;
          for await (const chunk of textChunks(path, header)) {
            assert.equal(chunk.offset, expectedOffset);
            text += new TextDecoder().decode(chunk.bytes.subarray(chunk.start, chunk.end));
            expectedOffset += chunk.end - chunk.start;
          }
          assert.ok(text === lines.slice(header ? 1 : 0).join("\n") + "\n");
        }
      }
    }
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("a file of 150 MB is read in a fraction of its size", async () => {
  const directory = await Deno.makeTempDir();
  try {
    const body = new TextEncoder().encode(rows(20_000).join("\n") + "\n");
    const times = Math.ceil(150e6 / body.length);
    const file = await Deno.create(`${directory}/a.csv`);
    await file.write(new TextEncoder().encode(HEADER + "\n"));
    for (let i = 0; i < times; i++) for (let at = 0; at < body.length;) at += await file.write(body.subarray(at));
    file.close();
    const config = parseDataConfig({ ...CONFIG, files: ["a.csv"], missing }) as LogConfig;
    const before = Deno.memoryUsage().rss;
    const { train } = await openLog(config, directory);
    assert.equal(train.examples, times * 20_000);
    let most = Deno.memoryUsage().rss;
    let read = 0;
    for await (const batch of train.read({ batchSize: 8192 })) {
      read += batch.size;
      most = Math.max(most, Deno.memoryUsage().rss);
    }
    assert.equal(read, train.examples);
    assert.ok(most - before < 100e6, `${Math.round((most - before) / 1e6)} MB more than before`);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
