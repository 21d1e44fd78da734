import type { Dataset } from "./batch.ts";
import { connectDuckDb } from "./duckdb.ts";
import type { LogCount } from "./log_check.ts";
import type { LogConfig } from "./log_config.ts";
import { findLogFiles, type LogFiles } from "./log_files.ts";
import { nearestName } from "./nearest_name.ts";
import { openCarefully } from "./open_carefully.ts";
import { type OpenedLog, openText } from "./open_text.ts";

/** A data set read from files, with what its first pass counted. */
export interface LogDataset extends Dataset {
  readonly count: LogCount;
}

/**
 * Opens a click log in files. All files are read once: rows are counted and every value is checked before training starts.
 *
 * There are two ways to read. Text files in which every value is spelled plainly are read from their bytes
 * (`open_text.ts`); all others, and Parquet, through DuckDB (`open_carefully.ts`), which also says what is wrong with a row.
 * Where both can read a log, they give the same batches.
 *
 * The first window's statistics are used from the first example on, so results inside the window itself have seen (feature
 * values, never labels, of) rows that come a little later; report from the window's end on where that matters.
 *
 * @param config which files, and which column is what
 * @param directory what relative file names start from
 * @throws {Error} for files, columns or values that cannot be used, naming them
 */
export async function openLog(config: LogConfig, directory: string): Promise<LogDataset> {
  const connection = await connectDuckDb();
  let files: LogFiles;
  let opened: OpenedLog;
  try {
    files = await findLogFiles(connection, config, directory);
    checkColumns(config, files);
    opened = await openText(config, files) ?? await openCarefully(connection, config, files);
  } finally {
    connection.closeSync();
  }
  const { schema, count, part } = opened;
  const testExamples = Math.round(count.examples * (config.testFraction ?? 0));
  const trainExamples = count.examples - testExamples;
  return {
    schema,
    train: part(0, trainExamples),
    ...(testExamples > 0 && { test: part(trainExamples, testExamples) }),
    description: describe(config, files, count),
    count,
  };
}

/** Every column that the configuration names must exist. */
function checkColumns(config: LogConfig, files: LogFiles): void {
  const named: [key: string, column: string][] = [
    ["label.column", config.label.column],
    ...(config.time === "fileOrder" ? [] : [["time.column", config.time.column] as [string, string]]),
    ...config.categorical.map(({ column }, i): [string, string] => [`categorical[${i}].column`, column]),
    ...config.numeric.map(({ column }, i): [string, string] => [`numeric[${i}].column`, column]),
  ];
  for (const [key, column] of named) {
    if (files.columns.includes(column)) continue;
    const nearest = nearestName(column, files.columns);
    const meant = nearest === undefined ? "" : ` Did you mean "${nearest}"?`;
    throw new Error(
      `Cannot find column "${column}" (key "${key}") in ${files.label(files.paths[0])}.${meant} ` +
        `Its columns are ${files.columns.join(", ")}.`,
    );
  }
}

function describe(config: LogConfig, files: LogFiles, count: LogCount): string {
  const number = (n: number) => n.toLocaleString("en");
  const bad = Object.values(count.badValues).reduce((sum, n) => sum + n, 0);
  const left = [
    ...(count.omitted > 0 ? [`${number(count.omitted)} omitted`] : []),
    ...(count.ragged > 0 ? [`${number(count.ragged)} skipped for a wrong number of columns`] : []),
    ...(bad > 0 ? [`${number(bad)} skipped for a bad value`] : []),
  ];
  const from = files.paths.length === 1 ? files.label(files.paths[0]) : `${files.paths.length} files`;
  const sentence = `${number(count.examples)} rows of ${from}${left.length > 0 ? ` (${left.join(", ")})` : ""}.`;
  return config.description === undefined ? `${config.name}: ${sentence}` : `${config.description} ${sentence}`;
}
