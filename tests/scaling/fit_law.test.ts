import assert from "node:assert/strict";
import { fitLaw } from "../../lib/scaling/fit_law.ts";
import type { LawName } from "../../lib/scaling/law.ts";
import { prepare } from "../../lib/scaling/prepare.ts";
import { createSearchSpace, minimize } from "../../lib/scaling/solver/levenberg_marquardt.ts";
import { searchableLaw } from "../../lib/scaling/laws/searchable_law.ts";
import { uniform } from "../../lib/data/counter_hash.ts";
import { lawNamed } from "../../lib/scaling/laws/law_named.ts";
import type { Observation } from "../../lib/scaling/observation.ts";
import { createRefitter } from "../../lib/scaling/refitter.ts";
import { replicateNoise } from "../../lib/scaling/replicate_noise.ts";
import recorded from "../fixtures/scaling/scaling_scipy.json" with { type: "json" };
import { gaussian } from "./gaussian.ts";

const DATA = new URL("../../data/", import.meta.url);

/** Rows of a CSV file without quotes, by column. */
function table(text: string): Record<string, string>[] {
  const [header, ...rows] = text.trim().split(/\r?\n/).map((line) => line.split(","));
  return rows.map((row) => Object.fromEntries(header.map((name, k) => [name, row[k]])));
}

function curve(count: number, loss: (u: number) => number, noise: number, seed: number, step = 2): Observation[] {
  return Array.from({ length: count }, (_, k) => {
    const u = step ** k;
    return { x: [1e6 * u], loss: loss(u) * Math.exp(noise * gaussian(seed, k)) };
  });
}

for (const { name, law, loss, delta, x, observed, weights, theta, objective, standardErrors } of recorded.fits) {
  Deno.test(`SciPy's best fit is found: ${name}, ${law}, ${loss} loss`, () => {
    const runs = x.map((x, i) => ({ x, loss: observed[i], weight: weights?.[i] }));
    const fit = fitLaw(law as LawName, runs, { loss: loss as "huber" | "squared", delta: delta ?? undefined });
    assert.ok(Math.abs(fit.objective / objective - 1) < 1e-10, `objective ${fit.objective}, SciPy has ${objective}`);
    theta.forEach((value, j) => {
      // SciPy's parameters have half of their digits: it stops by the objective
      assert.ok(
        Math.abs(fit.theta[j] / value - 1) < 3e-7,
        `${fit.law.parameters[j]} ${fit.theta[j]}, SciPy has ${value}`,
      );
    });
    standardErrors?.forEach((value, j) => {
      const ours = fit.standardErrors[fit.law.parameters[j]];
      assert.ok(Math.abs(ours / value - 1) < 1e-5, `standard error ${ours}, SciPy has ${value}`);
    });
    assert.equal(fit.status, "converged");
    assert.ok(fit.gradientNorm < 1e-10);
    assert.ok(fit.starts.agreeing >= 3, `${fit.starts.agreeing} of ${fit.starts.count} starts agree`);
  });
}

Deno.test("the losses at optimal compute that Porian et al. fitted lead to the A, E and alpha that they published", async () => {
  const read = async (file: string) =>
    table(await Deno.readTextFile(new URL(`scaling-isoflop-refinedweb/${file}`, DATA)));
  const optimal = await read("optimal.csv");
  const setup = (row: Record<string, string>) =>
    ["dataset", "hparams", "warmup", "decay", "param_count", "val"].map((key) => row[key]).join();
  const published = Map.groupBy((await read("reference_fits.csv")).filter(({ fit }) => fit === "basic"), setup);
  assert.equal(published.size, 5);
  for (const [name, values] of published) {
    // their code fits the compute between 1e16 and 5e17 alone
    const runs = optimal
      .filter((row) => setup(row) === name && Number(row.flops) > 1e16 && Number(row.flops) < 5e17)
      .map(({ flops, loss_opt }) => ({ x: [Number(flops)], loss: Number(loss_opt) }))
      .filter(({ loss }) => Number.isFinite(loss));
    const { best } = fitLaw("powerLawConstant", runs, { loss: "squared", x0: 1 });
    const value = (quantity: string) => Number(values.find((row) => row.quantity === quantity)!.value);
    // curve_fit was stopped at ftol = xtol = 1e-6: that is the digits that the published values have
    assert.ok(Math.abs(best.alpha / value("A") - 1) < 1e-4, `A ${best.alpha}, published ${value("A")} (${name})`);
    assert.ok(
      Math.abs(best.beta / value("alpha") - 1) < 1e-5,
      `alpha ${best.beta}, published ${value("alpha")} (${name})`,
    );
    assert.ok(Math.abs(best.gamma / value("E") - 1) < 5e-6, `E ${best.gamma}, published ${value("E")} (${name})`);
  }
});

