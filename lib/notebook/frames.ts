import type { DataFrame } from "danfojs-node";
import { inNotebook } from "./in_notebook.ts";
import { type Digits, renderHtml, renderPlain, textTable } from "./table_text.ts";

/** How a frame is shown. */
export interface TableOptions {
  /** Decimals: one number for all columns with numbers, or by column, as `{ ne: 4, seconds: 1 }`. */
  readonly digits?: Digits;
  /** Rows to show at most. Default 30. */
  readonly most?: number;
}

/** What danfojs frames and series have in common, as far as showing them goes. */
interface AnyFrame {
  readonly columns: string[];
  readonly index: (string | number)[];
  readonly values: unknown[];
}

const options = new WeakMap<object, TableOptions>();
const display = Symbol.for("Jupyter.display");

/**
 * From now on every danfojs `DataFrame` and `Series` shows itself in the notebook as an HTML table (and as plain text
 * elsewhere), also those that `readCSV`, `groupby` and `merge` return. Loads danfojs, which takes about half a second;
 * calling it again does nothing.
 */
export async function showFrames(): Promise<void> {
  const { DataFrame } = await loadDanfo();
  // The frames that danfojs returns are not of the classes it exports: only the root of the chain is common to all.
  let root = DataFrame.prototype as object;
  for (let next = root; next !== Object.prototype; next = Object.getPrototypeOf(next)) root = next;
  if (Object.hasOwn(root, display)) return;
  Object.defineProperty(root, display, {
    configurable: true,
    value(this: AnyFrame) {
      return frameBundle(this, options.get(this));
    },
  });
}

/**
 * A danfojs `DataFrame` of `rows`: its columns are those of all rows in order of first appearance, a value that a row lacks
 * is null. It shows itself with the given number formats; frames computed from it show with the default ones.
 */
export async function frame(
  rows: readonly object[],
  { digits, most }: TableOptions = {},
): Promise<DataFrame> {
  await showFrames();
  const { DataFrame } = await loadDanfo();
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  if (columns.length === 0) {
    throw new Error(
      `Cannot make a frame of ${rows.length} rows without any column: wanted objects with values by column.`,
    );
  }
  const made = new DataFrame(
    rows.map((row) => columns.map((column) => (row as Record<string, unknown>)[column] ?? null)),
    { columns },
  );
  options.set(made, { digits, most });
  return made;
}

/**
 * Shows `rows` as a table, right here in the notebook (outside one, on the console):
 * `await table(results, { digits: { ne: 4 } })`.
 */
export async function table(
  rows: readonly object[],
  tableOptions: TableOptions = {},
): Promise<void> {
  const made = await frame(rows, tableOptions);
  const bundle = frameBundle(made, tableOptions);
  if (inNotebook()) await Deno.jupyter.display(bundle, { raw: true });
  else console.log(bundle["text/plain"]);
}

type MimeText = { "text/plain": string; "text/html": string };

function frameBundle(frame: AnyFrame, { digits, most }: TableOptions = {}): MimeText {
  const values = frame.values.map((row) => Array.isArray(row) ? row : [row]);
  // The running number that danfojs gives to rows says nothing; an index of names does.
  const indexed = frame.index.some((name, k) => name !== k);
  const table = indexed
    ? textTable(["", ...frame.columns], values.map((row, k) => [String(frame.index[k]), ...row]), { digits, most })
    : textTable(frame.columns, values, { digits, most });
  return { "text/plain": renderPlain(table), "text/html": renderHtml(table) };
}

function loadDanfo(): Promise<typeof import("danfojs-node")> {
  return import("danfojs-node");
}
