import assert from "node:assert/strict";
import { normal } from "../../lib/data/counter_hash.ts";
import { fitLaw, fitReport, type Observation, readRunsTable, runsObservations } from "../../lib/scaling/mod.ts";
import { fitCsvRows, fitRows, latexTable, rolloutRows } from "../../lib/scaling/fit_report_text.ts";

const curve = (x: number) => 0.3 * x ** -0.4 + 0.7;

function runs(noise: number, flat = false): Observation[] {
  return Array.from({ length: 10 }, (_, i): Observation => ({
    x: [2 ** i],
    loss: (flat ? 0.7 : curve(2 ** i)) * Math.exp(noise * normal(5, i)),
  }));
}

Deno.test("a report holds the law's parameters, a forecast, and what follows, and no exponent of a flat group", () => {
  const fitted = fitReport([{ name: "falls", observations: runs(5e-4) }, {
    name: "flat",
    observations: runs(5e-4, true),
  }], {
    at: [[2 ** 12]],
    resamples: 200,
  });
  const [falls, flat] = fitted.map(({ report }) => report);
  const { low, high } = falls.parameters!.beta;
  assert.ok(low < 0.4 && 0.4 < high);
  assert.ok(falls.forecasts[0].low < curve(2 ** 12) && curve(2 ** 12) < falls.forecasts[0].high);
  assert.equal(flat.parameters, null);
  assert.ok(flat.reasons.length > 0 && flat.gainPerDoubling[0].upper < 1e-3);
  assert.deepEqual(JSON.parse(JSON.stringify(falls)).parameters.beta, falls.parameters!.beta);
});

Deno.test("laws of a group come in the order of what they miss on held-out larger runs", () => {
  const reports = fitReport([{ name: "", observations: runs(1e-4) }], {
    laws: ["logarithmic", "powerLawConstant", "powerLaw"],
    resamples: 20,
  }).map(({ report }) => report);
  assert.equal(reports[0].law, "powerLawConstant");
  const errors = reports.map(({ heldOutError }) => heldOutError!);
  assert.deepEqual(errors, errors.toSorted((a, b) => a - b));
});

Deno.test("a report tells what fits of the small would have said of the large, beside the seed noise", () => {
  const seeded = [1, 2, 3].flatMap((seed) =>
    Array.from({ length: 8 }, (_, i): Observation => ({
      x: [2 ** i],
      loss: curve(2 ** i) * Math.exp(2e-4 * normal(seed, i)),
      seed,
    }))
  );
  const [{ report }] = fitReport([{ name: "", observations: seeded }], { resamples: 20, rollout: true });
  assert.deepEqual(report.rollout.map(({ cut, predicted }) => [cut, predicted]), [[8, 4], [16, 3], [32, 2], [64, 1]]);
  for (const { error, noise } of report.rollout) assert.ok(error < 0.01 && noise! > 2e-5 && noise! < 5e-4);
  // below the noise: r = 2e-4 of the loss is left, at (0.3 (1 - r) / (0.7 r))^(1 / 0.4), within what the fit knows of it
  const exact = (0.3 * (1 - report.noise!) / (0.7 * report.noise!)) ** 2.5, { low, high } = report.noiseSaturation!;
  assert.ok(low < exact && exact < high && low > 0);
  const rows = rolloutRows([report]);
  assert.deepEqual([rows.length, rows[0]["fitted up to"], rows[0]["predicted x"]], [4, "8.000", 4]);
  const [few] = fitReport([{ name: "", observations: runs(1e-4).slice(0, 4) }], { resamples: 5, rollout: true });
  assert.deepEqual(few.report.rollout, []);
});

Deno.test("a budget is split within what memory holds and the examples there are", () => {
  const observations = [1e6, 1e7, 1e8].flatMap((n) =>
    [1e7, 1e8, 1e9, 1e10].map((d) => ({ x: [n, d], loss: 0.5 + 20 * n ** -0.3 + 30 * d ** -0.3 }))
  );
  const split = (options: { mostParameters?: number; mostData?: number }) =>
    fitReport([{ name: "", observations }], { resamples: 5, budget: 6e20, ...options })[0].report.allocation!;
  // equal exponents: N / D = (20 / 30)^(1 / 0.3)
  const free = split({}), exact = Math.sqrt(1e20 * (20 / 30) ** (1 / 0.3));
  assert.ok(Math.abs(free.parameters.value / exact - 1) < 1e-5);
  const small = split({ mostParameters: 1e8 });
  assert.ok(Math.abs(small.parameters.value / 1e8 - 1) < 1e-6 && Math.abs(small.data.value / 1e12 - 1) < 1e-6);
  assert.ok(Math.abs(split({ mostData: 1e8 }).data.value / 1e8 - 1) < 1e-9);
});

Deno.test("a law of another number of resources is refused with those that fit", () => {
  const group = { name: "g", observations: runs(1e-3) };
  assert.throws(
    () => fitReport([group], { laws: ["joint"] }),
    /In group "g": Cannot fit joint to 1 resource: wanted powerLaw/,
  );
});

Deno.test("rows for reading, for CSV and for LaTeX say the same numbers", () => {
  const reports = fitReport([{ name: "a_b", observations: runs(5e-4) }], { resamples: 50 }).map(({ report }) => report);
  const [row] = fitRows(reports);
  const { value, low, high } = reports[0].parameters!.gamma;
  assert.equal(row.gamma, `${value.toPrecision(4)} [${low.toPrecision(4)}, ${high.toPrecision(4)}]`);
  const csv = fitCsvRows(reports).find(({ quantity }) => quantity === "gamma")!;
  assert.deepEqual([csv.value, csv.low, csv.high], [value, low, high]);
  const latex = latexTable([row], "50 % of a_b & more");
  assert.match(latex, /\\caption\{50 \\% of a\\_b \\& more\}/);
  assert.ok(latex.includes(`a\\_b & powerLawConstant & converged`));
  assert.equal(latex.match(/\\\\$/gm)?.length, 2, "a header and a row");
});

Deno.test("from the small runs of Gadre et al. the joint law predicts their 1.4 B run at 32 times within 2 %", async () => {
  // their own law, fitted to five runs, was 0.71 % off; the joint law is another and sees more runs
  const path = new URL("../../data/scaling-overtraining/runs.csv", import.meta.url);
  const table = readRunsTable(await Deno.readTextFile(path), "runs.csv");
  const { groups } = runsObservations(table, { loss: "loss_c4_val", x: ["params", "tokens"], group: "train_dataset" });
  const rpj = groups.find(({ name }) => name === "rpj")!.observations;
  const small = rpj.filter(({ x }) => x[0] < 1e9);
  const target = rpj.find(({ x }) => x[0] > 1e9 && x[0] < 2e9 && x[1] > 5e11)!;
  const error = fitLaw("joint", small).predict(target.x) / target.loss - 1;
  assert.ok(Math.abs(error) < 0.02, `${error}`);
});
