import type { ReportedFit } from "./fit_report.ts";
import type { FitInterval } from "./resampled_fits.ts";

/** One row of the terminal's table, of the CSV and of the LaTeX table. */
export type FitRow = Readonly<Record<string, string | number>>;

/** Four digits are read, more are in the JSON. */
export const fitNumber = (value: number) =>
  !Number.isFinite(value)
    ? value > 0 ? "inf" : "-inf"
    : value !== 0 && (Math.abs(value) < 1e-3 || Math.abs(value) >= 1e5)
    ? value.toExponential(3)
    : value.toPrecision(4);

/** A number with its interval, for reading. */
export const shownInterval = ({ value, low, high }: FitInterval) =>
  `${fitNumber(value)} [${fitNumber(low)}, ${fitNumber(high)}]`;
const percent = (share: number) => `${(100 * share).toFixed(2)} %`;

/** Reports as rows for reading: a row a group and law. */
export function fitRows(reports: readonly ReportedFit[]): FitRow[] {
  const several = new Set(reports.map(({ law }) => law)).size > 1;
  const grouped = reports.some(({ group }) => group !== "");
  const names = [...new Set(reports.flatMap((each) => Object.keys(each.parameters ?? {})))];
  return reports.map((report): FitRow => {
    const { group, law, status, x0, parameters, gainPerDoubling, saturation, heldOutError, aiccDifference } = report;
    return {
      ...(grouped ? { group } : {}),
      law,
      status,
      runs: report.observations,
      x0: x0.map(fitNumber).join(", "),
      ...Object.fromEntries(names.map((name) => [name, parameters?.[name] ? shownInterval(parameters[name]) : "-"])),
      "gain of a doubling": gainPerDoubling.map(({ estimate, upper }) =>
        parameters ? percent(estimate) : `at most ${percent(upper)}`
      ).join(", "),
      ...(saturation ? { "x_sat": shownInterval(saturation) } : {}),
      "held-out error": heldOutError === null ? "-" : percent(heldOutError),
      ...(several ? { "AICc above best": aiccDifference === null ? "-" : aiccDifference.toFixed(1) } : {}),
    };
  });
}

/** Rollouts as rows for reading: a row a group, law and cut. */
export function rolloutRows(reports: readonly ReportedFit[]): FitRow[] {
  const grouped = reports.some(({ group }) => group !== "");
  return reports.flatMap(({ group, law, rollout }) =>
    rollout.map(({ cut, distinct, status, predicted, error, noise }): FitRow => ({
      ...(grouped ? { group } : {}),
      law,
      "fitted up to": fitNumber(cut),
      "distinct x": distinct,
      status,
      "predicted x": predicted,
      error: percent(error),
      "seed noise": noise === null ? "-" : percent(noise),
    }))
  );
}

/** All numbers of reports in long form: one row a quantity, in full precision. */
export function fitCsvRows(reports: readonly ReportedFit[]): FitRow[] {
  return reports.flatMap((report) => {
    const { group, law, status } = report;
    const row = (quantity: string, { value, low, high }: FitInterval): FitRow => ({
      group,
      law,
      status,
      quantity,
      value,
      low,
      high,
    });
    const alone = (value: number): FitInterval => ({ value, low: NaN, high: NaN });
    return [
      ...report.x0.map((unit, k) => row(`x0_${k + 1}`, alone(unit))),
      ...Object.entries(report.parameters ?? {}).map(([name, interval]) => row(name, interval)),
      ...report.gainPerDoubling.map(({ estimate, upper }, k) =>
        row(`gain_per_doubling_${k + 1}`, { value: estimate, low: NaN, high: upper })
      ),
      ...(report.saturation ? [row("x_sat", report.saturation)] : []),
      ...(report.noiseSaturation ? [row("x_sat_by_noise", report.noiseSaturation)] : []),
      ...report.forecasts.map(({ x, loss, low, high }) => row(`loss_at_${x.join("_")}`, { value: loss, low, high })),
      ...Object.entries(report.allocation ?? {}).map(([name, interval]) => row(`optimal_${name}`, interval)),
      ...(report.heldOutError === null ? [] : [row("held_out_error", alone(report.heldOutError))]),
      ...report.rollout.map(({ cut, error }) => row(`error_above_${cut}`, alone(error))),
    ];
  });
}

/** Rows as a LaTeX table in the style of booktabs. */
export function latexTable(rows: readonly FitRow[], caption: string): string {
  const columns = Object.keys(rows[0]);
  const escaped = (text: string | number) =>
    String(text).replace(/[\\&%$#_{}]/g, (character) => character === "\\" ? "\\textbackslash{}" : `\\${character}`)
      .replaceAll("~", "\\textasciitilde{}").replaceAll("^", "\\textasciicircum{}");
  const line = (cells: readonly (string | number)[]) => `    ${cells.map(escaped).join(" & ")} \\\\`;
  return [
    "% needs \\usepackage{booktabs}",
    "\\begin{table}",
    "  \\centering",
    `  \\caption{${escaped(caption)}}`,
    `  \\begin{tabular}{${columns.map(() => "l").join("")}}`,
    "    \\toprule",
    line(columns),
    "    \\midrule",
    ...rows.map((row) => line(columns.map((column) => row[column] ?? ""))),
    "    \\bottomrule",
    "  \\end{tabular}",
    "\\end{table}",
    "",
  ].join("\n");
}