const CHINCHILLA = Deno.env.get("RECSCALE_CHINCHILLA_CSV");
if (!CHINCHILLA) {
  console.warn(
    "SKIPPED: the refit of Chinchilla. RECSCALE_CHINCHILLA_CSV names a file with the columns Model Size, Training FLOP, loss.",
  );
}

Deno.test({
  name: "the runs read off Chinchilla's figure lead to the parameters of Besiroglu et al.",
  ignore: !CHINCHILLA,
  fn: async () => {
    const rows = table(await Deno.readTextFile(CHINCHILLA!)).map((row) => {
      const size = Number(row["Model Size"]);
      const tokens = row["Training Tokens"] === undefined
        ? Number(row["Training FLOP"]) / (6 * size)
        : Number(row["Training Tokens"]);
      return { x: [size, tokens], loss: Number(row.loss) };
    });
    assert.equal(rows.length, 245);
    // the five worst are left out, as there
    const runs = rows.toSorted((a, b) => a.loss - b.loss).slice(0, 240);
    const fit = fitLaw("joint", runs, { delta: 1e-3, x0: 1 });
    // published values, within an eighth of their standard errors: BFGS in a flat valley leaves them that much
    const published = [["A", 482.01, 124.5], ["B", 2085.43, 1293.3], ["E", 1.8172, 0.0257], ["a", 0.3478, 0.0154], [
      "b",
      0.3658,
      0.0206,
    ]];
    for (const [name, value, error] of published as [string, number, number][]) {
      assert.ok(Math.abs(fit.best[name] - value) < error / 8, `${name} ${fit.best[name]}, published ${value}`);
    }
    assert.equal(fit.status, "converged");
  },
});

Deno.test("none of 60 random starts finds a lower objective, with failed runs among the others", () => {
  const draws: Partial<Record<LawName, (k: number, s: number) => number[]>> = {
    powerLawConstant: (
      k,
      s,
    ) => [0.05 + 0.5 * uniform(k, s, 1), 10 ** (1.3 * uniform(k, s, 2) - 1), 0.3 + uniform(k, s, 3)],
    joint: (k, s) => [0.5 + uniform(k, s, 1), ...[2, 3, 4, 5].map((j) => 0.1 + 0.9 * uniform(k, s, j))],
  };
  for (const [name, draw] of Object.entries(draws)) {
    const law = searchableLaw(name);
    for (const loss of ["squared", "huber"] as const) {
      for (let k = 0; k < 8; k++) {
        const truth = draw(k, 0), noise = 10 ** (-4 + 2 * uniform(k, 9));
        const line = Array.from(
          { length: law.inputs === 1 ? 16 : 6 },
          (_, i) => 10 ** (i / (law.inputs === 1 ? 5 : 2) - 1.5),
        );
        const places = law.inputs === 1 ? line.map((u) => [u]) : line.flatMap((n) => line.map((d) => [n, d]));
        const runs = places.map((x, i) => {
          const failed = uniform(k, i, 8) < 0.1 ? 20 : 1;
          return { x, loss: law.loss(truth, x) * Math.exp(failed * noise * gaussian(k, i, 7)) };
        });
        const fit = fitLaw(law, runs, { loss, delta: 2 * noise });
        const { data } = prepare(law, runs, { loss, delta: 2 * noise });
        const problem = law.problem(data), space = createSearchSpace(data.m, problem.n);
        for (let start = 1; start <= 60; start++) {
          const { objective } = minimize(problem, law.toInner(draw(k, start)), { delta: data.delta }, space);
          assert.ok(
            fit.objective <= objective * (1 + 1e-9),
            `${name}, ${loss}, ${k}: ${fit.objective}, start ${start} has ${objective}`,
          );
        }
      }
    }
  }
});

