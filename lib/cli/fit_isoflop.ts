import { closeBrowser } from "../figures/browser.ts";
import { exportFigure } from "../figures/export_figure.ts";
import { isoflopPlot } from "../figures/isoflop_plot.ts";
import { tableToCsv } from "../figures/table_csv.ts";
import { latexTable, shownInterval } from "../scaling/fit_report_text.ts";
import { isoflopCsvRows, isoflopReport, isoflopRows } from "../scaling/isoflop_report.ts";
import type { RunsGroup } from "../scaling/runs_table.ts";
import { printRows, writeText } from "./fit_output.ts";
import { userPath } from "./user_path.ts";

/** What `deno task fit --isoflop` was asked for. */
export interface FitIsoflopOptions {
  readonly runs: string;
  readonly loss: string;
  /** Columns of compute, parameters and, where there is one, data. */
  readonly x: readonly string[];
  readonly perParameter: number;
  readonly at: readonly number[];
  readonly noise: number | undefined;
  readonly resamples: number;
  readonly json: string | undefined;
  readonly csv: string | undefined;
  readonly latex: string | undefined;
  readonly figure: string | undefined;
}

/** IsoFLOP analyses of groups of runs: tables in the terminal, and what was asked for in files. */
export async function fitIsoflop(groups: readonly RunsGroup[], options: FitIsoflopOptions): Promise<void> {
  const { runs, loss, x, perParameter, at, noise, resamples } = options;
  const reports = isoflopReport(groups, { perParameter, at, noise, weighted: noise !== undefined, resamples });
  const rows = isoflopRows(reports);
  printRows(rows);
  for (const { group, at, analysis } of reports) {
    const where = group === "" ? "" : `${group}: `;
    for (const { flops, parameters, data } of at) {
      console.log(
        `${where}${flops.toExponential(3)} FLOPs are best spent on ${shownInterval(parameters)} parameters and ` +
          `${shownInterval(data)} data.`,
      );
    }
    if (analysis.open.length > 0) {
      console.log(`${where}the best size lies at an end of what was run at ${analysis.open.join(", ")} FLOPs.`);
    }
  }
  await writeText(
    options.json,
    () => JSON.stringify({ runs, columns: { y: loss, x }, isoflop: reports }, null, 2) + "\n",
  );
  await writeText(options.csv, () => tableToCsv(isoflopCsvRows(reports)));
  await writeText(options.latex, () => latexTable(rows, `Compute-optimal sizes and data by ${loss}, ${runs}`));
  if (options.figure !== undefined) {
    const figure = isoflopPlot({ name: "isoflop", loss, parameters: x[1], groups, reports });
    const { skipped } = await exportFigure(figure, userPath(options.figure), ["svg", "png", "pdf", "csv"]);
    for (const { format, reason } of skipped) console.error(`isoflop.${format} was not written: ${reason}`);
    await closeBrowser();
  }
}
