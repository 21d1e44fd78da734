import assert from "node:assert/strict";
import { normal } from "../../lib/data/counter_hash.ts";
import { bootstrapInterval } from "../../lib/experiments/mod.ts";
import {
  fitInterval,
  fitLaw,
  type FittedCurve,
  forecast,
  type Observation,
  profileInterval,
  resampleFits,
  resourceFor,
  rollout,
} from "../../lib/scaling/mod.ts";

/** Observations of a pure power law, whose fit on logs is a straight line. */
function powerLawRuns(points: number, noise: number, seeds = 1, shared = 0): Observation[] {
  return Array.from({ length: seeds }, (_, seed) =>
    Array.from({ length: points }, (_, i): Observation => ({
      x: [2 ** i],
      loss: 2 * 2 ** (-0.2 * i) * Math.exp(noise * normal(7, seed, i) + shared * normal(8, seed)),
      seed,
    }))).flat();
}

/** Slope of ln L on ln x by the textbook formula. */
function slope(runs: readonly Observation[]): number {
  const points = runs.map(({ x, loss }) => [Math.log(x[0]), Math.log(loss)]);
  const [mx, my] = [0, 1].map((k) => points.reduce((sum, p) => sum + p[k], 0) / points.length);
  const products = points.reduce((sum, [x, y]) => sum + (x - mx) * (y - my), 0);
  return products / points.reduce((sum, [x]) => sum + (x - mx) ** 2, 0);
}

const squared = { loss: "squared" } as const;

Deno.test("an interval over points is that of the bootstrap of a straight line, with the same draws", () => {
  const runs = powerLawRuns(12, 0.01);
  const fits = resampleFits("powerLaw", runs, { ...squared, method: "points", resamples: 300 });
  // bootstrapInterval draws numbers: here the positions of the points
  const positions = runs.map((_, i) => i);
  for (const ends of ["percentile", "bca"] as const) {
    const wanted = bootstrapInterval(positions, {
      statistic: (drawn) => -slope(drawn.map((i) => runs[i])),
      method: ends,
      resamples: 300,
    });
    const { value, low, high } = fitInterval(fits, ({ best }) => best.beta, { ends });
    for (const [got, exact] of [[value, wanted.value], [low, wanted.low], [high, wanted.high]]) {
      assert.ok(Math.abs(got - exact) < 1e-9, `${ends}: ${got} against ${exact}`);
    }
  }
});

Deno.test("the jackknife of a mean is Student's interval of it", () => {
  // at one x the fitted level is the mean of ln L, so a pure power law of two x with equal noise gives a mean per x
  const runs = powerLawRuns(6, 0, 5, 0.02); // all points of a seed move together: seeds are five numbers
  const fits = resampleFits("powerLaw", runs, { ...squared, method: "seeds", resamples: 50 });
  const { low, high } = fitInterval(fits, (fit) => Math.log(fit.predict([1])), { ends: "jackknife" });
  const shifts = [0, 1, 2, 3, 4].map((seed) => Math.log(2) + 0.02 * normal(8, seed));
  const mean = shifts.reduce((sum, value) => sum + value) / 5;
  const error = Math.sqrt(shifts.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 4 / 5);
  assert.ok(Math.abs(low - (mean - 2.7764451051977987 * error)) < 1e-9);
  assert.ok(Math.abs(high - (mean + 2.7764451051977987 * error)) < 1e-9);
});

