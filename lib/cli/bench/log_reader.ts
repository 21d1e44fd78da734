import { join } from "node:path";
import { type DataConfig, openDataset, parseDataConfig } from "../../data/mod.ts";
import { PROJECT_ROOT } from "../../experiments/study.ts";
import type { Arena, Bench, BenchContext, Contestant } from "./bench.ts";
import { writeCriteoLog } from "./criteo_log.ts";
import { type PythonChild, startPython } from "./python_child.ts";

export interface LogReaderSizes {
  /** Rows of the file; about, where a shipped log is repeated as a whole. */
  readonly rows: number;
  readonly batchSize: number;
}

const SIZES: LogReaderSizes = { rows: 250_000, batchSize: 4096 };
const OURS = "recscale", OPEN_AND_READ = "open and read", READ_AGAIN = "read again";

type LogConfig = Extract<DataConfig, { kind: "log" }>;

/** Writes a log of about so many rows into a folder. */
type WriteLog = (folder: string, rows: number) => Promise<{ config: LogConfig; written: number }>;

const COMMON = { pass: "reading", counted: "rows" };

/** Reading bank-marketing, repeated into a large CSV file, against pandas' `read_csv` and hash. */
export function logReader(sizes: LogReaderSizes = SIZES): Bench {
  const summary = "reading a click log from CSV to ids, numbers and labels, against pandas";
  return { ...COMMON, name: "log-reader", summary, open: (context) => openArena(writeBankLog, sizes, context) };
}

/** Reading a TSV file in Criteo's layout (13 numbers, 26 categories of many values) against pandas. */
export function criteoReader(sizes: LogReaderSizes = SIZES): Bench {
  const summary = "reading a log in Criteo's layout from TSV to ids, numbers and labels, against pandas";
  return { ...COMMON, name: "criteo-reader", summary, open: (context) => openArena(writeCriteoLog, sizes, context) };
}

async function openArena(
  writeLog: WriteLog,
  { rows, batchSize }: LogReaderSizes,
  { preparing }: BenchContext,
): Promise<Arena> {
  const folder = await Deno.makeTempDir({ prefix: "recscale-bench-" });
  let child: PythonChild | undefined;
  const close = async () => {
    await child?.close();
    await Deno.remove(folder, { recursive: true });
  };
  try {
    preparing("writing the log");
    const { config, written } = await writeLog(folder, rows);
    await writeWorkload(folder, config);
    const opened = await openDataset(config, folder);
    const readAll = async ({ train }: typeof opened) => {
      let read = 0;
      for await (const batch of train.read({ batchSize })) read += batch.size;
      if (read !== written) throw new Error(`Read ${read} rows of ${config.name}: wanted ${written}.`);
    };
    const contestants: Contestant[] = [
      contestant("recscale", OPEN_AND_READ, written, async () => await readAll(await openDataset(config, folder))),
      contestant("recscale, opened before", READ_AGAIN, written, () => readAll(opened)),
    ];
    const notes = [
      `To open a log is to check every value of it once; pandas checks no more than its types, and takes no logarithms.`,
    ];
    const started = await startPython("log_pandas.py", folder);
    if ("unavailable" in started) {
      notes.push(`pandas is not here to compare with: ${started.unavailable}. RECSCALE_PYTHON names another Python.`);
    } else {
      child = started;
      const pandas = PANDAS_WAYS.map(({ name, way }): Contestant => ({
        ...{ name, work: OPEN_AND_READ, side: "pandas", examples: written, passes: 1 },
        round: async () => {
          const { seconds, rows: read } = await started.ask({ way });
          if (read !== written) throw new Error(`pandas read ${read} rows of ${config.name}: wanted ${written}.`);
          return seconds as number;
        },
      }));
      contestants.splice(1, 0, ...pandas);
    }
    const facts = { rows: written, batchSize, pandas: child?.greeting ?? null };
    return { contestants, reference: OURS, notes, facts, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Columns of few values are best read as categories, columns of many as texts: whichever is faster counts. */
const PANDAS_WAYS = [{ name: "pandas", way: "category" }, { name: "pandas, texts", way: "text" }];

function contestant(name: string, work: string, examples: number, read: () => Promise<void>): Contestant {
  const round = async () => {
    const started = performance.now();
    await read();
    return (performance.now() - started) / 1000;
  };
  return { name, work, side: OURS, examples, passes: 1, round };
}

/** Repeats the shipped log, without the rows that its config omits. */
async function writeBankLog(folder: string, rows: number): Promise<{ config: LogConfig; written: number }> {
  const shipped = join(PROJECT_ROOT, "data", "bank-marketing");
  const config = parseDataConfig(JSON.parse(await Deno.readTextFile(join(shipped, "config.json")))) as LogConfig;
  const packed = (await Deno.open(join(shipped, config.files[0]))).readable;
  const text = await new Response(packed.pipeThrough(new DecompressionStream("gzip"))).text();
  const [header, ...lines] = text.trimEnd().split(/\r?\n/);
  const good = lines.filter((_, row) => !config.omitRows.includes(row + 1));
  const times = Math.max(1, Math.round(rows / good.length));
  using file = await Deno.create(join(folder, "log.csv"));
  const encoder = new TextEncoder();
  await write(file, encoder.encode(header + "\n"));
  const body = encoder.encode(good.join("\n") + "\n");
  for (let i = 0; i < times; i++) await write(file, body);
  return { config: { ...config, files: ["log.csv"], omitRows: [] }, written: times * good.length };
}

/** Tells the pandas script what to read. */
async function writeWorkload(folder: string, config: LogConfig): Promise<void> {
  const workload = {
    file: config.files[0],
    delimiter: config.format === "tsv" ? "\t" : ",",
    columns: config.columns ?? null,
    label: config.label.column,
    positive: String(config.label.positive),
    categorical: config.categorical.map(({ column, rows }) => [column, rows]),
    numeric: config.numeric.map(({ column, buckets }) => [column, buckets ?? 0]),
  };
  await Deno.writeTextFile(join(folder, "workload.json"), JSON.stringify(workload));
}

async function write(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
}
