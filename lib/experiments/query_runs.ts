import { connectDuckDb, queryRows, sqlText } from "../data/duckdb.ts";
import type { RunRecord } from "./run_record.ts";

/** The columns of table `runs`, with their types in DuckDB. */
const RUN_COLUMNS = {
  id: "VARCHAR",
  model: "VARCHAR",
  data: "VARCHAR",
  seed: "BIGINT",
  stream: "BIGINT",
  examples: "BIGINT",
  parameters: "BIGINT",
  dense_parameters: "BIGINT",
  flops: "BIGINT",
  ne: "DOUBLE",
  log_loss: "DOUBLE",
  auc: "DOUBLE",
  calibration: "DOUBLE",
  test_ne: "DOUBLE",
  expected_ne: "DOUBLE",
  bayes_ne: "DOUBLE",
  seconds: "DOUBLE",
  examples_per_second: "DOUBLE",
  backend: "VARCHAR",
  threads: "BIGINT",
  revision: "VARCHAR",
  finished_at: "TIMESTAMP",
  config: "JSON",
} as const;

const WINDOW_COLUMNS = {
  id: "VARCHAR",
  from_example: "BIGINT",
  to_example: "BIGINT",
  log_loss: "DOUBLE",
  base_rate: "DOUBLE",
  ne: "DOUBLE",
} as const;

/** One row of table `runs`. */
export type RunRow = { readonly [K in keyof typeof RUN_COLUMNS]: unknown };

/**
 * The record of a run as one row: `ne`, `log_loss`, `auc` and `calibration` are of progressive validation, `test_ne` is of the
 * test stream after the last example, `expected_ne` and `bayes_ne` are there where the true click probability is known.
 */
export function runRow({ id, model, data, config, cost, result, origin }: RunRecord): RunRow {
  const test = result.tests.at(-1)?.metrics;
  return {
    id,
    model,
    data,
    seed: config.seed,
    stream: config.data.kind === "synthetic" ? config.data.stream : null,
    examples: result.examples,
    parameters: cost.totalParameters,
    dense_parameters: cost.denseParameters,
    flops: cost.totalFlops,
    ne: result.progressive.ne,
    log_loss: result.progressive.logLoss,
    auc: result.progressive.auc,
    calibration: result.progressive.calibration,
    test_ne: test?.ne ?? null,
    expected_ne: test?.expectedNe ?? null,
    bayes_ne: test?.bayesNe ?? null,
    seconds: result.trainingSeconds,
    examples_per_second: result.examplesPerSecond,
    backend: origin.backend,
    threads: origin.threads,
    revision: origin.revision,
    finished_at: origin.finishedAt,
    config,
  };
}

/**
 * Answers a question about runs in DuckDB's SQL. There are two tables: `runs`, one row a record (see {@link runRow}), and
 * `windows`, one row a window of progressive validation (`id, from_example, to_example, log_loss, base_rate, ne`).
 * A setting is reached through the config: `config->>'$.training.batchSize'`.
 *
 * @throws {Error} with DuckDB's message and the tables' columns when the SQL is wrong
 *
 * @example
 * ```ts
 * import { queryRuns } from "recscale/experiments";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(await queryRuns("SELECT count(*)::INT AS n FROM runs", []), [{ n: 0 }]);
 * ```
 */
export async function queryRuns(sql: string, records: readonly RunRecord[]): Promise<Record<string, unknown>[]> {
  const folder = await Deno.makeTempDir({ prefix: "recscale-query-" });
  const connection = await connectDuckDb();
  try {
    const windows = records.flatMap(({ id, result }) =>
      result.windows.map(({ from, to, logLoss, baseRate, ne }) => ({
        id,
        from_example: from,
        to_example: to,
        log_loss: logLoss,
        base_rate: baseRate,
        ne,
      }))
    );
    await fill("runs", RUN_COLUMNS, records.map(runRow));
    await fill("windows", WINDOW_COLUMNS, windows);
    try {
      return (await queryRows(connection, sql)).map(plainRow);
    } catch (error) {
      throw new Error(
        `Cannot answer ${JSON.stringify(sql)}: ${(error as Error).message.trim()}\n` +
          `Table runs has ${Object.keys(RUN_COLUMNS).join(", ")}; windows has ${
            Object.keys(WINDOW_COLUMNS).join(", ")
          }.`,
      );
    }
  } finally {
    connection.closeSync();
    await Deno.remove(folder, { recursive: true });
  }

  async function fill(name: string, columns: Readonly<Record<string, string>>, rows: readonly object[]) {
    const path = `${folder}/${name}.jsonl`;
    await Deno.writeTextFile(path, rows.map((row) => JSON.stringify(row) + "\n").join(""));
    const types = Object.entries(columns).map(([column, type]) => `${column}: '${type}'`).join(", ");
    await connection.run(
      `CREATE TEMP TABLE ${name} AS SELECT * FROM read_json(${sqlText(path)}, format = 'newline_delimited', ` +
        `maximum_object_size = 67108864, columns = {${types}})`,
    );
  }
}

/** Whole numbers as numbers, which those of records all are. */
function plainRow(row: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, typeof value === "bigint" ? Number(value) : value]),
  );
}
