import { sqlName, sqlText } from "./duckdb.ts";
import { delimiterOf, type LogFiles } from "./log_files.ts";
import { isThreshold, type LogConfig, negativeValue } from "./log_config.ts";

/** What a value of a column must be for its row to be usable. */
export interface ColumnCheck {
  readonly column: string;
  /** What is wanted, as a noun. */
  readonly wanted: string;
}

/**
 * The rows of a log as an SQL table expression.
 *
 * | column | type | meaning |
 * |---|---|---|
 * | `c0, c1, ...` | VARCHAR | categorical columns, missing = NULL |
 * | `n0, n1, ...` | DOUBLE | numeric columns, missing = NULL |
 * | `label` | FLOAT | 1 or 0 |
 * | `time` | DOUBLE | seconds since the epoch; NULL in file order |
 * | `bad` | INTEGER | the first of {@link checks} that the row fails; -1 = none, -2 = left out by `omitRows` |
 * | `x0, x1, ...` | VARCHAR | the text behind each check, for messages |
 * | `file`, `row` | VARCHAR, BIGINT | where the row comes from; rows are counted from 1 over all files |
 */
export interface LogQuery {
  readonly table: string;
  readonly checks: readonly ColumnCheck[];
}

/**
 * What a scanner reads at a time. DuckDB's own 32 MB make the first batch of a gzip file wait a quarter of a second, and
 * stay in memory until JavaScript's garbage collector finds a reading that was left early.
 */
const BUFFER_BYTES = 1 << 22;

/** How the reader treats lines that do not split into the right number of columns. */
export type RaggedLines = "fail" | "skip" | "record";

/** The {@link LogQuery} of a log. All parsing of values happens in it; nothing is read yet. */
export function logQuery(config: LogConfig, files: LogFiles, ragged: RaggedLines): LogQuery {
  const text = (column: string) => {
    const value = `CAST(${sqlName(column)} AS VARCHAR)`;
    return `CASE WHEN ${value} IN (${
      ["", ...config.missing.texts].map(sqlText).join(", ")
    }) THEN NULL ELSE ${value} END`;
  };
  const label = labelExpression(config.label);
  const checks: { column: string; wanted: string; fails: string }[] = [
    { column: config.label.column, wanted: label.wanted, fails: "label IS NULL" },
  ];
  if (config.time !== "fileOrder") {
    checks.push({
      column: config.time.column,
      wanted: timeWanted(config.time.format),
      fails: "time IS NULL OR NOT isfinite(time)",
    });
  }
  config.numeric.forEach(({ column }, i) => {
    const unparsed = config.missing.numeric === "fail" ? `n${i} IS NULL` : `(n${i} IS NULL AND m${i} IS NOT NULL)`;
    checks.push({ column, wanted: "a finite number", fails: `${unparsed} OR NOT isfinite(n${i})` });
  });
  const texts = [
    ...config.categorical.map(({ column }, i) => `${text(column)} AS c${i}`),
    ...config.numeric.map(({ column }, i) => `${text(column)} AS m${i}`),
    ...checks.map(({ column }, i) => `${text(column)} AS x${i}`),
    "recscale_file AS file",
    "row_number() OVER () AS row",
  ];
  const values = [
    "*",
    ...config.numeric.map((_, i) => `TRY_CAST(m${i} AS DOUBLE) AS n${i}`),
    `${label.sql("x0")} AS label`,
    `${config.time === "fileOrder" ? "NULL::DOUBLE" : timeExpression("x1", config.time.format)} AS time`,
  ];
  const cases = [
    ...(config.omitRows.length === 0 ? [] : [`WHEN row IN (${config.omitRows.join(", ")}) THEN -2`]),
    ...checks.map(({ fails }, i) => `WHEN ${fails} THEN ${i}`),
  ];
  const table = `(SELECT *, CASE ${cases.join(" ")} ELSE -1 END AS bad FROM (SELECT ${values.join(", ")} FROM ` +
    `(SELECT ${texts.join(", ")} FROM ${source(config, files, ragged)})))`;
  return { table, checks: checks.map(({ column, wanted }) => ({ column, wanted })) };
}

function source(config: LogConfig, files: LogFiles, ragged: RaggedLines): string {
  const paths = `[${files.paths.map(sqlText).join(", ")}]`;
  if (config.format === "parquet") return `read_parquet(${paths}, filename = 'recscale_file')`;
  const columns = files.columns.map((name) => `${sqlText(name)}: 'VARCHAR'`).join(", ");
  const options = [
    "auto_detect = false",
    `header = ${config.header}`,
    `delim = ${sqlText(delimiterOf(config))}`,
    `quote = ${sqlText(config.quote)}`,
    `escape = ${sqlText(config.quote)}`,
    `columns = {${columns}}`,
    "filename = 'recscale_file'",
    `buffer_size = ${BUFFER_BYTES}`,
    ...(ragged === "fail" ? [] : ["ignore_errors = true"]),
    ...(ragged === "record" ? ["store_rejects = true"] : []),
  ];
  return `read_csv(${paths}, ${options.join(", ")})`;
}

/** NULL where the text is neither of the label's values. */
function labelExpression(label: LogConfig["label"]): { sql(text: string): string; wanted: string } {
  const { positive } = label;
  if (isThreshold(positive)) {
    const number = (text: string) => `TRY_CAST(${text} AS DOUBLE)`;
    return {
      sql: (text) =>
        `CASE WHEN isfinite(${number(text)}) THEN (${number(text)} >= ${positive.atLeast})::INTEGER::FLOAT END`,
      wanted: "a finite number",
    };
  }
  const equals = (text: string, value: string | number | boolean) =>
    typeof value === "number" ? `TRY_CAST(${text} AS DOUBLE) = ${value}` : `${text} = ${sqlText(String(value))}`;
  const negative = negativeValue(label);
  const other = (text: string) => negative === "*" ? `${text} IS NOT NULL` : equals(text, negative);
  return {
    sql: (text) => `CASE WHEN ${equals(text, positive)} THEN 1::FLOAT WHEN ${other(text)} THEN 0::FLOAT END`,
    wanted: negative === "*" ? "a value" : `${JSON.stringify(positive)} or ${JSON.stringify(negative)}`,
  };
}

function timeExpression(text: string, format: string): string {
  switch (format) {
    case "seconds":
      return `TRY_CAST(${text} AS DOUBLE)`;
    case "milliseconds":
      return `TRY_CAST(${text} AS DOUBLE) / 1000`;
    case "iso":
      return `epoch(TRY_CAST(${text} AS TIMESTAMPTZ))`;
    default:
      return `epoch(try_strptime(${text}, ${sqlText(format)}))`;
  }
}

function timeWanted(format: string): string {
  if (format === "seconds" || format === "milliseconds") return `${format} since 1970 as a number`;
  return format === "iso" ? "a time such as 2014-10-21 05:00:00" : `a time as ${format}`;
}
