import { scoreOf } from "../experiments/choose_runs.ts";
import { canonicalJson } from "../experiments/run_config.ts";
import type { RunRecord } from "../experiments/run_record.ts";
import type { Figure } from "./figure.ts";
import { type LearningCurve, learningCurves } from "./learning_curves.ts";

/**
 * Learning curves of any runs: a panel for each data set, a line for each model, which is the mean NE of a window over its
 * runs, with their range as a band. Runs of one data set that differ in the size of their windows are lines of their own.
 *
 * @throws {Error} when there is no run
 */
export function runCurves(name: string, records: readonly RunRecord[]): Figure {
  const panels = grouped(
    records,
    ({ config: { data, dataFingerprint } }) =>
      canonicalJson({ data: { ...data, stream: undefined, examples: undefined }, dataFingerprint }),
  );
  const titles = numberedTitles(panels.map(([first]) => titleOf(first)));
  return learningCurves({
    name,
    caption: `Progressive NE by window of ${records.length} runs; bands are the range over runs of one model.`,
    panels: panels.map((runs, k) => {
      const optima = runs.flatMap(({ result }) => result.tests.at(-1)?.metrics.bayesNe ?? []);
      return {
        title: panels.length > 1 ? titles[k] : undefined,
        curves: distinctLabels(grouped(runs, curveKey)).map(([label, ofModel]) => curve(label, ofModel)),
        optimum: optima.length > 0 ? { ne: optima.reduce((sum, ne) => sum + ne, 0) / optima.length } : undefined,
      };
    }),
  });
}

/** Runs that make one line: all of their config but seed and stream is the same. */
function curveKey({ model, config: { data, ...rest } }: RunRecord): string {
  return canonicalJson({ name: model, ...rest, data: { ...data, stream: undefined }, seed: undefined });
}

function titleOf({ data, config }: RunRecord): string {
  if (config.data.kind === "synthetic") return data.split(":")[0];
  return data.length > LONGEST_TITLE ? `${data.slice(0, LONGEST_TITLE - 1)}…` : data;
}

/** What fits above one of three panels. */
const LONGEST_TITLE = 28;

/** Titles that are equal get numbers. */
function numberedTitles(titles: readonly string[]): string[] {
  return titles.map((title, k) => {
    const same = titles.filter((other) => other === title).length;
    return same === 1 ? title : `${title} (${titles.slice(0, k + 1).filter((other) => other === title).length})`;
  });
}

/** Two settings of one model get numbers, the better one first. */
function distinctLabels(groups: readonly RunRecord[][]): [string, RunRecord[]][] {
  return grouped(groups, ([first]) => first.model).flatMap((same) => {
    const mean = (runs: RunRecord[]) => runs.reduce((sum, run) => sum + scoreOf(run), 0) / runs.length;
    const sorted = same.toSorted((x, y) => mean(x) - mean(y));
    return sorted.map((runs, i): [string, RunRecord[]] => [
      sorted.length > 1 ? `${runs[0].model} (${i + 1})` : runs[0].model,
      runs,
    ]);
  });
}

function curve(label: string, runs: readonly RunRecord[]): LearningCurve {
  const windows = runs[0].result.windows.map((_, k) => runs.flatMap(({ result }) => result.windows[k]?.ne ?? []));
  const of = (value: (values: number[]) => number) => windows.map((values) => values.length > 0 ? value(values) : NaN);
  const band = runs.length > 1 ? { lo: of((v) => Math.min(...v)), hi: of((v) => Math.max(...v)) } : {};
  return {
    label,
    examples: runs[0].result.windows.map(({ to }) => to),
    ne: of((values) => values.reduce((sum, value) => sum + value, 0) / values.length),
    ...band,
  };
}

function grouped<T>(items: readonly T[], key: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(key(item), [...groups.get(key(item)) ?? [], item]);
  return [...groups.values()];
}
