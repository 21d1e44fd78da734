import assert from "node:assert/strict";
import {
  akima,
  computePowerLaw,
  isoflopAnalysis,
  isoflopIntervals,
  type IsoflopOptions,
  type IsoflopRun,
} from "../../lib/scaling/mod.ts";
import recorded from "../fixtures/scaling/akima_scipy.json" with { type: "json" };

Deno.test("akima gives the curve of SciPy's Akima1DInterpolator, ties and three points included", () => {
  for (const { x, y, at, value } of recorded.cases) {
    const curve = akima(x, y);
    at.forEach((point, k) => assert.ok(Math.abs(curve(point) - value[k]) < 1e-12 * Math.max(1, Math.abs(value[k]))));
  }
  assert.ok(Number.isNaN(akima([0, 1, 2], [1, 2, 3])(2.1)));
  assert.throws(() => akima([0, 2, 1], [1, 2, 3]), /x ascending/);
});

type Row = Record<string, string>;

async function csv(name: string): Promise<Row[]> {
  const path = new URL(`../../data/scaling-isoflop-refinedweb/${name}`, import.meta.url);
  const [header, ...lines] = (await Deno.readTextFile(path)).trim().split("\n").map((line) => line.split(","));
  return lines.map((cells) => Object.fromEntries(header.map((column, i) => [column, cells[i]])));
}

/** The published optima; where the best size was an end of what was run there is none. */
async function publishedOptima(): Promise<Map<string, Row[]>> {
  return Map.groupBy((await csv("optimal.csv")).filter((row) => row.params_opt !== "nan"), setup);
}

/** The set-ups of the published table, in file order. */
const setup = ({ hparams, warmup, decay, param_count, val }: Row) => [hparams, warmup, decay, param_count, val].join();

Deno.test("power laws through the published optima are the published ones, weighted and not", async () => {
  const optima = await publishedOptima();
  const fits = Map.groupBy(await csv("reference_fits.csv"), setup);
  assert.equal(optima.size, 5);
  for (const [key, rows] of optima) {
    const published = (fit: string, quantity: string) =>
      Number(fits.get(key)!.find((row) => row.fit === fit && row.quantity === quantity)!.value);
    const law = (column: string, deviation?: string) =>
      computePowerLaw(rows.map((row) => ({
        flops: Number(row.flops),
        value: Number(row[column]),
        weight: deviation ? Number(row[deviation]) ** -2 : 1,
      })));
    for (
      const [quantity, column, deviation] of [
        ["n", "params_opt", "log_params_opt_std"],
        ["t", "tokens_opt", "log_tokens_opt_std"],
        ["multiplier", "tokens_per_param_opt", "log_ratio_opt_std"],
      ]
    ) {
      const [basic, weighted] = [law(column), law(column, deviation)];
      assert.ok(Math.abs(basic.exponent - published("basic", `${quantity}_exponent`)) < 1e-9);
      assert.ok(Math.abs(basic.coefficient / published("basic", `${quantity}_coef`) - 1) < 1e-7);
      assert.ok(Math.abs(basic.r2 - published("basic", `${quantity}_r2`)) < 1e-9);
      assert.ok(Math.abs(weighted.exponent - published("weighted", `${quantity}_exponent`)) < 1e-9);
      assert.ok(Math.abs(weighted.r2 - published("weighted", `${quantity}_r2`)) < 1e-9);
    }
  }
});

/** The published runs of each set-up. */
async function publishedRuns(): Promise<[string, IsoflopRun[]][]> {
  const rows = Map.groupBy(await csv("isoflop.csv"), setup);
  return [...rows].map(([key, own]) => [
    key,
    own.map((row): IsoflopRun => ({
      flops: Number(row.flops),
      parameters: Number(row.params),
      data: Number(row.tokens),
      loss: Number(row.loss),
    })),
  ]);
}

Deno.test("from the losses alone most published optima are found to all digits, and their exponents within 0.007", async () => {
  const optima = await publishedOptima();
  const exponents = [0.835, 0.706, 0.602, 0.571, 0.497]; // weighted, in file order
  let exact = 0, all = 0;
  for (const [k, [key, own]] of (await publishedRuns()).entries()) {
    // their noise of losses below e^3 is 0.005; both medians are over random draws, theirs and ours
    const analysis = isoflopAnalysis(own, { noise: 0.005, weighted: true });
    const published = optima.get(key)!;
    assert.deepEqual(analysis.optima.map(({ flops }) => flops), published.map(({ flops }) => Number(flops)));
    analysis.optima.forEach(({ parameters }, i) => {
      const off = Math.abs(Math.log(parameters / Number(published[i].params_opt)));
      assert.ok(off < 0.06, `${key} at ${published[i].flops}: ${off}`); // four points of the curve between two runs
      all++;
      if (off < 1e-9) exact++;
    });
    const { exponent } = analysis.parameters;
    assert.ok(Math.abs(exponent - exponents[k]) < 0.007, `${key}: ${exponent} against ${exponents[k]}`);
  }
  assert.ok(exact > all / 2, `${exact} of ${all}`);
});