Deno.test("standard errors are the scatter of fits to fresh noise", () => {
  const truth = [0.3, 0.5, 0.8], law = lawNamed("powerLawConstant");
  const fits = Array.from(
    { length: 400 },
    (_, seed) => fitLaw(law, curve(14, (u) => law.loss(truth, [u]), 1e-3, seed), { loss: "squared", x0: 1e6 }),
  );
  law.parameters.forEach((name, j) => {
    const mean = fits.reduce((sum, { theta }) => sum + theta[j], 0) / fits.length;
    const scatter = Math.sqrt(fits.reduce((sum, { theta }) => sum + (theta[j] - mean) ** 2, 0) / (fits.length - 1));
    const claimed = Math.sqrt(fits.reduce((sum, fit) => sum + fit.standardErrors[name] ** 2, 0) / fits.length);
    assert.ok(Math.abs(mean - truth[j]) < 4 * scatter / 20 + 1e-3, `${name}: mean ${mean}`);
    assert.ok(Math.abs(claimed / scatter - 1) < 0.12, `${name}: claimed ${claimed}, scatter ${scatter}`); // 3.5 % a standard error
  });
});

Deno.test("a failed run moves a Huber fit by less than its standard error, and a squared one by many", () => {
  const clean = curve(16, (u) => 0.2 * u ** -0.4 + 0.9, 2e-4, 3);
  const spoilt = clean.with(9, { ...clean[9], loss: 1.04 * clean[9].loss });
  const shift = (loss: "huber" | "squared") => {
    const before = fitLaw("powerLawConstant", clean, { loss, delta: 5e-4 });
    const after = fitLaw("powerLawConstant", spoilt, { loss, delta: 5e-4, x0: before.x0 });
    return Math.abs(after.best.gamma - before.best.gamma) / before.standardErrors.gamma;
  };
  assert.ok(shift("huber") < 1, `${shift("huber")}`);
  assert.ok(shift("squared") > 5, `${shift("squared")}`);
});

Deno.test("delta comes from replicates where there are any, from the option, or from the default, and says so", () => {
  const runs = curve(9, (u) => 0.2 * u ** -0.4 + 0.9, 1e-3, 1);
  assert.deepEqual(fitLaw("powerLawConstant", runs).loss, { kind: "huber", delta: 1e-3, source: "default" });
  assert.deepEqual(fitLaw("powerLawConstant", runs, { delta: 0.02 }).loss, {
    kind: "huber",
    delta: 0.02,
    source: "given",
  });
  const replicated = [1, 2, 3].flatMap((seed) => curve(9, (u) => 0.2 * u ** -0.4 + 0.9, 1e-3, seed));
  const { loss } = fitLaw("powerLawConstant", replicated);
  assert.equal(loss.source, "replicates");
  assert.ok(Math.abs(loss.delta / 2.5e-3 - 1) < 0.5);
  assert.ok(Math.abs(loss.delta - 2.5 * replicateNoise(replicated)!.deviation) < 1e-15);
});

