import { join } from "node:path";
import { chooseRuns, newestRuns, type RunFilter, scoreOf } from "../experiments/choose_runs.ts";
import { pairRuns } from "../experiments/pair_runs.ts";
import { queryRuns, runRow } from "../experiments/query_runs.ts";
import { pruneRecordFile, recordFile, shippedRecords } from "../experiments/record_store.ts";
import type { RunRecord } from "../experiments/run_record.ts";
import { localFolder, PROJECT_ROOT } from "../experiments/study.ts";
import { describePercent } from "../experiments/verdict.ts";
import { exportFigure, type FigureFormat, figureFormats } from "../figures/export_figure.ts";
import { runCurves } from "../figures/run_curves.ts";
import { tableToCsv } from "../figures/table_csv.ts";
import { renderPlain, textTable } from "../notebook/table_text.ts";
import { main, UsageError } from "./command.ts";
import { userPath } from "./user_path.ts";

type Row = Readonly<Record<string, unknown>>;

const MOST_ROWS = 200;

/** Rows as a table for the terminal. */
function show(rows: readonly Row[], digits: Record<string, number> = {}): void {
  if (rows.length === 0) return console.log("No runs.");
  const columns = Object.keys(rows[0]);
  const values = rows.map((row) => columns.map((column) => row[column]));
  console.log(renderPlain(textTable(columns, values, { digits, most: MOST_ROWS })));
}

function shortened(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}

function list(records: readonly RunRecord[]): void {
  const rows = records.map((record) => ({
    id: record.id,
    model: record.model,
    data: shortened(record.data, 40),
    seed: record.config.seed,
    examples: record.result.examples,
    NE: record.result.progressive.ne,
    "test NE": record.result.tests.at(-1)?.metrics.ne ?? null,
    "expected NE": record.result.tests.at(-1)?.metrics.expectedNe ?? null,
    "examples/s": Math.round(record.result.examplesPerSecond),
    finished: record.origin.finishedAt.slice(0, 16).replace("T", " "),
  }));
  show(rows, { NE: 4, "test NE": 4, "expected NE": 4 });
}

function compare(records: readonly RunRecord[], a: string, b: string): void {
  const [as, bs] = [a, b].map((model) => {
    const exact = records.filter((record) => record.model.toLowerCase() === model.toLowerCase());
    return exact.length > 0 ? exact : chooseRuns(records, { model });
  });
  const pairs = pairRuns(as, bs);
  if (pairs.length === 0) {
    throw new Error(
      `No run of "${a}" (${as.length} runs) has a partner of "${b}" (${bs.length} runs) with the same data, seed and ` +
        `scoring. The models are: ${[...new Set(records.map(({ model }) => model))].join(", ") || "none"}.`,
    );
  }
  for (const { data, seeds, a: ofA, b: ofB, difference, test } of pairs) {
    console.log(`${data}\n  ${a} minus ${b}: ${describePercent(difference)}${test ? `, p = ${pText(test.p)}` : ""}`);
    show(
      seeds.map((seed, i) => ({ seed, [a]: ofA[i], [b]: ofB[i], "difference %": 100 * (ofA[i] - ofB[i]) / ofB[i] })),
      {
        [a]: 5,
        [b]: 5,
        "difference %": 3,
      },
    );
  }
}

function pText(p: number): string {
  return p < 1e-4 ? p.toExponential(1) : p.toFixed(4);
}

async function plot(records: readonly RunRecord[], out: string): Promise<void> {
  if (records.length === 0) throw new Error("Cannot plot learning curves: no run fits the filter.");
  const at = /^(.*?)([^/\\]+)\.(svg|png|pdf|html|csv)$/.exec(out);
  if (!at) throw new UsageError(`--out wants a name that ends in one of ${figureFormats.join(", ")}; got "${out}".`);
  const [, folder, name, format] = at;
  const { written, skipped } = await exportFigure(runCurves(name, records), folder || ".", [format as FigureFormat]);
  for (const path of written) console.log(path);
  for (const { reason } of skipped) throw new Error(`Cannot draw ${out}: ${reason}`);
}

