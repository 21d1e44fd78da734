import { cellSource, type Notebook } from "./notebook_file.ts";

/** A line of a cell: the cell's index in the notebook from 0, its id, the line from 1. */
export interface CellLine {
  cell: number;
  id: string;
  line: number;
}

/** The code cells of a notebook as one module, with the way back. */
export interface CellModule {
  code: string;
  /** Where line `line` (from 1) of the code came from; undefined for a line between cells. */
  origin(line: number): CellLine | undefined;
}

/**
 * Joins the code cells of a notebook to one TypeScript module that a checker can read.
 *
 * @example
 * ```ts
 * import { cellModule } from "recscale/notebook";
 * import assert from "node:assert/strict";
 *
 * const cell = (source: string) => ({ cell_type: "code" as const, id: "c", metadata: {}, source });
 * const { code, origin } = cellModule({
 *   cells: [cell("const a = 1;"), cell("let b\n= a")], metadata: {}, nbformat: 4, nbformat_minor: 5,
 * });
 * const line = code.split("\n").indexOf("= a") + 1;
 * assert.deepEqual(origin(line), { cell: 1, id: "c", line: 2 });
 * ```
 */
export function cellModule(notebook: Notebook): CellModule {
  const lines = ["export {};"]; // makes it a module even without an import
  const origins: (CellLine | undefined)[] = [undefined];
  for (const [cell, content] of notebook.cells.entries()) {
    if (content.cell_type !== "code") continue;
    lines.push(";"); // a cell never runs on into the next
    origins.push(undefined);
    for (const [i, text] of cellSource(content).split("\n").entries()) {
      lines.push(text);
      origins.push({ cell, id: content.id ?? "no id", line: i + 1 });
    }
  }
  return { code: lines.join("\n") + "\n", origin: (line) => origins[line - 1] };
}
