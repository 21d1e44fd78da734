import { median } from "simple-statistics";
import { hash } from "../../lib/data/counter_hash.ts";
import { isoflopIntervals, type IsoflopRun } from "../../lib/scaling/mod.ts";
import { standardNormal } from "../../lib/statistics/standard_normal.ts";

/** The rounded law of Hoffmann et al. 2022 (Chinchilla), whose optimum under `C = 6 N D` is known in closed form. */
const LAW = { E: 1.69, A: 406.4, a: 0.34, B: 410.7, b: 0.28 };
const TRUTH = LAW.b / (LAW.a + LAW.b);

function optimum(flops: number): number {
  const { A, a, B, b } = LAW;
  return (a * A / (b * B)) ** (1 / (a + b)) * (flops / 6) ** TRUTH;
}

/** Ten doublings of compute from 10^18 FLOPs, nine sizes a factor of 2 apart around the optimum of each. */
function study(number: number, noise: number): IsoflopRun[] {
  return Array.from({ length: 10 }, (_, level) => {
    const flops = 1e18 * 2 ** level;
    return Array.from({ length: 9 }, (_, k): IsoflopRun => {
      const parameters = optimum(flops) * 2 ** (k - 4), data = flops / 6 / parameters;
      const loss = LAW.E + LAW.A * parameters ** -LAW.a + LAW.B * data ** -LAW.b;
      return { flops, parameters, data, loss: loss + noise * standardNormal(hash(number, level, k)) };
    });
  }).flat();
}

/** Prints the table of the README as Markdown; the argument is the number of simulated studies, 200 by default. */
if (import.meta.main) {
  const studies = Number(Deno.args[0] ?? 200), target = 1e18 * 2 ** 13;
  console.log("| noise | optimum | intervals over | exponent | size 16 times beyond | length | bias |");
  console.log("|---|---|---|---|---|---|---|");
  for (const noise of [0.002, 0.005]) {
    for (const method of ["akima", "parabola"] as const) {
      for (const [over, options] of [["levels", {}], ["noise", { noise, draws: 100 }]] as const) {
        const found = Array.from({ length: studies }, (_, number) => {
          const { parameters, at } = isoflopIntervals(study(number, noise), {
            method,
            ...options,
            resamples: 300,
            at: [target],
          });
          const beyond = at[0].parameters, exact = optimum(target);
          return {
            held: parameters.low <= TRUTH && TRUTH <= parameters.high,
            heldBeyond: beyond.low <= exact && exact <= beyond.high,
            length: parameters.high - parameters.low,
            error: parameters.value - TRUTH,
          };
        });
        const share = (of: (each: typeof found[number]) => boolean) => (found.filter(of).length / studies).toFixed(3);
        const bias = found.reduce((sum, { error }) => sum + error, 0) / studies;
        console.log(
          `| ${noise} | ${method} | ${over} | ${share(({ held }) => held)} | ${
            share(({ heldBeyond }) => heldBeyond)
          } | ` +
            `${median(found.map(({ length }) => length)).toFixed(4)} | ${bias.toFixed(4)} |`,
        );
      }
    }
  }
}
