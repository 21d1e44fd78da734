import assert from "node:assert/strict";
import { nonlinearLeastSquares } from "../../lib/scaling/nonlinear_least_squares.ts";
import { decimalRest } from "../../lib/scaling/solver/decimal_rest.ts";
import { NIST_CERTIFICATES } from "./nist_certificates.ts";
import { digits, MODELS, type NistProblem, parseNist } from "./nist_problem.ts";

const FOLDER = new URL("../../data/nist-strd-a/", import.meta.url);
const shipped = [...Deno.readDirSync(FOLDER)].filter(({ name }) => name.endsWith(".dat"))
  .map(({ name }) => parseNist(Deno.readTextFileSync(new URL(name, FOLDER))));

/**
 * Lanczos1's residuals are 1e-13 of its values. Exact arithmetic (40 digits) on x and y as rounded to double precision gives a residual
 * sum of squares of 1.42955e-25 where 1.43079e-25 is certified, and so 3.4 digits of the standard errors: what is above that comes from
 * reading the data as the decimals they were.
 */
const DEVIATION_DIGITS: Readonly<Record<string, number>> = { Lanczos1: 4.5 };

function least(values: readonly number[], certified: readonly number[]): number {
  return Math.min(...values.map((value, j) => digits(value, certified[j])));
}

function assertCertified(problem: NistProblem, searches: "several" | "one") {
  const { name, model, x, y, parameters, deviations, residualSumOfSquares } = problem;
  for (const [k, start] of problem.starts.entries()) {
    const fit = nonlinearLeastSquares({ model, x, y, start, searches });
    const what = `${name} from start ${k + 1}`;
    assert.equal(fit.status, "converged", `${what}: ${fit.reason}`);
    const found = least(fit.parameters, parameters), foundDeviations = least(fit.standardErrors, deviations);
    assert.ok(found >= 7.5, `${what}: ${found} digits of the parameters, wanted 7.5`);
    const wanted = DEVIATION_DIGITS[name] ?? 7.5;
    assert.ok(foundDeviations >= wanted, `${what}: ${foundDeviations} digits of the standard errors, wanted ${wanted}`);
    const rss = digits(fit.residualSumOfSquares, residualSumOfSquares);
    assert.ok(rss >= Math.min(wanted - 0.4, 9), `${what}: ${rss} digits of the residual sum of squares`);
  }
}

Deno.test("13 of NIST's problems are in the folder", () => {
  assert.equal(shipped.length, 13);
});

for (const problem of [...shipped, ...NIST_CERTIFICATES]) {
  Deno.test(`NIST's ${problem.name} comes out as certified from both starts, by one search and by several`, () => {
    assertCertified(problem, "several");
    assertCertified(problem, "one");
  });
}

// Problems of the forms of NIST's that are not here, with their starts: what is certified is that both starts lead to the same place.
const FORMS = [
  {
    name: "Bennett5",
    x: Array.from({ length: 154 }, (_, i) => 7.447168 + 0.22 * i),
    truth: [-2523.5, 46.736, 0.93218],
    starts: [[-2000, 50, 0.8], [-1500, 45, 0.85]],
    noise: 5e-4,
  },
  {
    name: "Roszman1",
    x: Array.from({ length: 24 }, (_, i) => -4868.68 + 200 * i),
    truth: [0.20197, -6.1954e-6, 1204.46, -181.34],
    starts: [[0.1, -1e-5, 1000, -100], [0.2, -5e-6, 1200, -150]],
    noise: 2e-3,
  },
  {
    name: "ENSO",
    x: Array.from({ length: 168 }, (_, i) => i + 1),
    truth: [10.51, 3.0762, 0.5328, 44.311, -1.6231, 0.52554, 26.888, 0.21232, 1.4967],
    starts: [[11, 3, 0.5, 40, -0.7, -1.3, 25, -0.3, 1.4], [10, 3, 0.5, 44, -1.5, 0.5, 26, -0.1, 1.5]],
    noise: 3,
  },
  {
    name: "Gauss2",
    x: Array.from({ length: 250 }, (_, i) => i + 1),
    truth: [99.018, 0.010995, 101.88, 107.03, 23.579, 72.046, 153.27, 19.526],
    starts: [[96, 0.009, 103, 106, 18, 72, 151, 18], [98, 0.0105, 103, 105, 20, 73, 150, 20]],
    noise: 3,
  },
];

for (const { name, x, truth, starts, noise } of FORMS) {
  Deno.test(`a generated problem of the form of NIST's ${name} ends at the same place from both starts`, () => {
    const model = MODELS[name];
    const y = x.map((x, i) => model(truth, x) + noise * Math.sin(12.9898 * i * i + 78.233 * i));
    const [first, second] = starts.map((start) => nonlinearLeastSquares({ model, x, y, start }));
    assert.ok(least(first.parameters, second.parameters) > 8);
    const atTruth = x.reduce((sum, x, i) => sum + (model(truth, x) - y[i]) ** 2, 0);
    assert.ok(first.residualSumOfSquares < atTruth);
  });
}

