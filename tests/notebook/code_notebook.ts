import type { CellOutput, Notebook } from "../../lib/notebook/notebook_file.ts";

/** A notebook of code cells, with their sources as given and ids `a0`, `a1`, ... */
export function codeNotebook(...sources: string[]): Notebook {
  return {
    cells: sources.map((source, i) => ({ cell_type: "code", id: `a${i}`, metadata: {}, source, outputs: [] })),
    metadata: {},
    nbformat: 4,
    nbformat_minor: 5,
  };
}

/** Outputs in a form short enough to compare: `stdout:text`, `display:value`, `result:value`, `error:Name: message`. */
export function brief(outputs: readonly CellOutput[] | undefined): string[] {
  return (outputs ?? []).map((output) => {
    const joined = (text: unknown) => Array.isArray(text) ? text.join("") : String(text);
    if (output.output_type === "stream") return `${output.name}:${joined(output.text)}`;
    if (output.output_type === "error") return `error:${output.ename}: ${output.evalue}`;
    const value = joined(output.data["text/html"] ?? output.data["text/plain"]);
    return `${output.output_type === "execute_result" ? "result" : "display"}:${value}`;
  });
}

/** Source of an object that displays itself as HTML. */
export function htmlObject(html: string): string {
  return `({[Symbol.for("Jupyter.display")]: () => ({"text/html": ${JSON.stringify(html)}})})`;
}
