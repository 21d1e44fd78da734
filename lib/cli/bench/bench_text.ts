import { renderPlain, textTable } from "../../notebook/table_text.ts";
import type { BenchResult } from "./bench_result.ts";

/** A result for people: the ratios first, then a table of all contestants, then what to know about them. */
export function benchText(result: BenchResult): string {
  const { name, summary, pass, counted, contestants, ratios, notes, rounds, load, cores } = result;
  const headlines = ratios.map(({ work, reference, other, best, paired }) =>
    `  ${work}: ${reference} is ${best.toFixed(2)} times as fast as ${other} ` +
    `(round by round: median ${paired.median.toFixed(2)}, ${paired.min.toFixed(2)} to ${paired.max.toFixed(2)})`
  );
  const counting = contestants.some(({ gflops }) => gflops !== null);
  const bounded = contestants.some(({ shareOfBound }) => shareOfBound !== null);
  const table = renderPlain(textTable(
    [
      "Work",
      "Contestant",
      `Best ms/${pass}`,
      "Median",
      "Worst",
      `${counted}/s`,
      ...(counting ? ["GFLOP/s"] : []),
      ...(bounded ? ["% of products"] : []),
    ],
    contestants.map(({ work, name, seconds, examplesPerSecond, gflops, shareOfBound }) => [
      work,
      name,
      1000 * seconds.min,
      1000 * seconds.median,
      1000 * seconds.max,
      Math.round(examplesPerSecond),
      ...(counting ? [gflops] : []),
      ...(bounded ? [shareOfBound === null ? null : 100 * shareOfBound] : []),
    ]),
    { digits: { [`Best ms/${pass}`]: 2, Median: 2, Worst: 2, "GFLOP/s": 1, "% of products": 0 } },
  ));
  const busy = Math.max(...load) > cores
    ? " Others were using the machine: trust the fastest rounds and the ratios, not the times."
    : "";
  return [
    `${name}: ${summary}`,
    ...(headlines.length > 0 ? ["", "Fastest round against fastest round:", ...headlines] : []),
    "",
    table,
    "",
    `${rounds} rounds, all contestants in turn. Load ${
      load.map((l) => l.toFixed(1)).join(" to ")
    } on ${cores} cores.${busy}`,
    ...notes,
  ].join("\n");
}
