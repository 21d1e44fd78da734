import { join } from "node:path";
import { parseProfile, type Profile } from "../experiments/profile.ts";
import { PROJECT_ROOT } from "../experiments/study.ts";
import type { Verdict } from "../experiments/verdict.ts";
import { exportFigure } from "../figures/export_figure.ts";
import type { Figure } from "../figures/figure.ts";
import type { Progress } from "../engine/progress.ts";
import { diagnose } from "./diagnosis.ts";
import { diagnosisRows } from "./diagnosis_rows.ts";
import { showFrames } from "./frames.ts";
import { installGuards } from "./guards.ts";
import { inNotebook } from "./in_notebook.ts";
import { interruptSignal } from "./interrupt.ts";
import { notebookProgress } from "./progress.ts";
import { verdictBundle } from "./verdict_table.ts";

/** What a notebook of this project works with. */
export interface Book {
  readonly profile: Profile;
  /** Train again what the profile trains, whatever is kept. */
  readonly fresh: boolean;
  /** Path of a data config of the user's own, to use in place of the shipped log. */
  readonly data?: string;
  /** Aborts when the running cell is interrupted. A new one with every reading. */
  readonly signal: AbortSignal;
  progress(label: string): Progress;
  notice(message: string): void;
  /** What this machine computes with, and what to do where something is missing. */
  machine(): Promise<Record<string, string>[]>;
  /** Writes a figure as SVG, PNG and CSV into the notebook's folder of figures, and returns it so that the cell shows it. */
  figure(figure: Figure): Promise<Figure>;
  /** Shows verdicts, and hands them to the report. */
  verdicts(verdicts: readonly Verdict[]): Promise<void>;
}

/** What of a diagnosis says how fast this machine is; the rest is about its folders. */
const MACHINE_ITEMS = ["Machine", "Memory", "Versions", "Engine", "Threads", "Matrix product"];

/**
 * Sets a notebook up: data frames show as tables, errors in timers and forgotten promises are reported instead of
 * hanging the kernel, and its settings come from the environment that `deno task reproduce` makes.
 *
 * | variable | meaning | default |
 * |---|---|---|
 * | `RECSCALE_PROFILE` | smoke, default or paper | default |
 * | `RECSCALE_FRESH` | 1: train again | 0 |
 * | `RECSCALE_DATA` | path of a data config | the shipped log |
 * | `RECSCALE_FIGURES` | folder for figures | `figures/<profile>` of the project |
 *
 * @param name of the notebook, without `.ipynb`: its folder of figures
 */
export async function openBook(name: string): Promise<Book> {
  installGuards();
  await showFrames();
  const profile = parseProfile(Deno.env.get("RECSCALE_PROFILE") || "default");
  const folder = join(Deno.env.get("RECSCALE_FIGURES") || join(PROJECT_ROOT, "figures", profile), name);
  return {
    profile,
    fresh: Deno.env.get("RECSCALE_FRESH") === "1",
    data: Deno.env.get("RECSCALE_DATA") || undefined,
    get signal() {
      return interruptSignal();
    },
    progress: notebookProgress,
    notice: (message) => console.log(message),
    async machine() {
      const rows = diagnosisRows(await diagnose()).filter(({ item }) => MACHINE_ITEMS.includes(item));
      return rows.map(({ item, value, advice }) => ({ item, value, ...(advice ? { advice } : {}) }));
    },
    async figure(figure) {
      const { skipped } = await exportFigure(figure, folder, ["svg", "png", "csv"]);
      for (const { format, reason } of skipped) console.warn(`${figure.name}.${format} was not written: ${reason}`);
      return figure;
    },
    async verdicts(verdicts) {
      const bundle = verdictBundle(verdicts);
      if (inNotebook()) await Deno.jupyter.display(bundle, { raw: true });
      else console.log(bundle["text/plain"]);
    },
  };
}