Deno.test("weights of replicates are one over the shrunken variance at each x", () => {
  const runs = [1, 1.02, 0.98, 0.8, 0.801, 0.799, 0.7, 0.701].map((loss, i) => ({ x: [2 ** Math.floor(i / 3)], loss }));
  const noise = replicateNoise(runs)!;
  const variance = (losses: number[]) => {
    const logs = losses.map(Math.log), mean = logs.reduce((sum, value) => sum + value) / logs.length;
    return logs.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  };
  const squares = [[1, 1.02, 0.98], [0.8, 0.801, 0.799], [0.7, 0.701]].map(variance);
  const pooled = (squares[0] + squares[1] + squares[2]) / 5;
  assert.ok(Math.abs(noise.deviation ** 2 - pooled) < 1e-16);
  assert.ok(Math.abs(noise.variances[7] - (4 * pooled + squares[2]) / 5) < 1e-16);
  const { weights } = fitLaw("powerLaw", runs, { weights: "replicates" });
  assert.ok(Math.abs(weights[3] / weights[0] - noise.variances[0] / noise.variances[3]) < 1e-12);
  assert.ok(Math.abs(weights.reduce((sum, weight) => sum + weight) - 8) < 1e-12);
});

Deno.test("a flat curve is not identified, and its bound on the gain covers the truth", () => {
  for (let seed = 0; seed < 40; seed++) {
    const fit = fitLaw("powerLawConstant", curve(11, () => 0.9, 1e-3, seed), { loss: "squared" });
    assert.equal(fit.parameters, null);
    assert.equal(fit.status, "not identified");
    assert.ok(fit.reasons.length > 0);
    assert.ok(fit.gainPerDoubling[0].upper >= 0 && fit.gainPerDoubling[0].upper < 1e-3);
  }
});

Deno.test("a constant to the last digit, too few points, and one that only the first point rises above are not identified", () => {
  const cases: [Observation[], RegExp][] = [
    [curve(8, () => 0.7, 0, 1), /flat within its noise/],
    [curve(2, (u) => u ** -0.2, 0, 1), /2 distinct x cannot determine 3 parameters/],
    [curve(3, (u) => u ** -0.2 + 1, 0, 1), /leave nothing to judge/],
    [curve(9, (u) => u === 1 ? 1.1 : 1, 1e-4, 1), /end of its range|fits about as well/],
  ];
  for (const [runs, reason] of cases) {
    const fit = fitLaw("powerLawConstant", runs);
    assert.equal(fit.status, "not identified");
    assert.match(fit.reasons.join("; "), reason);
  }
});

Deno.test("a short noisy curve says which other exponents fit about as well", () => {
  const fit = fitLaw("powerLawConstant", curve(6, (u) => 0.1 * u ** -0.3 + 0.8, 6e-3, 5), { loss: "squared" });
  assert.equal(fit.status, "not identified");
  assert.match(fit.reasons.join(), /beta = .* fits about as well as/);
  const truth = 1 - (0.1 * 64 ** -0.3 + 0.8) / (0.1 * 32 ** -0.3 + 0.8);
  assert.ok(fit.gainPerDoubling[0].upper > truth);
});

Deno.test("the bound on the gain per doubling holds in at least 95 of 100 experiments, on a curve and on a line", () => {
  for (const loss of [(u: number) => 0.1 * u ** -0.3 + 0.8, (u: number) => u ** -0.02]) {
    let holds = 0;
    for (let seed = 0; seed < 300; seed++) {
      const fit = fitLaw("powerLawConstant", curve(8, loss, 2e-3, seed), { loss: "squared" });
      if (1 - loss(256) / loss(128) <= fit.gainPerDoubling[0].upper) holds++;
    }
    assert.ok(holds >= 0.93 * 300, `${holds} of 300`);
  }
});

Deno.test("an input that never varies is named", () => {
  const runs = curve(12, (u) => 0.3 * u ** -0.5 + 1, 1e-3, 1).map(({ x, loss }) => ({ x: [x[0], 5], loss }));
  const fit = fitLaw("joint", runs);
  assert.equal(fit.status, "not identified");
  assert.match(fit.reasons[0], /input 2 has the same value/);
  assert.equal(fit.gainPerDoubling[1].upper, 1); // nothing is known of it
});

