import assert from "node:assert/strict";
import {
  elasticity,
  fitLaw,
  gainOfDoubling,
  measureCoverage,
  noiseSaturationPoint,
  reducibleShare,
  resourceFor,
  resourceRatio,
  saturationPoint,
} from "../../lib/scaling/mod.ts";

const alpha = 0.08, beta = 0.3, gamma = 0.65;
const curve = { predict: ([x]: readonly number[]) => alpha * x ** -beta + gamma };

Deno.test("elasticity of a power law plus constant is beta times the reducible share", () => {
  const fit = fitLaw("powerLawConstant", [1, 2, 4, 8, 16, 32, 64].map((x) => ({ x: [x], loss: curve.predict([x]) })));
  for (const x of [1, 100, 1e4]) {
    const share = alpha * x ** -beta / curve.predict([x]);
    assert.ok(Math.abs(elasticity(curve, x) - beta * share) < 1e-9);
    assert.ok(Math.abs(reducibleShare(fit, x) - share) < 1e-6);
  }
});

Deno.test("the saturation point solves its equation in closed form", () => {
  for (const threshold of [2e-4, 1e-3, 0.02]) {
    // reducible share r with r (1 - 2^-beta) = threshold, and r = a / (a + gamma), a = alpha x^-beta
    const r = threshold / (1 - 2 ** -beta);
    const exact = (alpha * (1 - r) / (r * gamma)) ** (1 / beta);
    assert.ok(Math.abs(saturationPoint(curve, threshold) / exact - 1) < 1e-9);
  }
  assert.equal(saturationPoint({ predict: () => 0.7 }), 0);
  assert.equal(saturationPoint({ predict: ([x]) => x ** -0.1 }), Infinity);
  assert.throws(() => saturationPoint(curve, 2), /a share between 0 and 1/);
});

Deno.test("where only noise is left follows from the reducible share in closed form", () => {
  const fit = fitLaw("powerLawConstant", [1, 2, 4, 8, 16, 32, 64].map((x) => ({ x: [x], loss: curve.predict([x]) })));
  for (const noise of [1e-4, 1e-3]) {
    const exact = (alpha * (1 - noise) / (noise * gamma)) ** (1 / beta);
    assert.ok(Math.abs(noiseSaturationPoint(fit, noise) / exact - 1) < 1e-4);
  }
  const pure = fitLaw("powerLaw", [1, 2, 4, 8].map((x) => ({ x: [x], loss: x ** -0.1 })));
  assert.equal(noiseSaturationPoint(pure, 1e-3), Infinity);
  assert.throws(() => noiseSaturationPoint(fit, 0), /a share between 0 and 1/);
});

Deno.test("a doubling, a resource for a loss and a ratio of resources are those of the formula", () => {
  assert.ok(Math.abs(gainOfDoubling(curve, 1) - (1 - (alpha * 2 ** -beta + gamma) / (alpha + gamma))) < 1e-15);
  const loss = 0.68, exact = ((loss - gamma) / alpha) ** (-1 / beta);
  assert.ok(Math.abs(resourceFor(curve, loss) / exact - 1) < 1e-9);
  const thrice = { predict: ([x]: readonly number[]) => curve.predict([x / 3]) };
  assert.ok(Math.abs(resourceRatio(curve, thrice, loss) - 3) < 1e-9);
  assert.equal(resourceRatio(curve, { predict: () => 0.69 }, loss), Infinity);
  assert.equal(resourceFor({ predict: () => 0.5 }, 0.6), 0);
});

Deno.test("without noise between the points every kind of interval is measured on the same simulated studies", () => {
  const rows = measureCoverage({
    truth: { alpha, beta, gamma },
    x: [1, 2, 4, 8, 16, 32, 64],
    seeds: 3,
    noise: { own: 1e-3, shared: 0 },
    forecastAt: 256,
    studies: 4,
    resamples: 20,
  });
  assert.deepEqual(rows.map(({ method }) => method), [
    "points, percentile",
    "points, bca",
    "points, jackknife",
    "seeds, percentile",
    "seeds, bca",
    "seeds, jackknife",
    "parametric, percentile",
    "profile likelihood",
  ]);
  for (const { beta, gamma, studies } of rows) {
    assert.equal(studies, 4);
    for (const share of [beta, gamma]) assert.ok([0, 0.25, 0.5, 0.75, 1].includes(share));
  }
});