Deno.test("on a log scale the jackknife is Student's interval of the logarithm, and never below zero", () => {
  const runs = powerLawRuns(6, 0, 5, 0.02);
  const fits = resampleFits("powerLaw", runs, { ...squared, method: "seeds", resamples: 50 });
  // where the loss is 1: ln x = (ln 2 + the mean of the seeds' shifts) / 0.2
  const needed = (fit: FittedCurve) => resourceFor(fit, 1);
  const { low, high } = fitInterval(fits, needed, { ends: "jackknife", scale: "log" });
  const logs = [0, 1, 2, 3, 4].map((seed) => (Math.log(2) + 0.02 * normal(8, seed)) / 0.2);
  const mean = logs.reduce((sum, value) => sum + value) / 5;
  const error = Math.sqrt(logs.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 4 / 5);
  assert.ok(Math.abs(Math.log(low) - (mean - 2.7764451051977987 * error)) < 1e-9);
  assert.ok(Math.abs(Math.log(high) - (mean + 2.7764451051977987 * error)) < 1e-9);
  const never = fitInterval(fits, () => Infinity, { ends: "jackknife", scale: "log" });
  assert.deepEqual([never.low, never.high], [Infinity, Infinity]);
  const only = fitInterval(fits, (fit) => fit === fits.fit ? Infinity : 1, { ends: "jackknife", scale: "log" });
  assert.deepEqual([only.low, only.high], [0, Infinity], "known with all seeds alone, so not known");
});

Deno.test("percentiles of numbers of which some are infinite are numbers or infinite", () => {
  const fits = resampleFits("powerLaw", powerLawRuns(6, 0.01), { ...squared, method: "points", resamples: 100 });
  const infiniteFor = (share: number) => {
    const order = new Map(fits.resampled.map((fit, r) => [fit, r]));
    return fitInterval(fits, (fit) => (order.get(fit) ?? 0) >= 100 * (1 - share) ? Infinity : 7);
  };
  assert.deepEqual(infiniteFor(0.5), { value: 7, low: 7, high: Infinity });
  assert.deepEqual(infiniteFor(0.01), { value: 7, low: 7, high: 7 });
  assert.deepEqual(infiniteFor(0.99).low, Infinity);
});

Deno.test("noise that the points of a seed share widens intervals over points but not the exponent's over seeds", () => {
  const runs = powerLawRuns(8, 1e-4, 8, 0.02);
  const width = (method: "points" | "seeds") => {
    const { low, high } = fitInterval(
      resampleFits("powerLaw", runs, { ...squared, method, resamples: 200 }),
      ({ best }) => best.beta,
    );
    return high - low;
  };
  assert.ok(width("points") > 10 * width("seeds"));
});

Deno.test("seeds are what is drawn where the observations name several, and points elsewhere", () => {
  const method = (runs: readonly Observation[]) => resampleFits("powerLaw", runs, { resamples: 2 }).method;
  assert.equal(method(powerLawRuns(5, 0.01, 2)), "seeds");
  assert.equal(method(powerLawRuns(5, 0.01, 1)), "points");
});

Deno.test("parametric resamples scatter by the given noise", () => {
  const runs = powerLawRuns(9, 0);
  const fits = resampleFits("powerLaw", runs, { ...squared, method: "parametric", noise: 0.01, resamples: 2000 });
  const slopes = fits.resampled.map(({ best }) => best.beta);
  const mean = slopes.reduce((sum, value) => sum + value) / slopes.length;
  const deviation = Math.sqrt(slopes.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (slopes.length - 1));
  // standard error of a slope: noise over the root of the sum of squares of ln x about its mean
  const exact = 0.01 / (Math.LN2 * Math.sqrt(60));
  assert.ok(Math.abs(deviation / exact - 1) < 0.05, `${deviation} against ${exact}`);
});

Deno.test("parametric intervals with an estimated noise are Student's, from residuals and from replicates", () => {
  const student = { 6: 2.4469118511449692, 14: 2.1447866879169273 };
  for (const [seeds, degrees] of [[1, 6], [3, 14]] as const) {
    const runs = powerLawRuns(seeds === 1 ? 8 : 7, 0.01, seeds);
    const fits = resampleFits("powerLaw", runs, { ...squared, method: "parametric", resamples: 8000 });
    const { low, high } = fitInterval(fits, ({ best }) => best.beta);
    const noise = seeds === 1 ? fits.fit.residualDeviation : replicateDeviation(runs);
    const mean = runs.reduce((sum, { x }) => sum + Math.log(x[0]), 0) / runs.length;
    const error = noise / Math.sqrt(runs.reduce((sum, { x }) => sum + (Math.log(x[0]) - mean) ** 2, 0));
    assert.ok(
      Math.abs((high - low) / 2 / (student[degrees] * error) - 1) < 0.04,
      `${seeds}: ${(high - low) / 2 / error}`,
    );
  }
});

