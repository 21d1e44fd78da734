import { hash } from "../../lib/data/counter_hash.ts";
import { type Observation, resampleFits, resourceRatioInterval } from "../../lib/scaling/mod.ts";
import { standardNormal } from "../../lib/statistics/standard_normal.ts";

/** Seeds that two schemes share, and the noise of ln L that all points of a seed share or have by themselves. */
const SETTINGS = [
  { seeds: 4, shared: 2e-3, own: 5e-4 },
  { seeds: 4, shared: 0, own: 1e-3 },
  { seeds: 16, shared: 2e-3, own: 5e-4 },
];
/** The second scheme needs so many times the data of the first. */
const RATIO = 3;

/** Learning curves `0.08 (x / 8)^-0.3 + 0.65` of one scheme. */
function scheme(study: number, factor: number, { seeds, shared, own }: typeof SETTINGS[number]): Observation[] {
  return Array.from({ length: seeds }, (_, seed) => {
    const common = shared * standardNormal(hash(study, seed, 0));
    return [1, 2, 4, 8, 16, 32, 64].map((x, i): Observation => ({
      x: [x * factor],
      loss: (0.08 * (x / 8) ** -0.3 + 0.65) *
        Math.exp(common + own * standardNormal(hash(study, seed, factor, i + 1))),
      seed,
    }));
  }).flat();
}

/** Prints how often the interval of a resource ratio held the truth; the argument is the number of simulated pairs, 200 by default. */
if (import.meta.main) {
  const studies = Number(Deno.args[0] ?? 200);
  console.log("| shared seeds | shared noise | own noise | jackknife | percentile |\n|---|---|---|---|---|");
  for (const setting of SETTINGS) {
    const held = { jackknife: 0, percentile: 0 };
    for (let study = 0; study < studies; study++) {
      const [a, b] = [1, RATIO].map((factor) =>
        resampleFits("powerLawConstant", scheme(study, factor, setting), { resamples: 300 })
      );
      for (const ends of ["jackknife", "percentile"] as const) {
        const { low, high } = resourceRatioInterval(a, b, 0.73, { ends });
        if (low <= RATIO && RATIO <= high) held[ends]++;
      }
    }
    const share = (count: number) => (count / studies).toFixed(3);
    const { seeds, shared, own } = setting;
    console.log(`| ${seeds} | ${shared} | ${own} | ${share(held.jackknife)} | ${share(held.percentile)} |`);
  }
}
