import assert from "node:assert/strict";
import { compareLaws } from "../../lib/scaling/compare_laws.ts";
import { fitLaw } from "../../lib/scaling/fit_law.ts";
import type { LawName } from "../../lib/scaling/law.ts";
import { gaussian } from "./gaussian.ts";

const LAWS: LawName[] = ["powerLaw", "logarithmic", "powerLawConstant"];

function runs(loss: (u: number) => number, noise = 1e-4) {
  return Array.from(
    { length: 12 },
    (_, k) => ({ x: [1e6 * 2 ** k], loss: loss(2 ** k) * Math.exp(noise * gaussian(k, 3)) }),
  );
}

Deno.test("the law that made the runs predicts the larger ones best, whichever it is", () => {
  const cases: [LawName, (u: number) => number][] = [
    ["powerLaw", (u) => 2 * u ** -0.2],
    ["logarithmic", (u) => 1 - 0.03 * Math.log(u)],
    ["powerLawConstant", (u) => 0.4 * u ** -0.5 + 0.6],
  ];
  for (const [name, loss] of cases) {
    const { laws } = compareLaws(runs(loss), LAWS);
    // powerLawConstant contains the power law, so that it comes close to it
    const [first, second] = laws;
    if (name === "powerLaw") assert.ok([first, second].some(({ law }) => law.name === "powerLaw"));
    else assert.equal(first.law.name, name);
    assert.ok(first.heldOutError < 1e-3);
  }
});

Deno.test("errors are those of a fit to the smaller runs alone, and a noise floor stands beside them", () => {
  const observations = runs((u) => 0.4 * u ** -0.5 + 0.6),
    repeated = [...observations, ...runs((u) => 0.4 * u ** -0.5 + 0.6, 2e-4)];
  const { laws, heldOut, noise } = compareLaws(repeated, ["powerLaw"], { heldOutDoublings: 3 });
  assert.deepEqual(heldOut, { count: 6, doublings: 3, fitted: 18 });
  assert.ok(noise! > 2e-5 && noise! < 4e-4);
  const small = repeated.filter(({ x }) => x[0] < 2 ** 8.5 * 1e6),
    large = repeated.filter(({ x }) => x[0] > 2 ** 8.5 * 1e6);
  const fit = fitLaw("powerLaw", small);
  const errors = large.map(({ x, loss }) => Math.log(fit.predict(x) / loss));
  const rms = Math.sqrt(errors.reduce((sum, error) => sum + error ** 2, 0) / 6);
  assert.ok(Math.abs(laws[0].heldOutError / rms - 1) < 1e-12);
  assert.ok(Math.abs(laws[0].heldOutBias - errors.reduce((sum, error) => sum + error, 0) / 6) < 1e-14);
  assert.ok(laws[0].heldOutBias < 0); // a law without a floor promises too much
  assert.equal(laws[0].aiccDifference, 0);
});

Deno.test("laws of different inputs, and too much held out, are refused", () => {
  const observations = runs((u) => 0.4 * u ** -0.5 + 0.6);
  assert.throws(() => compareLaws(observations, ["powerLaw", "joint"]), /all of the same number of inputs/);
  assert.throws(() => compareLaws(observations, LAWS, { heldOutDoublings: 11 }), /leaves 1 to fit/);
  assert.throws(() => compareLaws(observations, LAWS, { heldOutDoublings: -1 }), /got -1 doublings/);
});
