/** One row of a table: a value for each column by name. */
export type TableRow = Readonly<Record<string, number | string | boolean | null | undefined>>;

/**
 * `rows` as CSV (RFC 4180, line ends `\n`, UTF-8): the columns are those of all rows in order of first appearance; a value
 * that is absent or null is an empty cell; NaN and infinities are written `NaN`, `Infinity`, `-Infinity`; numbers in the
 * shortest form that reads back as the same number.
 *
 * ```ts
 * import { tableToCsv } from "recscale/figures";
 * import assert from "node:assert/strict";
 *
 * assert.equal(tableToCsv([{ model: "DLRM, small", ne: 0.81 }, { model: "DHEN", seed: 3 }]),
 *   'model,ne,seed\n"DLRM, small",0.81,\nDHEN,,3\n');
 * ```
 */
export function tableToCsv(rows: readonly TableRow[]): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const lines = [columns, ...rows.map((row) => columns.map((column) => row[column]))];
  return lines.map((cells) => cells.map(csvCell).join(",") + "\n").join("");
}

function csvCell(value: TableRow[string]): string {
  const text = value === null || value === undefined ? "" : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
