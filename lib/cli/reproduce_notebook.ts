import { basename, dirname, join } from "node:path";
import type { Verdict } from "../experiments/verdict.ts";
import { type Notebook, readNotebook, writeNotebook } from "../notebook/notebook_file.ts";
import { runNotebook } from "../notebook/run_notebook.ts";
import { VERDICTS_MIME } from "../notebook/verdict_table.ts";
import type { Progress } from "../engine/progress.ts";

/** What became of one notebook. */
export interface ReproducedNotebook {
  /** Without folder and `.ipynb`. */
  readonly name: string;
  readonly seconds: number;
  readonly verdicts: readonly Verdict[];
  /** Figures that were written, as paths below the output folder. */
  readonly figures: readonly string[];
  /** Why it failed: cell and error. */
  readonly failure?: string;
}

export interface ReproduceOptions {
  /** Folder for the executed notebook and its figures. */
  readonly output: string;
  /** Added to the environment of the notebook's kernel. */
  readonly env: Record<string, string>;
  readonly signal: AbortSignal;
  readonly progress: Progress;
  /** Replaces the notebook itself by the executed one, if it ran to its end. */
  readonly writeBack: boolean;
}

/**
 * Runs one notebook and writes the executed copy, also of a run that failed or was stopped: with the outputs so far.
 */
export async function reproduceNotebook(path: string, options: ReproduceOptions): Promise<ReproducedNotebook> {
  const { output, env, signal, progress, writeBack } = options;
  const name = basename(path, ".ipynb");
  const copy = join(output, `${name}.ipynb`);
  await Deno.mkdir(output, { recursive: true });
  let place = "";
  const run = await runNotebook(await readNotebook(path), {
    cwd: dirname(path),
    env: { ...env, RECSCALE_FIGURES: output },
    signal,
    onCell: async ({ state, ordinal, total, firstLine, notebook }) => {
      place = `cell ${ordinal} of ${total}`;
      if (state === "started") progress.update(0, 0, `${place}: ${firstLine.slice(0, 60)}`);
      if (state !== "started") await writeNotebook(copy, notebook);
    },
    // no total: what a cell has left to do says more than how many cells there are
    onProgress: (text) => progress.update(0, 0, `${place}: ${text}`),
  });
  await writeNotebook(copy, run.notebook);
  if (run.ok && writeBack) await writeNotebook(path, run.notebook);
  const failure = run.error ? `cell ${run.error.cell}: ${run.error.ename}: ${run.error.evalue}` : undefined;
  return {
    name,
    seconds: run.seconds,
    verdicts: verdictsOf(run.notebook),
    figures: await figuresOf(join(output, name), name),
    failure,
  };
}

/** The verdicts that a notebook carries in its outputs. */
export function verdictsOf(notebook: Notebook): Verdict[] {
  return notebook.cells.flatMap((cell) =>
    (cell.outputs ?? []).flatMap((output) =>
      output.output_type === "display_data" ? (output.data[VERDICTS_MIME] ?? []) as unknown as Verdict[] : []
    )
  );
}

async function figuresOf(folder: string, name: string): Promise<string[]> {
  const found: string[] = [];
  try {
    for await (const entry of Deno.readDir(folder)) {
      if (entry.name.endsWith(".svg")) found.push(`${name}/${entry.name}`);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return found.sort();
}
