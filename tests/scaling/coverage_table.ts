import { type CoverageOptions, type CoverageRow, measureCoverage } from "../../lib/scaling/coverage.ts";

/** Studies such as one makes of learning curves: seven doublings, with noise of their own or shared by a seed's points. */
const SETTINGS: Readonly<Record<string, Pick<CoverageOptions, "seeds" | "noise">>> = {
  "1 seed, independent points": { seeds: 1, noise: { own: 1e-3, shared: 0 } },
  "4 seeds, independent points": { seeds: 4, noise: { own: 2e-3, shared: 0 } },
  "4 seeds, shared noise": { seeds: 4, noise: { own: 5e-4, shared: 2e-3 } },
  "16 seeds, shared noise": { seeds: 16, noise: { own: 5e-4, shared: 2e-3 } },
};

/** Coverage of every kind of interval in every setting. */
function coverageTable(studies: number): { readonly setting: string; readonly rows: readonly CoverageRow[] }[] {
  return Object.entries(SETTINGS).map(([setting, own]) => ({
    setting,
    rows: measureCoverage({
      truth: { alpha: 0.08, beta: 0.3, gamma: 0.65 },
      x: [1, 2, 4, 8, 16, 32, 64].map((x) => x / 8),
      forecastAt: 128,
      studies,
      ...own,
    }),
  }));
}

/** Prints the table of the README as Markdown; the argument is the number of simulated studies, 200 by default. */
if (import.meta.main) {
  const studies = Number(Deno.args[0] ?? 200);
  console.log(
    "| setting | intervals over | beta | gamma | forecast | x_sat | length (beta) |\n|---|---|---|---|---|---|---|",
  );
  for (const { setting, rows } of coverageTable(studies)) {
    for (const { method, beta, gamma, forecast, x_sat, "length (beta)": length } of rows) {
      const share = (value: number) => Number.isNaN(value) ? "-" : value.toFixed(3);
      console.log(
        `| ${setting} | ${method} | ${share(beta)} | ${share(gamma)} | ${share(forecast)} | ${share(x_sat)} | ${
          length.toFixed(4)
        } |`,
      );
    }
  }
}
