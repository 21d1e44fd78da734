import { basename } from "node:path";
import { closeBrowser } from "../figures/browser.ts";
import { exportFigure } from "../figures/export_figure.ts";
import { scalingFitPlot } from "../figures/scaling_fit_plot.ts";
import { tableToCsv } from "../figures/table_csv.ts";
import { fitReport, type FittedGroup, type ReportedFit } from "../scaling/fit_report.ts";
import { fitCsvRows, fitRows, latexTable, rolloutRows, shownInterval } from "../scaling/fit_report_text.ts";
import type { LawName } from "../scaling/law.ts";
import { LAWS } from "../scaling/laws/law_named.ts";
import { readRunsTable, runsObservations } from "../scaling/runs_table.ts";
import { main, UsageError } from "./command.ts";
import { fitIsoflop } from "./fit_isoflop.ts";
import { printRows, writeText } from "./fit_output.ts";
import { userPath } from "./user_path.ts";

/** Laws by the number of resources that they take. */
const lawsOf = (inputs: number) => Object.values(LAWS).filter((law) => law.inputs === inputs).map(({ name }) => name);

/** Points given as `--at 1e9` or `--at 1e9,2e10;1e10,2e11`: as many numbers as there are resources. */
function readPoints(text: string, inputs: number): number[][] {
  return text.split(inputs === 1 ? /[;,]/ : ";").map((point) => {
    const x = point.split(",").map(Number);
    if (x.length === inputs && x.every((value) => value > 0 && value < Infinity)) return x;
    const wanted = inputs === 1
      ? "numbers above 0, parted by commas"
      : "pairs of numbers above 0 such as 1e9,2e10, parted by ;";
    throw new UsageError(`--at wants ${wanted}, got "${text}".`);
  });
}

function positive(option: string, text: string): number {
  const value = Number(text);
  if (!(value > 0 && value < Infinity)) throw new UsageError(`--${option} wants a number above 0, got "${text}".`);
  return value;
}

/** What follows from the fits, below the table. */
function remarks(fitted: readonly FittedGroup[]): string[] {
  return fitted.flatMap(({ report }) => {
    const where = [report.group, report.law].filter((part) => part !== "").join(", ");
    const number = (value: number) => value.toPrecision(4);
    return [
      ...report.reasons.map((reason) => `${where}: ${reason}.`),
      ...report.forecasts.map(({ x, loss, low, high, runLow, runHigh }) =>
        `${where}: at ${x.join(", ")} loss ${number(loss)} [${number(low)}, ${number(high)}], one run [${
          number(runLow)
        }, ${number(runHigh)}].`
      ),
      ...(report.noiseSaturation
        ? [`${where}: beyond ${shownInterval(report.noiseSaturation)} less than the seed noise is left to gain.`]
        : []),
      ...(report.allocation
        ? [
          `${where}: the budget is best spent on ${
            (["parameters", "data"] as const).map((part) => {
              const { value, low, high } = report.allocation![part];
              return `${value.toExponential(3)} [${low.toExponential(3)}, ${high.toExponential(3)}] ${part}`;
            }).join(" and ")
          }: loss ${number(report.allocation.loss.value)}.`,
        ]
        : []),
    ];
  });
}