Deno.test("a straight line has the parameters, standard errors and covariance of linear regression, weighted or not", () => {
  const x = [1, 2, 3, 4, 5, 6], y = [1.1, 1.9, 3.2, 3.9, 5.3, 5.8], w = [1, 2, 3, 1, 2, 3];
  for (const weights of [x.map(() => 1), w]) {
    const fit = nonlinearLeastSquares({ model: ([a, b], x: number) => a + b * x, x, y, start: [0, 0], weights });
    const sum = (f: (i: number) => number) => x.reduce((total, _, i) => total + weights[i] * f(i), 0);
    const s = sum(() => 1), sx = sum((i) => x[i]), sy = sum((i) => y[i]);
    const d = s * sum((i) => x[i] ** 2) - sx ** 2;
    const b = (s * sum((i) => x[i] * y[i]) - sx * sy) / d, a = (sy - b * sx) / s;
    const variance = sum((i) => (a + b * x[i] - y[i]) ** 2) / 4;
    assert.ok(Math.abs(fit.parameters[0] - a) < 1e-12 && Math.abs(fit.parameters[1] - b) < 1e-12);
    assert.ok(Math.abs(fit.standardErrors[1] / Math.sqrt(variance * s / d) - 1) < 1e-10);
    assert.ok(Math.abs(fit.covariance[0][1] / (-variance * sx / d) - 1) < 1e-10);
  }
});

Deno.test("derivatives that are given lead to the same fit as numeric ones", () => {
  const { model, x, y, starts } = shipped.find(({ name }) => name === "Misra1a")!;
  const jacobian = ([a, b]: ArrayLike<number> & Iterable<number>, x: number) => [
    1 - Math.exp(-b * x),
    a * x * Math.exp(-b * x),
  ];
  const given = nonlinearLeastSquares({ model, x, y, start: starts[0], jacobian });
  const numeric = nonlinearLeastSquares({ model, x, y, start: starts[0] });
  assert.ok(least(given.parameters, numeric.parameters) > 10.5);
  assert.ok(least(given.standardErrors, numeric.standardErrors) > 10);
});

Deno.test("a bound holds the parameter, and the others are at their best for it", () => {
  const x = [1, 2, 3, 4], y = [1, 2.1, 2.9, 4.2];
  const fit = nonlinearLeastSquares({
    model: ([a, b], x: number) => a + b * x,
    x,
    y,
    start: [1, 1],
    lower: [0.5, -Infinity],
  });
  assert.equal(fit.status, "at a bound");
  assert.equal(fit.parameters[0], 0.5);
  const b = x.reduce((sum, x, i) => sum + x * (y[i] - 0.5), 0) / 30;
  assert.ok(Math.abs(fit.parameters[1] - b) < 1e-12);
  assert.equal(fit.standardErrors[0], 0);
});

Deno.test("parameters that can change together are reported as singular", () => {
  const x = [1, 2, 3, 4], y = [2, 4.1, 5.9, 8];
  const fit = nonlinearLeastSquares({ model: ([a, b], x: number) => (a + b) * x, x, y, start: [1, 1] });
  assert.equal(fit.status, "singular");
});

Deno.test("Huber's loss gives the median where delta is far below the scatter", () => {
  const y = [1, 1.2, 0.9, 1.1, 25];
  const fit = nonlinearLeastSquares({ model: ([a]) => a, x: y, y, start: [5], huberDelta: 1e-6 });
  assert.ok(Math.abs(fit.parameters[0] - 1.1) < 1e-5);
});

Deno.test("what a decimal loses when it is stored is known exactly", () => {
  // differences of Python's Decimal("0.1") - Decimal(0.1) and so on
  const known = [
    [0.1, -5.551115123125783e-18],
    [2.5134, 1.4352963262354023e-16],
    [-0.1, 5.551115123125783e-18],
    [1e-5, -8.180305391403131e-22],
    [123456.7, 2.9103830456733705e-12],
    [3, 0],
    [1 / 3, 0],
  ];
  for (const [value, rest] of known) assert.equal(decimalRest(value), rest, `${value}`);
});

Deno.test("errors name what came and what was wanted", () => {
  const model = ([a, b]: Float64Array, x: number) => a * x + b;
  assert.throws(() => nonlinearLeastSquares({ model, x: [1], y: [1], start: [1, 1] }), /as many points as parameters/);
  assert.throws(
    () => nonlinearLeastSquares({ model, x: [1, 2, 3], y: [1, NaN, 2], start: [1, 1] }),
    /y of point 2 is NaN/,
  );
  assert.throws(() => nonlinearLeastSquares({ model, x: [1, 2], y: [1, 2, 3], start: [1, 1] }), /got 2 x/);
  assert.throws(
    () => nonlinearLeastSquares({ model: ([a], x: number) => Math.log(a) * x, x: [1, 2], y: [1, 2], start: [-1] }),
    /the model is NaN at the start/,
  );
});
