import type { Json, JsonObject } from "./jupyter_message.ts";

/** Text as nbformat stores it: one string, or a list of lines that keep their line ends. */
export type MultilineText = string | string[];

/** One output of a code cell, as nbformat 4 stores it. */
export type CellOutput =
  | { output_type: "stream"; name: "stdout" | "stderr"; text: MultilineText }
  | { output_type: "display_data"; data: JsonObject; metadata: JsonObject }
  | { output_type: "execute_result"; execution_count: number; data: JsonObject; metadata: JsonObject }
  | { output_type: "error"; ename: string; evalue: string; traceback: string[] };

/** One cell; `outputs` and `execution_count` belong to code cells. */
export interface NotebookCell {
  cell_type: "code" | "markdown" | "raw";
  id?: string;
  metadata: JsonObject;
  source: MultilineText;
  outputs?: CellOutput[];
  execution_count?: number | null;
  attachments?: JsonObject;
}

/** A notebook as its file holds it (nbformat 4). */
export interface Notebook {
  cells: NotebookCell[];
  metadata: JsonObject;
  nbformat: number;
  nbformat_minor: number;
}

/** The text of a cell in one piece. */
export function cellSource(cell: NotebookCell): string {
  return Array.isArray(cell.source) ? cell.source.join("") : cell.source;
}

/** Splits text as nbformat stores it: lines that keep their line ends. */
export function splitLines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+/g) ?? [];
}

/**
 * Reads a notebook file.
 *
 * @throws {Error} when the file is no JSON or no notebook of format 4, naming what came instead.
 */
export async function readNotebook(path: string): Promise<Notebook> {
  const text = await Deno.readTextFile(path);
  let notebook: Partial<Notebook>;
  try {
    notebook = JSON.parse(text);
  } catch (error) {
    throw new Error(`Cannot read ${path} as a notebook: ${(error as Error).message}`);
  }
  if (notebook?.nbformat !== 4 || !Array.isArray(notebook.cells)) {
    throw new Error(
      `Cannot read ${path} as a notebook: nbformat is ${notebook?.nbformat}, wanted 4 with a list of cells`,
    );
  }
  return { metadata: {}, nbformat_minor: 5, ...notebook } as Notebook;
}

/**
 * Writes a notebook file the way Jupyter does (sorted keys, one space of indentation, a newline at the end), so that a save
 * from either side changes only what has changed. The file is written beside its place and renamed: it is never half there.
 */
export async function writeNotebook(path: string, notebook: Notebook): Promise<void> {
  const next = `${path}.${crypto.randomUUID()}.tmp`;
  try {
    await Deno.writeTextFile(next, JSON.stringify(sortKeys(notebook as unknown as Json), null, 1) + "\n");
    await Deno.rename(next, path);
  } catch (error) {
    await Deno.remove(next).catch(() => {}); // the first error is the one to tell
    throw error;
  }
}

function sortKeys(value: Json): Json {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.keys(value).sort().map((key) => [key, sortKeys(value[key])]));
}
