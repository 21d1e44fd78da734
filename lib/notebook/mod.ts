/** What a notebook imports first, and what runs and checks notebooks without Jupyter. */
export { type CellLine, type CellModule, cellModule } from "./cell_module.ts";
export { checkNotebook, checkNotebooks } from "./check_cells.ts";
export { frame, showFrames, table, type TableOptions } from "./frames.ts";
export { diagnose, type Diagnosis } from "./diagnosis.ts";
export { type DiagnosisRow, diagnosisRows } from "./diagnosis_rows.ts";
export { installGuards } from "./guards.ts";
export { type InterruptSignal, interruptSignal } from "./interrupt.ts";
export type { Json, JsonObject } from "./jupyter_message.ts";
export { installKernelspec, jupyterDataDir, type Kernelspec, kernelspec } from "./kernelspec.ts";
export {
  type CellOutput,
  cellSource,
  type MultilineText,
  type Notebook,
  type NotebookCell,
  readNotebook,
  writeNotebook,
} from "./notebook_file.ts";
export { type Book, openBook } from "./open_book.ts";
export { type NotebookParameters, withParameters } from "./parameters.ts";
export { type NotebookLine, notebookProgress } from "./progress.ts";
export {
  type CellEvent,
  type CellFailure,
  type NotebookRun,
  runNotebook,
  type RunNotebookOptions,
} from "./run_notebook.ts";
export { settledWithin } from "./settled_within.ts";
export { verdictBundle, VERDICTS_MIME } from "./verdict_table.ts";
