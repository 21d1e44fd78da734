import assert from "node:assert/strict";
import { akima, computePowerLaw, isoflopAnalysis, type IsoflopRun } from "../../lib/scaling/mod.ts";
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
      const [quantity, column, deviation] of [["n", "params_opt", "log_params_opt_std"], [
        "t",
        "tokens_opt",
        "log_tokens_opt_std",
      ]]
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

Deno.test("from the losses alone the published optima are found within 10 %, and their exponents within 0.01", async () => {
  const runs = Map.groupBy(await csv("isoflop.csv"), setup), optima = await publishedOptima();
  const exponents = [0.835, 0.706, 0.602, 0.571, 0.497]; // weighted, in file order
  [...runs].forEach(([key, rows], k) => {
    const own = rows.map((row): IsoflopRun => ({
      flops: Number(row.flops),
      parameters: Number(row.params),
      data: Number(row.tokens),
      loss: Number(row.loss),
    }));
    // their noise of losses below e^3 is 0.005; both medians are over random draws
    const analysis = isoflopAnalysis(own, { noise: 0.005, draws: 200, weighted: true });
    const published = optima.get(key)!;
    assert.deepEqual(analysis.optima.map(({ flops }) => flops), published.map(({ flops }) => Number(flops)));
    analysis.optima.forEach(({ parameters }, i) => {
      assert.ok(
        Math.abs(Math.log(parameters / Number(published[i].params_opt))) < 0.1,
        `${key} at ${published[i].flops}`,
      );
    });
    assert.ok(
      Math.abs(analysis.parameters.exponent - exponents[k]) < 0.01,
      `${key}: ${analysis.parameters.exponent} against ${exponents[k]}`,
    );
  });
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

Deno.test("the exponent of a known surface is b / (a + b), where the parabola is biased by runs off the optimum", () => {
  const [a, b] = [0.34, 0.28];
  const error = (method: "akima" | "parabola", offset: number) =>
    Math.abs(isoflopAnalysis(surface([a, b], offset), { method }).parameters.exponent - b / (a + b));
  assert.ok(error("akima", 1) < 0.005 && error("akima", 3) < 0.005);
  assert.ok(error("parabola", 1) < 0.03);
  const coefficient = (method: "akima" | "parabola", offset: number) =>
    isoflopAnalysis(surface([a, b], offset), { method }).parameters.coefficient;
  assert.ok(
    Math.abs(coefficient("parabola", 3) / coefficient("parabola", 1) - 1) >
      Math.abs(coefficient("akima", 3) / coefficient("akima", 1) - 1),
  );
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
