import type { DuckDBConnection } from "@duckdb/node-api";
import { queryRows, sqlText } from "./duckdb.ts";
import type { LogConfig } from "./log_config.ts";
import { describeLogFailure } from "./log_failure.ts";
import type { LogFiles } from "./log_files.ts";
import { type LogQuery, logQuery } from "./log_query.ts";

/** What the first pass over a log found. */
export interface LogCount {
  /** Rows that the stream has. */
  readonly examples: number;
  /** Rows left out by `omitRows`. */
  readonly omitted: number;
  /** Lines left out because they do not split into the right number of columns. */
  readonly ragged: number;
  /** Rows left out because of a value, by column. */
  readonly badValues: Readonly<Record<string, number>>;
}

/**
 * Reads a log once: counts its rows and checks every value.
 *
 * @throws {Error} naming file, row and column of the first bad row, unless `onBadRow` is `"skip"`; when `omitRows` names a
 *   row that does not exist; when no row is left; when times go backwards
 */
export async function checkLog(connection: DuckDBConnection, config: LogConfig, files: LogFiles): Promise<LogCount> {
  const query = logQuery(config, files, config.onBadRow === "skip" && config.format !== "parquet" ? "record" : "fail");
  const name = nameFor(files);
  let totals: Record<string, unknown>;
  try {
    const perCheck = query.checks.map((_, i) => `count(*) FILTER (bad = ${i})::DOUBLE AS bad${i}`);
    [totals] = await queryRows(
      connection,
      `SELECT count(*)::DOUBLE AS rows, count(*) FILTER (bad = -1)::DOUBLE AS examples, ` +
        `count(*) FILTER (bad = -2)::DOUBLE AS omitted, (min(row) FILTER (bad >= 0))::DOUBLE AS first_bad, ` +
        `${perCheck.join(", ")} FROM ${query.table}`,
    );
  } catch (error) {
    throw describeLogFailure(error, name);
  }
  const rows = totals.rows as number;
  if (config.onBadRow === "fail" && totals.first_bad !== null) {
    throw await badValue(connection, files, query, totals.first_bad as number);
  }
  const ragged = config.onBadRow === "skip" && config.format !== "parquet" ? await countRagged(connection, name) : 0;
  const badValues: Record<string, number> = {};
  query.checks.forEach(({ column }, i) => {
    const count = totals[`bad${i}`] as number;
    if (count > 0) badValues[column] = (badValues[column] ?? 0) + count;
  });
  const beyond = config.omitRows.find((row) => row > rows);
  if (beyond !== undefined) throw new Error(`Cannot omit row ${beyond} of ${name("")}: there are ${rows} rows.`);
  const count = { examples: totals.examples as number, omitted: totals.omitted as number, ragged, badValues };
  if (count.examples === 0) throw new Error(`Cannot use ${name("")}: ${emptyReason(rows, count)}.`);
  if (config.time !== "fileOrder") await checkOrder(connection, config, query, name);
  return count;
}

/** A path's name in messages; for a message that names no path, the only file's or "the log". */
function nameFor(files: LogFiles): (path: string) => string {
  return (path) => path !== "" ? files.label(path) : files.paths.length === 1 ? files.label(files.paths[0]) : "the log";
}

async function badValue(connection: DuckDBConnection, files: LogFiles, query: LogQuery, row: number): Promise<Error> {
  const texts = query.checks.map((_, i) => `x${i}`).join(", ");
  const [found] = await queryRows(connection, `SELECT file, bad, ${texts} FROM ${query.table} WHERE row = ${row}`);
  const { column, wanted } = query.checks[found.bad as number];
  const value = found[`x${found.bad}`] as string | null;
  const file = found.file as string;
  let place = `row ${row}`;
  if (files.paths.length > 1) {
    const within = `SELECT count(*)::DOUBLE AS n FROM ${query.table} WHERE row <= ${row} AND file = ${sqlText(file)}`;
    place = `row ${(await queryRows(connection, within))[0].n} (row ${row} of the log)`;
  }
  const got = value === null ? "a missing value" : JSON.stringify(value);
  return new Error(
    `Cannot read column "${column}" of ${files.label(file)} at ${place}: expected ${wanted}, got ${got}. ` +
      `The first row after a header line is row 1. To leave the row out, add ${row} to "omitRows"; ` +
      `to leave out all such rows, set "onBadRow" to "skip".`,
  );
}

async function countRagged(connection: DuckDBConnection, name: (path: string) => string): Promise<number> {
  const rejects = await queryRows(
    connection,
    `SELECT count(DISTINCT (file_path, line))::DOUBLE AS lines, ` +
      `(min(line) FILTER (error_type = 'UNQUOTED VALUE'))::DOUBLE AS open_quote, ` +
      `(arg_min(file_path, line) FILTER (error_type = 'UNQUOTED VALUE')) AS quote_file ` +
      `FROM reject_errors JOIN reject_scans USING (scan_id, file_id)`,
  );
  const { lines, open_quote, quote_file } = rejects[0];
  if (open_quote !== null) {
    throw new Error(
      `Cannot read ${name(quote_file as string)} at line ${open_quote}: a quote is opened and never closed, so ` +
        `"onBadRow": "skip" cannot tell where the next row begins. If quotes are ordinary characters here, set "quote" to "".`,
    );
  }
  return lines as number;
}

function emptyReason(rows: number, count: LogCount): string {
  if (rows === 0 && count.ragged === 0) return "it has a header line but no rows";
  const columns = Object.entries(count.badValues).map(([column, n]) => `${n} with a bad "${column}"`);
  return `no row is usable (${rows + count.ragged} rows: ${
    [`${count.omitted} omitted`, `${count.ragged} with a wrong number of columns`, ...columns].join(", ")
  })`;
}

async function checkOrder(
  connection: DuckDBConnection,
  config: LogConfig,
  query: LogQuery,
  name: (path: string) => string,
): Promise<void> {
  const [{ row }] = await queryRows(
    connection,
    `SELECT (min(row) FILTER (time < previous))::DOUBLE AS row FROM ` +
      `(SELECT row, time, lag(time) OVER () AS previous FROM ${query.table} WHERE bad = -1)`,
  );
  if (row === null || config.time === "fileOrder") return;
  throw new Error(
    `Cannot read column "${config.time.column}" of ${
      name("")
    } at row ${row}: its time is before that of the row above. ` +
      `Sort the log by time, or set "time" to "fileOrder" to take its order as it is.`,
  );
}
