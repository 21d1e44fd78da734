import assert from "node:assert/strict";
import { isoflopReport } from "../../lib/scaling/mod.ts";
import { isoflopCsvRows, isoflopRows } from "../../lib/scaling/isoflop_report.ts";

const [A, a] = [400, 0.5];

/** `1.7 + A / N^a + A / D^a`: the best size is the root of C / 6. */
const observations = [1e18, 1e19, 1e20].flatMap((flops) =>
  Array.from({ length: 9 }, (_, k) => {
    const n = Math.sqrt(flops / 6) * 2 ** (k - 4), d = flops / 6 / n;
    return { x: [flops, n, d], loss: 1.7 + A * n ** -a + A * d ** -a };
  })
);

Deno.test("without a column of data they follow from compute and parameters", () => {
  const [given] = isoflopReport([{ name: "", observations }]);
  const without = observations.map(({ x: [flops, n], loss }) => ({ x: [flops, n], loss }));
  const [derived] = isoflopReport([{ name: "", observations: without }]);
  for (const quantity of ["parameters", "data", "ratio"] as const) {
    assert.ok(Math.abs(given[quantity].value - derived[quantity].value) < 1e-9);
  }
});

Deno.test("rows for reading and for CSV say the same numbers, and the optima lie at the root of C / 6", () => {
  const reports = isoflopReport([{ name: "g", observations }], { at: [6e22] });
  const rows = isoflopRows(reports), csv = isoflopCsvRows(reports);
  assert.deepEqual(rows.map(({ best }) => best), ["parameters", "data", "data per parameter"]);
  assert.ok(rows.every(({ group, levels }) => group === "g" && levels === 3));
  const { value } = csv.find(({ quantity }) => quantity === "parameters_exponent")!;
  assert.ok(String(rows[0]["exponent in compute"]).startsWith(Number(value).toPrecision(4)));
  const optima = csv.filter(({ quantity }) => quantity === "optimal_parameters");
  assert.equal(optima.length, 3);
  for (const { flops, value } of optima) assert.ok(Math.abs(Number(value) / Math.sqrt(Number(flops) / 6) - 1) < 0.03);
  const forecast = csv.find(({ quantity }) => quantity === "forecast_parameters")!;
  assert.ok(Math.abs(Number(forecast.value) / 1e11 - 1) < 0.03);
});

Deno.test("a group without optima is named", () => {
  const falling = observations.map((run) => ({ ...run, loss: 5 - Math.log10(run.x[1]) / 10 }));
  assert.throws(
    () => isoflopReport([{ name: "g", observations: falling }]),
    /In group "g": Cannot fit how the optimum grows/,
  );
  assert.throws(
    () => isoflopReport([{ name: "", observations: observations.filter(({ x }) => x[0] < 1e20) }]),
    /exponents of 2 optima are known: wanted at least three levels/,
  );
});