if (import.meta.main) {
  await main({
    name: "fit",
    summary: "Fits scaling laws to a table of runs: parameters with intervals, forecasts, saturation, allocation.",
    details: `
RUNS is a CSV (commas, semicolons or tabs) with a header and one run a line, in plain counts (examples, parameters, FLOPs; not their logarithms). A law is
fitted to the logarithm of the loss by Huber's loss. Intervals are 95 %, over resampled runs, or over whole seeds with --seed-column.
Where the data do not determine an exponent there is none, but an upper bound of what a doubling buys.

  deno task fit runs.csv --y loss --x D --at 1e9
  deno task fit runs.csv --y loss --x D --group scheme --law all --figure out
  deno task fit data/scaling-overtraining/runs.csv --y loss_c4_val --x params --x2 tokens --group train_dataset --budget 1e22
  deno task fit data/scaling-isoflop-refinedweb/isoflop.csv --isoflop flops --x params --x2 tokens --noise 0.005 \\
      --group hparams,warmup,decay,param_count,val

Laws of one resource: ${lawsOf(1).join(", ")}. Of two: ${lawsOf(2).join(", ")}.`,
    positionals: "RUNS",
    options: {
      y: { type: "string", value: "COLUMN", default: "loss", help: "the loss" },
      x: { type: "string", value: "COLUMN", help: "the resource, or parameters where there is --x2 (required)" },
      x2: { type: "string", value: "COLUMN", help: "data, for laws of two resources" },
      compute: {
        type: "string",
        value: "COLUMN",
        help: "the compute, where there are parameters and no data: D = C / (6 N)",
      },
      isoflop: {
        type: "string",
        value: "COLUMN",
        help: "the compute: find the best size at each, and how it grows, instead of fitting a law",
      },
      noise: {
        type: "string",
        value: "SD",
        help: "seed noise of the loss, for --isoflop: weights and intervals follow it",
      },
      group: {
        type: "string",
        value: "COLUMNS",
        help: "fit the runs of each value (or combination, with commas) by themselves",
      },
      "seed-column": {
        type: "string",
        value: "COLUMN",
        help: "what belongs together: the seed or run of a learning curve",
      },
      law: {
        type: "string",
        value: "NAME",
        help: 'a law, several with commas, or "all", ranked on held-out larger runs',
      },
      at: {
        type: "string",
        value: "X",
        help: "forecast here: 1e9,1e10, or pairs 1e8,1e10;1e9,1e11; compute with --isoflop",
      },
      budget: { type: "string", value: "FLOPS", help: "split this compute over parameters and data, C = 6 N D" },
      "joules-per-flop": { type: "string", value: "J", help: "the budget is in joules, of which a FLOP costs so many" },
      "most-parameters": { type: "string", value: "N", help: "what memory holds, for --budget" },
      "most-data": { type: "string", value: "D", help: "the examples there are, for --budget" },
      "flops-per-parameter": { type: "string", value: "K", default: "6", help: "the 6 of C = 6 N D" },
      rollout: { type: "boolean", help: "at every size, what a fit of the smaller runs says of the larger ones" },
      resamples: { type: "string", value: "N", default: "1000", help: "refits behind an interval" },
      duplicates: {
        type: "string",
        choices: ["fail", "keep", "drop"],
        default: "fail",
        help: "what to do about lines that are the same run",
      },
      json: { type: "string", value: "OUT", help: "write everything in full precision" },
      csv: { type: "string", value: "OUT", help: "write all numbers, one a line" },
      latex: { type: "string", value: "OUT", help: "write the table for a paper" },
      figure: { type: "string", value: "FOLDER", help: "write the figure as SVG, PNG, PDF and CSV" },
    },
    async run(options, [path]) {
      if (options.x === undefined) throw new UsageError("--x is missing: the column of the resource.");
      if (options.x2 !== undefined && options.compute !== undefined) {
        throw new UsageError("--x2 and --compute both say how much data there was: wanted one of them.");
      }
      const name = basename(path), x = [options.x, ...(options.x2 === undefined ? [] : [options.x2])];
      const resources = options.compute === undefined ? x : [...x, `data by ${options.compute}`];
      const inputs = options.compute === undefined ? x.length : 2;
      if (options.budget !== undefined && options.isoflop === undefined && inputs === 1) {
        throw new UsageError("--budget wants two resources to split it over: parameters as --x and data as --x2.");
      }
      const laws = options.law === undefined
        ? undefined
        : options.law === "all"
        ? lawsOf(inputs)
        : options.law.split(",").map(lawName);
      let text: string;
      try {
        text = await Deno.readTextFile(userPath(path));
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
        throw new UsageError(`There is no file ${userPath(path)}.`);
      }
      const number = (option: "noise" | "budget" | "joules-per-flop" | "most-parameters" | "most-data") =>
        options[option] === undefined ? undefined : positive(option, options[option]);
      const perParameter = positive("flops-per-parameter", options["flops-per-parameter"]);
      const resamples = Math.round(positive("resamples", options.resamples));
      const joules = number("joules-per-flop"), asked = number("budget");
      const budget = asked === undefined ? undefined : asked / (joules ?? 1);
      const { groups, warnings } = runsObservations(readRunsTable(text, name), {
        loss: options.y,
        x: options.isoflop === undefined ? x : [options.isoflop, ...x],
        compute: options.compute === undefined ? undefined : { column: options.compute, perParameter },
        group: options.group?.split(","),
        seed: options["seed-column"],
        duplicates: options.duplicates,
      });
      for (const warning of warnings) console.error(`! ${warning}`);
      if (options.isoflop !== undefined) {
        const { y: loss, json, csv, latex, figure } = options;
        const at = [
          ...(options.at === undefined ? [] : readPoints(options.at, 1).flat()),
          ...(budget === undefined ? [] : [budget]),
        ];
        const files = { json, csv, latex, figure };
        const columns = [options.isoflop, ...x];
        return await fitIsoflop(groups, {
          ...{ runs: name, loss, x: columns, perParameter, at, noise: number("noise"), resamples },
          ...files,
        });
      }
      const fitted = fitReport(groups, {
        laws,
        at: options.at === undefined ? [] : readPoints(options.at, inputs),
        budget,
        perParameter,
        mostParameters: number("most-parameters"),
        mostData: number("most-data"),
        rollout: options.rollout,
        resamples,
      });
      const reports = fitted.map(({ report }) => report), rows = fitRows(reports);
      printRows(rows);
      for (const remark of remarks(fitted)) console.log(remark);
      if (options.rollout) printRollout(reports);
      await writeText(
        options.json,
        () => JSON.stringify({ runs: name, columns: { y: options.y, x: resources }, fits: reports }, null, 2) + "\n",
      );
      await writeText(options.csv, () => tableToCsv(fitCsvRows(reports)));
      await writeText(
        options.latex,
        () => latexTable(rows, `Scaling laws of ${options.y} in ${resources.join(" and ")}, ${name}`),
      );
      if (options.figure !== undefined) {
        const figure = scalingFitPlot({ name: "scaling_fit", fitted, loss: options.y, x: resources });
        const { skipped } = await exportFigure(figure, userPath(options.figure), ["svg", "png", "pdf", "csv"]);
        for (const { format, reason } of skipped) console.error(`scaling_fit.${format} was not written: ${reason}`);
        await closeBrowser();
      }
    },
  });
}

/** What fits of the small say of the large. */
function printRollout(reports: readonly ReportedFit[]): void {
  const rows = rolloutRows(reports);
  console.log("");
  if (rows.length > 0) return printRows(rows);
  console.log("No rollout: a fit of the smaller runs needs more distinct x than the law has parameters.");
}

function lawName(text: string): LawName {
  if (Object.hasOwn(LAWS, text)) return text as LawName;
  throw new UsageError(`--law wants one of ${Object.keys(LAWS).join(", ")}, or all; got "${text}".`);
}
