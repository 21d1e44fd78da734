import { nearestName } from "../data/nearest_name.ts";
import type { Json } from "./jupyter_message.ts";
import { cellSource, type Notebook, type NotebookCell } from "./notebook_file.ts";

/** Values for a notebook's parameters, by name. */
export type NotebookParameters = Readonly<Record<string, Json>>;

const DECLARED = "parameters", INJECTED = "injected-parameters";

const hasTag = ({ metadata }: NotebookCell, tag: string): boolean =>
  Array.isArray(metadata.tags) && metadata.tags.includes(tag);

/**
 * A copy of a notebook that runs with other parameters, by the convention of papermill: a cell tagged `parameters`
 * declares them with their defaults, and a cell tagged `injected-parameters` after it sets those that are given. As
 * TypeScript refuses to declare a name twice, the declarations must be `let`, and the injected cell assigns.
 *
 * @throws {Error} when there is no such cell, or it declares no `let` of a given name
 *
 * @example
 * ```ts
 * import { withParameters } from "recscale/notebook";
 * import assert from "node:assert/strict";
 *
 * const cell = { cell_type: "code" as const, metadata: { tags: ["parameters"] }, source: "let seeds = 8;" };
 * const notebook = { cells: [cell], metadata: {}, nbformat: 4, nbformat_minor: 5 };
 * assert.equal(withParameters(notebook, { seeds: 2 }).cells[1].source, "seeds = 2;");
 * ```
 */
export function withParameters(notebook: Notebook, parameters: NotebookParameters): Notebook {
  const names = Object.keys(parameters);
  const cells = notebook.cells.filter((cell) => !hasTag(cell, INJECTED));
  if (names.length === 0) return { ...notebook, cells };
  const at = cells.findIndex((cell) => cell.cell_type === "code" && hasTag(cell, DECLARED));
  if (at < 0) {
    throw new Error(`Cannot set ${names.join(", ")}: the notebook has no code cell tagged "${DECLARED}".`);
  }
  const declared = declaredNames(cellSource(cells[at]));
  for (const name of names) {
    if (declared.includes(name)) continue;
    const near = nearestName(name, declared);
    throw new Error(
      `Cannot set ${name}: the cell tagged "${DECLARED}" declares no such name with let` +
        `${near === undefined ? "" : ` (did you mean ${near}?)`}. It declares ${declared.join(", ") || "none"}.`,
    );
  }
  const injected: NotebookCell = {
    cell_type: "code",
    id: INJECTED,
    metadata: { tags: [INJECTED] },
    source: names.map((name) => `${name} = ${JSON.stringify(parameters[name])};`).join("\n"),
    outputs: [],
    execution_count: null,
  };
  return { ...notebook, cells: [...cells.slice(0, at + 1), injected, ...cells.slice(at + 1)] };
}

/** Names that a cell declares by `let name = ...` or `let name: type = ...`, one a line or several after commas. */
function declaredNames(source: string): string[] {
  const declarations = [...source.matchAll(/^\s*let\s+([^;]*)/gm)].map(([, list]) => list);
  return declarations.flatMap((list) =>
    [...list.matchAll(/(?:^|,)\s*([A-Za-z_$][\w$]*)\s*(?=[:=,]|$)/g)].map(([, name]) => name)
  );
}