Deno.test("profiles have their minimum at the estimate, and rise as the standard error says close by", () => {
  const fit = fitLaw("powerLawConstant", curve(20, (u) => 0.3 * u ** -0.5 + 0.8, 3e-4, 2), { loss: "squared" });
  assert.deepEqual(Object.keys(fit.profiles), ["gamma", "beta"]);
  for (const [name, { values, objectives }] of Object.entries(fit.profiles)) {
    const least = Math.min(...objectives);
    assert.equal(values[objectives.indexOf(least)], fit.best[name]);
    assert.ok(values.every((value, k) => k === 0 || value > values[k - 1]));
    const k = objectives.indexOf(least) + 2; // 0.4 standard errors off
    const wanted = 0.5 * ((values[k] - fit.best[name]) / fit.standardErrors[name] * fit.residualDeviation) ** 2;
    assert.ok(
      Math.abs((objectives[k] - least) / wanted - 1) < 0.1,
      `${name}: ${objectives[k] - least}, wanted ${wanted}`,
    );
  }
});

Deno.test("a fit prints as JSON with its profiles and without a loss of digits", () => {
  const fit = fitLaw("powerLawConstant", curve(9, (u) => 0.3 * u ** -0.5 + 0.8, 3e-4, 2));
  const { parameters, profiles, gainPerDoubling } = JSON.parse(JSON.stringify(fit));
  assert.deepEqual(parameters, fit.best);
  assert.equal(profiles.beta.values.length, 41);
  assert.equal(gainPerDoubling[0].upper, fit.gainPerDoubling[0].upper);
});

Deno.test("the condition number is that of the Jacobian with columns of length 1", () => {
  const runs = curve(5, (u) => 2 * u ** -0.3, 1e-3, 1);
  const fit = fitLaw("powerLaw", runs, { loss: "squared" });
  // columns 1 and ln u are at right angles where x0 is the geometric mean
  assert.ok(Math.abs(fit.conditionNumber - 1) < 1e-9);
});

Deno.test("AIC is that of least squares, with the variance as a parameter", () => {
  const runs = curve(9, (u) => 2 * u ** -0.3, 1e-3, 1), fit = fitLaw("powerLaw", runs, { loss: "squared" });
  const rss = fit.residuals.reduce((sum, r) => sum + r * r, 0);
  assert.ok(Math.abs(fit.aic - (9 * Math.log(rss / 9) + 2 * 3)) < 1e-9);
  assert.ok(Math.abs(fit.aicc - (fit.aic + 2 * 3 * 4 / (9 - 4))) < 1e-9);
});

Deno.test("a refit of the same rows is the fit, and that of a resample is the fit to the resampled runs", () => {
  const truth = [1.8, 0.4, 0.35, 0.5, 0.37], law = lawNamed("joint");
  const all = Array.from({ length: 80 }, (_, i) => {
    const u = [10 ** ((i % 9) / 3 - 1.5), 10 ** (Math.floor(i / 9) / 3 - 1.5)];
    return {
      x: [u[0] * 1e8, u[1] * 1e10],
      loss: law.loss(truth, u) * Math.exp(2e-3 * gaussian(i, 4)),
      weight: 1 + i % 2,
    };
  });
  for (const loss of ["squared", "huber"] as const) {
    // weights are scaled to mean 1 in every fit, which moves delta against them: a refit keeps the scale of the first fit
    const runs = loss === "squared" ? all : all.map(({ x, loss }) => ({ x, loss }));
    const fit = fitLaw("joint", runs, { loss, delta: loss === "huber" ? 2e-3 : undefined });
    const refit = createRefitter(fit, runs);
    const close = (a: readonly number[], b: readonly number[]) =>
      a.forEach((value, j) => assert.ok(Math.abs(value / b[j] - 1) < 1e-4, `${loss}: ${a}, wanted ${b}`));
    close(refit(runs.map((_, i) => i)).theta, fit.theta);
    const rows = runs.map((_, i) => (i * 37 + Math.floor(i / 3)) % 80);
    const again = fitLaw("joint", rows.map((row) => runs[row]), {
      loss,
      delta: loss === "huber" ? 2e-3 : undefined,
      x0: fit.x0,
    });
    close(refit(rows).theta, again.theta);
    const left = rows.slice(1);
    const without = fitLaw("joint", left.map((row) => runs[row]), {
      loss,
      delta: loss === "huber" ? 2e-3 : undefined,
      x0: fit.x0,
    });
    close(refit(left).theta, without.theta);
    const other = runs.map(({ loss }, i) => Math.log(loss) + 1e-3 * gaussian(i, 9));
    const resampled = runs.map((run, i) => ({ ...run, loss: Math.exp(other[i]) }));
    const parametric = fitLaw("joint", resampled, { loss, delta: loss === "huber" ? 2e-3 : undefined, x0: fit.x0 });
    close(refit(runs.map((_, i) => i), other).theta, parametric.theta);
  }
});

