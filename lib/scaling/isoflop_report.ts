import { fitNumber, type FitRow, shownInterval } from "./fit_report_text.ts";
import { type IsoflopIntervalOptions, type IsoflopIntervals, isoflopIntervals } from "./isoflop_intervals.ts";
import type { RunsGroup } from "./runs_table.ts";

/** The isoFLOP analysis of one group of runs: plain JSON, in full precision. */
export interface ReportedIsoflop extends IsoflopIntervals {
  readonly group: string;
}

/**
 * IsoFLOP analyses of groups of runs whose observations have the resources compute, parameters and, unless it is
 * `C / (perParameter N)`, data.
 *
 * @throws {Error} naming the group, where its runs have no optima
 */
export function isoflopReport(
  groups: readonly RunsGroup[],
  options: IsoflopIntervalOptions & { readonly perParameter?: number } = {},
): ReportedIsoflop[] {
  const { perParameter = 6, ...own } = options;
  return groups.map(({ name: group, observations }) => {
    const runs = observations.map(({ x: [flops, parameters, data = flops / (perParameter * parameters)], loss }) => ({
      flops,
      parameters,
      data,
      loss,
    }));
    try {
      return { group, ...isoflopIntervals(runs, own) };
    } catch (error) {
      if (group === "") throw error;
      throw new Error(`In group "${group}": ${(error as Error).message}`, { cause: error });
    }
  });
}

const QUANTITIES = ["parameters", "data", "ratio"] as const;

/** The power laws of the optimum as rows for reading. */
export function isoflopRows(reports: readonly ReportedIsoflop[]): FitRow[] {
  const grouped = reports.some(({ group }) => group !== "");
  return reports.flatMap((report) =>
    QUANTITIES.map((quantity): FitRow => {
      const { optima, open, [quantity]: { coefficient, r2 } } = report.analysis;
      return {
        ...(grouped ? { group: report.group } : {}),
        "best": quantity === "ratio" ? "data per parameter" : quantity,
        "exponent in compute": shownInterval(report[quantity]),
        coefficient: fitNumber(coefficient),
        r2: r2.toFixed(4),
        levels: optima.length,
        "without optimum": open.length,
      };
    })
  );
}

/** All numbers of isoFLOP analyses in long form: one row a quantity, in full precision. */
export function isoflopCsvRows(reports: readonly ReportedIsoflop[]): FitRow[] {
  return reports.flatMap(({ group, analysis, at, ...intervals }) => {
    const row = (quantity: string, flops: number, value: number, low = NaN, high = NaN): FitRow => ({
      group,
      quantity,
      flops,
      value,
      low,
      high,
    });
    return [
      ...QUANTITIES.flatMap((quantity) => {
        const { value, low, high } = intervals[quantity];
        return [
          row(`${quantity}_exponent`, NaN, value, low, high),
          row(`${quantity}_coefficient`, NaN, analysis[quantity].coefficient),
        ];
      }),
      ...analysis.optima.flatMap(({ flops, parameters, data, loss }) => [
        row("optimal_parameters", flops, parameters),
        row("optimal_data", flops, data),
        row("optimal_loss", flops, loss),
      ]),
      ...at.flatMap(({ flops, parameters, data }) => [
        row("forecast_parameters", flops, parameters.value, parameters.low, parameters.high),
        row("forecast_data", flops, data.value, data.low, data.high),
      ]),
    ];
  });
}
