import assert from "node:assert/strict";
import { median } from "simple-statistics";
import { bootstrapInterval } from "../../lib/statistics/bootstrap.ts";
import { normalCdf, normalQuantile, studentTail } from "../../lib/statistics/distributions.ts";
import { holm } from "../../lib/experiments/holm.ts";
import { estimate } from "../../lib/experiments/paired.ts";
import { powerOfPairs, seedsNeeded } from "../../lib/experiments/seeds_needed.ts";
import { effectMinusControl, equivalence, tTest } from "../../lib/experiments/t_test.ts";
import recorded from "../fixtures/paired_scipy.json" with { type: "json" };

const sets: Record<string, (typeof recorded.sets)["quarters"]> = recorded.sets;

function assertClose(actual: number, expected: number, tolerance: number, what: string) {
  const error = Math.abs(actual - expected) / Math.max(1, Math.abs(expected));
  assert.ok(error <= tolerance, `${what}: ${actual}, wanted ${expected}`);
}

Deno.test("Student's tail and the normal distribution agree with SciPy", () => {
  for (const { t, degrees, p } of recorded.tails) {
    assertClose(studentTail(t, degrees), p, 1e-13, `P(T > ${t}) at ${degrees}`);
    if (p > 0) assertClose(studentTail(t, degrees) / p, 1, 1e-9, `relative P(T > ${t}) at ${degrees}`);
  }
  for (const { z, p } of recorded.normal) {
    assertClose(normalCdf(z), p, 1e-14, `Phi(${z})`);
    if (Math.abs(z) < 5) assertClose(normalQuantile(p), z, 1e-12, `quantile of ${p}`);
  }
});

for (const [name, set] of Object.entries(sets)) {
  Deno.test(`t test, t interval and equivalence of "${name}" agree with SciPy and statsmodels`, () => {
    const test = tTest(set.values), interval = estimate(set.values);
    assertClose(test.t, set.t, 1e-12, "t");
    assertClose(test.p, set.p, 1e-12, "p");
    assertClose(interval.low, set.low, 1e-11, "low");
    assertClose(interval.high, set.high, 1e-11, "high");
    for (const { margin, p } of set.equivalence) {
      const found = equivalence(set.values, margin);
      assertClose(found.p, p, 1e-12, `p within ${margin}`);
      assert.equal(found.equivalent, p < 0.05);
      // the two ways to read the test are one: its 90 % interval lies inside the margin
      assert.equal(found.equivalent, found.low > -margin && found.high < margin);
    }
  });
}

Deno.test("bootstrap intervals of the same resamples agree with SciPy's, percentile and BCa, of mean and median", () => {
  let compared = 0;
  for (const { values, bootstrap } of Object.values(sets)) {
    for (const { method, confidence, seed, statistic, low, high, standardError } of bootstrap) {
      const found = bootstrapInterval(values, {
        method: method as "percentile" | "bca",
        confidence,
        seed,
        resamples: recorded.resamples,
        statistic: statistic === "median" ? (all) => median([...all]) : undefined,
      });
      const what = `${method} ${statistic} of ${values.length} values`;
      assertClose(found.low, low, 1e-9, `low, ${what}`);
      assertClose(found.high, high, 1e-9, `high, ${what}`);
      assertClose(found.standardError, standardError, 1e-11, `standard error, ${what}`);
      compared++;
    }
  }
  assert.ok(compared >= 30);
});

Deno.test("bootstrap intervals come out the same again, and another seed gives others", () => {
  const values = sets.skewed.values;
  assert.deepEqual(bootstrapInterval(values, { seed: 3 }), bootstrapInterval(values, { seed: 3 }));
  assert.notEqual(bootstrapInterval(values, { seed: 3 }).low, bootstrapInterval(values, { seed: 4 }).low);
});

Deno.test("Welch's interval of effect minus control agrees with SciPy", () => {
  for (const { effect, control, low, high } of recorded.welch) {
    const found = effectMinusControl(sets[effect].values, sets[control].values, { paired: false });
    assertClose(found.low, low, 1e-11, "low");
    assertClose(found.high, high, 1e-11, "high");
  }
});

Deno.test("effect minus control seed by seed has no noise that both share", () => {
  const shared = [5, -3, 2, -4, 1];
  const found = effectMinusControl(shared.map((x) => x - 2), shared);
  assert.ok(Math.abs(found.mean + 2) < 1e-12 && found.high - found.low < 1e-12);
  assert.ok(effectMinusControl(shared.map((x) => x - 2), shared, { paired: false }).high > 0);
});

Deno.test("Holm's correction agrees with statsmodels", () => {
  for (const { p, adjusted } of recorded.holm) {
    holm(p).forEach((value, i) => assertClose(value, adjusted[i], 1e-14, `adjusted ${p[i]}`));
  }
  assert.deepEqual(holm([]), []);
});

Deno.test("power and the number of seeds agree with statsmodels", () => {
  for (const { pairs, effect, level, power } of recorded.power) {
    assertClose(powerOfPairs(pairs, effect, level), power, 1e-7, `power of ${pairs} pairs, effect ${effect}`);
  }
  for (const { effect, power, pairs } of recorded.seeds) {
    // -1, 0, 1 have standard deviation 1
    assert.equal(seedsNeeded([-1, 0, 1], { difference: effect, power }), pairs, `effect ${effect}, power ${power}`);
  }
});

Deno.test("statistics refuse what they cannot answer", () => {
  assert.throws(() => tTest([1]), /with 1 differences: wanted at least two/);
  assert.throws(() => equivalence([1, 2], 0), /margin of 0: wanted a positive number/);
  assert.throws(() => effectMinusControl([1, 2], [1]), /subtract 1 control values from 2 effects/);
  assert.throws(() => holm([0.1, NaN]), /p value NaN/);
  assert.throws(() => bootstrapInterval([1, 1, 1]), /hardly varies/);
  assert.throws(() => bootstrapInterval([1, 2], { resamples: 0 }), /0 resamples/);
  assert.throws(() => seedsNeeded([1, 2], { difference: 0 }), /difference of 0/);
  assert.equal(tTest([2, 2, 2]).p, 0);
  assert.equal(tTest([0, 0]).p, 1);
});