Deno.test("a floor that is known is held: the fit is that of a power law to what is above it", () => {
  const runs = curve(12, (u) => 0.2 * u ** -0.4 + 0.9, 2e-4, 8);
  const fit = fitLaw("powerLawConstant", runs, { loss: "squared", held: { gamma: 0.9 } });
  const free = fitLaw("powerLawConstant", runs, { loss: "squared" });
  assert.equal(fit.status, "converged");
  assert.deepEqual(fit.held, ["gamma"]);
  assert.equal(fit.best.gamma, 0.9);
  assert.equal(fit.standardErrors.gamma, 0);
  assert.ok(fit.standardErrors.beta < free.standardErrors.beta / 2);
  assert.ok(Math.abs(fit.best.beta - 0.4) < 4 * fit.standardErrors.beta);
  assert.deepEqual(Object.keys(fit.profiles), ["beta"]);
  assert.ok(fit.objective > free.objective);
  // the normal equations of the two that are left, by finite differences
  const objective = (alpha: number, beta: number) =>
    runs.reduce((sum, { x, loss }) => sum + 0.5 * Math.log((alpha * (x[0] / fit.x0[0]) ** -beta + 0.9) / loss) ** 2, 0);
  const { alpha, beta } = fit.best, h = 1e-4;
  assert.ok(Math.abs(objective(alpha, beta) / fit.objective - 1) < 1e-9);
  for (const [da, db] of [[h * alpha, 0], [0, h * beta]]) {
    assert.ok(objective(alpha + da, beta + db) > fit.objective && objective(alpha - da, beta - db) > fit.objective);
  }
  const refit = createRefitter(fit, runs)(runs.map((_, i) => i));
  assert.equal(refit.theta[2], 0.9);
  assert.throws(
    () => fitLaw("powerLawConstant", runs, { held: { alpha: 1 } }),
    /Cannot hold alpha .* wanted gamma or beta/,
  );
});

Deno.test("observations that are not as they should be are named", () => {
  const runs = curve(5, (u) => u ** -0.3, 0, 1);
  const cases: [Observation[], RegExp][] = [
    [runs.with(2, { x: [0], loss: 1 }), /x of observation 3 is 0, wanted a number above 0/],
    [runs.with(0, { x: [1], loss: NaN }), /the loss of observation 1 is NaN/],
    [runs.with(4, { x: [1, 2], loss: 1 }), /observation 5 has 2 x, wanted 1/],
    [runs.with(4, { x: [1], loss: 1, weight: -1 }), /weight of observation 5 is -1/],
    [runs.slice(0, 1), /to 1 observations: wanted at least two/],
  ];
  for (const [observations, message] of cases) assert.throws(() => fitLaw("powerLaw", observations), message);
  assert.throws(() => fitLaw("powerLaw", runs, { weights: "replicates" }), /need runs at the same x/);
  assert.throws(() => fitLaw("powerLaw", runs, { delta: 0 }), /delta is 0/);
  assert.throws(() => fitLaw("powerLaw", runs, { x0: -1 }), /in units of \[-1\]/);
  assert.throws(() => fitLaw("powerLaw", runs).predict([1, 2]), /wanted 1 number above 0/);
});