Deno.test("on the tuned runs intervals of every exponent hold the published one, by optima and by noise", async () => {
  const published = { parameters: 0.49702879549161855, data: 0.5029712045083815, ratio: 0.005942409016763079 };
  const [, runs] = (await publishedRuns())[4];
  for (const options of [{}, { noise: 0.005, draws: 100 }, { noise: 0.005, draws: 100, weighted: true }]) {
    const found = isoflopIntervals(runs, { ...options, resamples: 200 });
    for (const quantity of ["parameters", "data", "ratio"] as const) {
      const { low, value, high } = found[quantity];
      assert.ok(low < published[quantity] && published[quantity] < high && low <= value && value <= high);
    }
    assert.equal(found.over, "noise" in options ? "noise" : "levels");
    assert.ok(found.parameters.high - found.parameters.low < 0.06);
  }
});

/** Runs of a known surface around sizes that are off the optimum by a factor. */
function surface(exponents: readonly [number, number], offset: number): IsoflopRun[] {
  const [a, b] = exponents;
  return [1e18, 1e19, 1e20, 1e21].flatMap((flops) => {
    const best = (flops / 6) ** (b / (a + b));
    return Array.from({ length: 17 }, (_, k): IsoflopRun => {
      const parameters = offset * best * 2 ** ((k - 8) / 2), data = flops / 6 / parameters;
      return { flops, parameters, data, loss: 1.7 + 400 * parameters ** -a + 400 * data ** -b };
    });
  });
}

Deno.test("the exponent of a known surface is b / (a + b), and a parabola through all sizes is biased", () => {
  const [a, b] = [0.34, 0.28];
  const error = (options: IsoflopOptions, offset: number) =>
    Math.abs(isoflopAnalysis(surface([a, b], offset), options).parameters.exponent - b / (a + b));
  const parabola = { method: "parabola" } as const;
  for (const offset of [1, 3]) {
    assert.ok(error({}, offset) < 0.005);
    assert.ok(error(parabola, offset) < 0.001, "near the optimum every curve is a parabola");
  }
  assert.ok(error({ ...parabola, nearest: Infinity }, 1) > 3 * error(parabola, 1));
  assert.throws(() => isoflopAnalysis(surface([a, b], 1), { ...parabola, nearest: 2 }), /wanted at least 3/);
});

Deno.test("noise of the losses widens the intervals in proportion, and beyond what was run they hold the closed form", () => {
  const [a, b] = [0.34, 0.28], runs = surface([a, b], 1), flops = 1e23;
  const [narrow, wide] = [0.001, 0.002].map((noise) =>
    isoflopIntervals(runs, { method: "parabola", noise, draws: 50, resamples: 300, at: [flops] })
  );
  const width = ({ low, high }: { low: number; high: number }) => high - low;
  const ratio = width(wide.parameters) / width(narrow.parameters);
  assert.ok(ratio > 1.7 && ratio < 2.3, `${ratio}`);
  // 400 / N^a + 400 / D^b: N = G (C/6)^(b/(a+b)), G = (a/b)^(1/(a+b))
  const exact = (a / b) ** (1 / (a + b)) * (flops / 6) ** (b / (a + b));
  const { low, high } = wide.at[0].parameters;
  assert.ok(low < exact && exact < high, `${low} to ${high} against ${exact}`);
  assert.throws(() => isoflopIntervals(runs, { resamples: 1 }), /a whole number from 2/);
});

Deno.test("a level whose best size is the smallest or largest has no optimum, and is named", () => {
  const runs = surface([0.34, 0.28], 1);
  const open = runs.map((run) => run.flops === 1e19 ? { ...run, loss: 5 - Math.log10(run.parameters) / 10 } : run);
  const { optima, open: named } = isoflopAnalysis(open);
  assert.deepEqual(named, [1e19]);
  assert.equal(optima.length, 3);
  assert.throws(() => isoflopAnalysis(open.filter(({ flops }) => flops <= 1e19)), /1 of 2 levels of compute/);
  assert.throws(() => isoflopAnalysis(runs, { weighted: true }), /without the noise of the losses/);
});
