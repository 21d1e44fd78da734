/** What a cell of a shown table may hold. */
export type TableValue = unknown;

/** Decimals of the numbers: one number for all columns, or by column name. */
export type Digits = number | Readonly<Record<string, number>>;

/** A table ready to be shown: text for every cell. */
export interface TextTable {
  readonly columns: readonly string[];
  /** Whether a column holds numbers, which are aligned to the right. */
  readonly numeric: readonly boolean[];
  readonly rows: readonly (readonly string[])[];
  /** Said below the table: how much of it is not shown. */
  readonly note?: string;
}

/**
 * Formats the values of a table for reading. Numbers of a column in `digits` get that many decimals; others are written
 * with thousands separators where the whole column is integers, else with four significant digits. `null` and `undefined`
 * become an empty cell. Only the first `most` rows are kept, and the note says so.
 */
export function textTable(
  columns: readonly string[],
  values: readonly (readonly TableValue[])[],
  { digits, most = 30 }: { digits?: Digits; most?: number } = {},
): TextTable {
  const shown = values.slice(0, most);
  const formats = columns.map((column, k) =>
    numberFormat(values.map((row) => row[k]), typeof digits === "number" ? digits : digits?.[column])
  );
  return {
    columns,
    numeric: columns.map((_, k) => {
      const present = values.map((row) => row[k]).filter((value) => value !== null && value !== undefined);
      return present.length > 0 && present.every((value) => typeof value === "number" || typeof value === "bigint");
    }),
    rows: shown.map((row) => columns.map((_, k) => text(row[k], formats[k]))),
    note: values.length > most
      ? `first ${most} of ${values.length.toLocaleString("en-US")} rows`
      : values.length === 0
      ? "no rows"
      : undefined,
  };
}

/** The table in characters: columns two spaces apart, a line under the header. */
export function renderPlain({ columns, numeric, rows, note }: TextTable): string {
  const widths = columns.map((column, k) => Math.max(column.length, ...rows.map((row) => row[k].length)));
  const line = (cells: readonly string[]) =>
    cells.map((cell, k) => numeric[k] ? cell.padStart(widths[k]) : cell.padEnd(widths[k])).join("  ").trimEnd();
  const rule = widths.map((width) => "-".repeat(width)).join("  ");
  return [line(columns), rule, ...rows.map(line), ...(note ? [`(${note})`] : [])].join("\n");
}

/** The table as HTML, numbers aligned to the right; the looks come from the front end. */
export function renderHtml({ columns, numeric, rows, note }: TextTable): string {
  const cell = (tag: string, value: string, k: number) =>
    `<${tag} style="text-align: ${numeric[k] ? "right" : "left"}">${escapeHtml(value)}</${tag}>`;
  const head = columns.map((column, k) => cell("th", column, k)).join("");
  const body = rows.map((row) => `<tr>${row.map((value, k) => cell("td", value, k)).join("")}</tr>`).join("\n");
  const below = note ? `\n<p>${escapeHtml(note)}</p>` : "";
  return `<table>\n<thead><tr>${head}</tr></thead>\n<tbody>\n${body}\n</tbody>\n</table>${below}`;
}

function text(value: TableValue, format: (value: number) => string): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return format(value);
  if (typeof value === "bigint") return value.toLocaleString("en-US");
  return String(value);
}

function numberFormat(column: readonly TableValue[], decimals: number | undefined): (value: number) => string {
  const finite = column.filter((value): value is number => typeof value === "number" && Number.isFinite(value));
  const integers = finite.every(Number.isInteger);
  return (value) => {
    if (!Number.isFinite(value)) return String(value);
    return (value < 0 ? "-" : "") + positive(Math.abs(value), decimals, integers);
  };
}

function positive(value: number, decimals: number | undefined, integers: boolean): string {
  if (value !== 0 && (value >= 1e15 || value < 1e-4 && decimals === undefined)) return value.toExponential(3);
  const options = decimals !== undefined
    ? { minimumFractionDigits: decimals, maximumFractionDigits: decimals }
    : integers
    ? { maximumFractionDigits: 0 }
    : { minimumSignificantDigits: 4, maximumSignificantDigits: 4 };
  return value.toLocaleString("en-US", options);
}

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