/** What prune drops: the runs named, or every record that a newer one of the same id replaces. */
async function prune(path: string, ids: readonly string[], superseded: boolean, sure: boolean): Promise<number | void> {
  if (ids.length === 0 && !superseded) throw new UsageError("prune wants ids of runs, or --superseded.");
  const short = ids.find((id) => id.length < 4);
  if (short !== undefined) throw new UsageError(`prune wants at least four digits of an id, got "${short}".`);
  const keep = (records: readonly RunRecord[]) => {
    const newest = new Set(newestRuns(records));
    return records.filter((record) =>
      !ids.some((id) => record.id.startsWith(id)) && !(superseded && !newest.has(record))
    );
  };
  const records = await recordFile(path).all();
  const kept = new Set(keep(records));
  const dropped = records.filter((record) => !kept.has(record));
  if (dropped.length === 0) return console.log(`Nothing to drop from ${path}.`);
  list(dropped);
  if (!sure) {
    console.error(`Would drop ${dropped.length} of ${records.length} records of ${path}. Give --yes to do it.`);
    return 1;
  }
  console.log(`Dropped ${await pruneRecordFile(path, keep)} of ${records.length} records of ${path}.`);
}

async function exportRuns(records: readonly RunRecord[], out: string): Promise<void> {
  if (out.endsWith(".csv")) {
    const rows = records.map((record) => {
      const { config, ...row } = runRow(record);
      return { ...row, score: scoreOf(record), config: JSON.stringify(config) } as Record<
        string,
        string | number | null
      >;
    });
    await Deno.writeTextFile(out, tableToCsv(rows));
  } else if (out.endsWith(".json")) await Deno.writeTextFile(out, JSON.stringify(records, null, 2) + "\n");
  else if (out.endsWith(".jsonl")) {
    await Deno.writeTextFile(out, records.map((record) => JSON.stringify(record) + "\n").join(""));
  } else throw new UsageError(`--out wants a name that ends in .csv, .json or .jsonl; got "${out}".`);
  console.log(`${out}: ${records.length} runs`);
}

function seedOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d+$/.test(text)) throw new UsageError(`--seed wants a whole number from 0, got "${text}".`);
  return Number(text);
}

function outOf(out: string | undefined, example: string): string {
  if (out === undefined) throw new UsageError(`--out is missing: the file to write, such as ${example}.`);
  return userPath(out);
}

if (import.meta.main) {
  await main({
    name: "runs",
    summary: "Lists, compares, plots, queries, exports and prunes the records of runs.",
    details: `
  list             one line a run
  compare A B      two models on the same data, seed by seed: mean difference in percent with its 95 % interval
  plot             learning curves to --out FILE.svg, .png, .pdf, .html or .csv: a line a model, a band over its seeds
  export           to --out FILE.csv, .json or .jsonl
  query SQL        DuckDB's SQL on the tables runs and windows
  prune [ID...]    drops records from this machine's file; asks for --yes

Of several records of one run the newest counts. Examples:

  deno task runs list --model dlrm --shipped
  deno task runs compare DLRM MLP --data SCALE
  deno task runs query "SELECT model, avg(ne) FROM runs GROUP BY model"
  deno task runs prune --superseded --yes`,
    positionals: "ACTION [ARGUMENT...]",
    options: {
      model: { type: "string", value: "NAME", help: "only models whose name contains NAME" },
      data: { type: "string", value: "TEXT", help: "only data whose description or config contains TEXT" },
      seed: { type: "string", value: "N", help: "only this seed" },
      id: { type: "string", value: "ID", help: "only runs whose id starts so" },
      shipped: { type: "boolean", help: "also the records that the project ships" },
      records: { type: "string", value: "FILE", help: "another file of records than this machine's" },
      out: { type: "string", value: "FILE", help: "what plot and export write" },
      superseded: { type: "boolean", help: "prune: records that a newer one of the same run replaces" },
      yes: { type: "boolean", help: "prune: do it" },
    },
    async run(options, [action, ...rest]) {
      const filter: RunFilter = { ...options, seed: seedOf(options.seed) };
      const path = options.records === undefined ? join(localFolder(), "runs.jsonl") : userPath(options.records);
      if (action === "prune") return await prune(path, rest, options.superseded, options.yes);
      const wanted = action === "compare" ? 2 : action === "query" ? 1 : 0;
      if (rest.length !== wanted) {
        throw new UsageError(`${action} wants ${wanted} argument${wanted === 1 ? "" : "s"}, got ${rest.length}.`);
      }
      const shipped = options.shipped ? await shippedRecords(join(PROJECT_ROOT, "data", "records")) : [];
      const records = chooseRuns(newestRuns([...shipped, ...await recordFile(path).all()]), filter);
      switch (action) {
        case "list":
          return list(records);
        case "compare":
          return compare(records, rest[0], rest[1]);
        case "plot":
          return await plot(records, outOf(options.out, "curves.svg"));
        case "export":
          return await exportRuns(records, outOf(options.out, "runs.csv"));
        case "query":
          return show(await queryRuns(rest[0], records));
        default:
          throw new UsageError(
            `There is no action "${action}": wanted one of list, compare, plot, export, query, prune.`,
          );
      }
    },
  });
}
