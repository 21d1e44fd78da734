import { renderPlain, textTable } from "../notebook/table_text.ts";
import type { FitRow } from "../scaling/fit_report_text.ts";
import { userPath } from "./user_path.ts";

/** Prints rows as a table; a column is there when any row has it. */
export function printRows(rows: readonly FitRow[]): void {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  console.log(renderPlain(textTable(columns, rows.map((row) => columns.map((column) => row[column])), { most: 200 })));
}

/** Writes a file where the user wants one. */
export async function writeText(out: string | undefined, content: () => string): Promise<void> {
  if (out !== undefined) await Deno.writeTextFile(userPath(out), content());
}