/** Root of the variance of ln L within each x. */
function replicateDeviation(runs: readonly Observation[]): number {
  const groups = [...Map.groupBy(runs, ({ x }) => x[0]).values()].map((own) => own.map(({ loss }) => Math.log(loss)));
  const squares = groups.map((logs) => {
    const mean = logs.reduce((sum, value) => sum + value, 0) / logs.length;
    return logs.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  });
  return Math.sqrt(squares.reduce((sum, value) => sum + value, 0) / (runs.length - groups.length));
}

Deno.test("the profile interval of a straight line's slope is Student's", () => {
  const runs = powerLawRuns(10, 0.01);
  const fit = fitLaw("powerLaw", runs, squared);
  const { value, low, high } = profileInterval(fit, "beta");
  const reach = 2.306004135204166 * fit.standardErrors.beta; // t of 8 degrees of freedom
  assert.ok(Math.abs(low - (value - reach)) < 1e-3 * reach && Math.abs(high - (value + reach)) < 1e-3 * reach);
});

Deno.test("an unidentified exponent has a profile interval without an end", () => {
  const flat = Array.from({ length: 8 }, (_, i): Observation => ({ x: [2 ** i], loss: 0.7 + 1e-3 * normal(3, i) }));
  const { low, high } = profileInterval(fitLaw("powerLawConstant", flat), "beta");
  assert.ok(low === -Infinity || high === Infinity || high / Math.max(low, 1e-9) > 10);
});

Deno.test("the interval of one more run is wider than that of the curve, by the noise", () => {
  const fits = resampleFits("powerLaw", powerLawRuns(40, 0.01), { ...squared, resamples: 2000 });
  const { low, high, runLow, runHigh } = forecast(fits, [2 ** 20]);
  const [curve, run] = [Math.log(high / low), Math.log(runHigh / runLow)].map((width) => (width / 2 / 1.96) ** 2);
  assert.ok(Math.abs((run - curve) / fits.fit.residualDeviation ** 2 - 1) < 0.15);
});

Deno.test("a rollout leaves out what lies above the cut, and tells the error beside the noise", () => {
  const runs = powerLawRuns(7, 0, 3, 0.02);
  const broken = runs.map((run) => run.x[0] === 64 ? { ...run, loss: 1.1 * run.loss } : run);
  const cuts = rollout("powerLaw", broken, squared);
  assert.deepEqual(cuts.map(({ cut }) => cut), [4, 8, 16, 32]);
  for (const { points } of cuts) {
    const last = points.at(-1)!;
    assert.ok(Math.abs(last.error + Math.log(1.1)) < 1e-9);
    const shifts = [0, 1, 2].map((seed) => 0.02 * normal(8, seed));
    const mean = (shifts[0] + shifts[1] + shifts[2]) / 3;
    const exact = Math.sqrt(shifts.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 2 / 3);
    assert.ok(Math.abs(last.noise - exact) < 1e-9);
  }
  assert.throws(() => rollout("powerLawConstant", powerLawRuns(4, 0.01)), /over 4 values of x: wanted at least 5/);
});

Deno.test("resamples are refused where there is nothing to draw", () => {
  const runs = powerLawRuns(5, 0.01);
  assert.throws(() => resampleFits("powerLaw", runs, { method: "seeds" }), /there is only one/);
  assert.throws(
    () => resampleFits("powerLaw", [{ x: [1], loss: 1 }, ...runs], { method: "seeds" }),
    /observation 1 names none/,
  );
  assert.throws(() => resampleFits("powerLaw", runs, { resamples: 1 }), /a whole number from 2/);
  const fits = resampleFits("powerLaw", runs, { method: "parametric", resamples: 5 });
  assert.throws(() => fitInterval(fits, ({ best }) => best.beta, { ends: "bca" }), /Cannot leave units out/);
});
