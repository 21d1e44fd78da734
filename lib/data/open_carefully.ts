import type { DuckDBConnection } from "@duckdb/node-api";
import { checkLog } from "./log_check.ts";
import type { LogConfig } from "./log_config.ts";
import { createLogEncoder, readWindow } from "./log_encoder.ts";
import type { LogFiles } from "./log_files.ts";
import { fitLog, windowRows } from "./log_fit.ts";
import { logQuery } from "./log_query.ts";
import { createLogStream } from "./log_stream.ts";
import type { OpenedLog } from "./open_text.ts";

/**
 * The careful way to open a log: through DuckDB. It reads Parquet, knows every spelling of a number or a time, leaves bad
 * rows out where the configuration says so, and otherwise says what is wrong where.
 *
 * @throws {Error} naming file, row or line, and column of the first bad row
 */
export async function openCarefully(
  connection: DuckDBConnection,
  config: LogConfig,
  files: LogFiles,
): Promise<OpenedLog> {
  const count = await checkLog(connection, config, files);
  const query = logQuery(config, files, config.onBadRow);
  const table = `(SELECT * FROM ${query.table} WHERE bad = -1)`;
  const fit = fitLog(config, await readWindow(config, table, windowRows(config, count.examples)));
  const encoder = createLogEncoder(config, fit);
  return { schema: fit.schema, count, part: (start, examples) => createLogStream(encoder, table, start, examples) };
}
