import { isAbsolute, join, relative, resolve } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import { queryRows, sqlName, sqlText } from "./duckdb.ts";
import { verifyGzip } from "./gzip_check.ts";
import { splitRecord } from "./header_line.ts";
import { describeLogFailure } from "./log_failure.ts";
import type { LogConfig } from "./log_config.ts";

/** The files of a log, found, checked to be whole, and known to have the same columns. */
export interface LogFiles {
  /** Absolute, in reading order. */
  readonly paths: readonly string[];
  readonly columns: readonly string[];
  /** A file's name as messages show it: relative to the configuration. */
  label(path: string): string;
}

/**
 * Finds the files of a log, in the order in which they are read.
 *
 * @param connection where globs are expanded and headers read
 * @param config names the files
 * @param directory what relative names start from
 * @throws {Error} for a file that does not exist, is empty, is a damaged gzip, or has other columns than the first
 */
export async function findLogFiles(
  connection: DuckDBConnection,
  config: LogConfig,
  directory: string,
): Promise<LogFiles> {
  const label = (path: string) => relative(directory, path).startsWith("..") ? path : relative(directory, path);
  const paths = (await Promise.all(config.files.map((pattern) => expand(connection, pattern, directory)))).flat();
  let columns: readonly string[] | undefined;
  for (const path of paths) {
    await checkWhole(path, label(path));
    const own = await columnsOf(connection, config, path, label(path));
    if (columns !== undefined && JSON.stringify(own) !== JSON.stringify(columns)) {
      throw new Error(
        `Cannot read ${label(path)}: its columns are ${own.join(", ")}, but ${label(paths[0])} has ${
          columns.join(", ")
        }.`,
      );
    }
    columns ??= own;
  }
  return { paths, columns: columns!, label };
}

async function expand(connection: DuckDBConnection, pattern: string, directory: string): Promise<string[]> {
  const full = isAbsolute(pattern) ? pattern : join(resolve(directory), pattern);
  if (!/[*?[]/.test(pattern)) return [full];
  const rows = await queryRows(connection, `SELECT file FROM glob(${sqlText(full)}) ORDER BY file`);
  if (rows.length === 0) throw new Error(`Cannot find any file that matches ${pattern}: check key "files".`);
  return rows.map((row) => row.file as string);
}

async function checkWhole(path: string, label: string): Promise<void> {
  let info: Deno.FileInfo;
  try {
    info = await Deno.stat(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Error(`Cannot find ${label}: check key "files"; names are relative to the configuration.`);
  }
  if (!info.isFile) {
    throw new Error(`Cannot read ${label}: it is not a file. For all files of a folder write "folder/*".`);
  }
  if (info.size === 0) throw new Error(`Cannot read ${label}: the file is empty.`);
  if (/\.(zst|bz2|xz|zip)$/i.test(path)) {
    throw new Error(`Cannot read ${label}: wanted plain text, gzip (.gz) or Parquet; unpack it first.`);
  }
  if (/\.gz$/i.test(path)) await verifyGzip(path, label);
}

async function columnsOf(
  connection: DuckDBConnection,
  config: LogConfig,
  path: string,
  label: string,
): Promise<readonly string[]> {
  if (config.format !== "parquet" && config.columns !== undefined) return config.columns;
  try {
    if (config.format === "parquet") {
      const rows = await queryRows(connection, `DESCRIBE SELECT * FROM read_parquet(${sqlText(path)})`);
      return rows.map((row) => row.column_name as string);
    }
    return checkedHeader(await firstLine(connection, path), config, label);
  } catch (error) {
    throw describeLogFailure(error, () => label);
  }
}

/** The first line of a text file, decompressed and without a byte order mark: a table of one column with no delimiter. */
async function firstLine(connection: DuckDBConnection, path: string): Promise<string> {
  const options = `auto_detect = false, header = false, delim = '\u0001', quote = '', escape = ''`;
  const table = `read_csv(${sqlText(path)}, ${options}, columns = {'line': 'VARCHAR'})`;
  const rows = await queryRows(connection, `SELECT line AS ${sqlName("line")} FROM ${table} LIMIT 1`);
  return (rows[0]?.line as string | undefined) ?? "";
}

function checkedHeader(line: string, config: LogConfig, label: string): readonly string[] {
  const columns = splitRecord(line, delimiterOf(config), config.quote);
  const unnamed = columns.indexOf("");
  if (unnamed >= 0) throw new Error(`Cannot read ${label}: column ${unnamed + 1} of its header line has no name.`);
  const repeated = columns.find((name, i) => columns.indexOf(name) < i);
  if (repeated !== undefined) {
    throw new Error(`Cannot read ${label}: its header line names the column "${repeated}" twice.`);
  }
  return columns;
}

/** What separates the columns of a text file. */
export function delimiterOf(config: LogConfig): string {
  return config.delimiter ?? (config.format === "tsv" ? "\t" : ",");
}
