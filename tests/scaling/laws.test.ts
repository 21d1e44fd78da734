import assert from "node:assert/strict";
import { uniform } from "../../lib/data/counter_hash.ts";
import type { LawName } from "../../lib/scaling/law.ts";
import { lawNamed, LAWS } from "../../lib/scaling/laws/law_named.ts";
import { searchableLaw } from "../../lib/scaling/laws/searchable_law.ts";
import { fitLaw } from "../../lib/scaling/fit_law.ts";
import type { Observation } from "../../lib/scaling/observation.ts";

/** A parameter vector of a law, and the range of x in which it shows. */
type Draw = (between: (low: number, high: number) => number) => number[];

const DRAWS: Readonly<Record<LawName, Draw>> = {
  powerLawConstant: (between) => {
    const floor = between(-0.2, 0.98), beta = 10 ** between(Math.log10(0.02), Math.log10(4));
    return [(1 - Math.max(floor, 0)) * between(0.2, 1.2), beta, Math.max(floor, 0)];
  },
  powerLaw: (between) => [between(0.2, 1.2), 10 ** between(Math.log10(0.02), Math.log10(4))],
  logarithmic: (between) => [between(1, 2), between(-0.05, 0)],
  brokenPowerLaw: (between) => [
    ...[between(0, 0.5), between(0.3, 1.3), between(0.05, 0.5)],
    ...[between(-0.2, 0.7), between(0.5, 1.5), between(0.2, 0.7)],
  ],
  m4: (between) => {
    const e = between(0, 0.5);
    return [between(0.5, 1.5), between(0.2, 0.7), e, e + between(1, 2), between(0.3, 1.8)];
  },
  joint: (between) => [between(0, 2), between(0.1, 1), between(0.1, 1), between(0.1, 1), between(0.1, 1)],
  interaction: (between) => [
    ...[between(0, 2), between(0.1, 1), between(0.2, 1)],
    ...[between(0.1, 1), between(0.2, 1), between(0.3, 1.3)],
  ],
};

const names = Object.keys(LAWS) as LawName[];

function drawn(name: LawName, k: number): number[] {
  let counter = 0;
  return DRAWS[name]((low, high) => low + (high - low) * uniform(names.indexOf(name), k, counter++));
}

/** Noise-free runs over `decades`, around `centre`. */
function exactRuns(name: LawName, theta: readonly number[], centre: number, decades: number): Observation[] {
  const law = lawNamed(name), steps = law.inputs === 2 ? 8 : law.parameters.length > 4 ? 24 : 9;
  const line = Array.from({ length: steps }, (_, i) => 10 ** (decades * (i / (steps - 1) - 0.5)));
  const places = law.inputs === 1 ? line.map((u) => [u]) : line.flatMap((n) => line.map((d) => [n, d]));
  return places.map((u) => ({ x: u.map((value) => value * centre), loss: law.loss(theta, u) }));
}

for (const name of names) {
  Deno.test(`${name}: derivatives agree with finite differences, in the law's own parameters and in those of the search`, () => {
    const law = searchableLaw(name);
    for (let k = 0; k < 5; k++) {
      const theta = drawn(name, k), u = [0.3 + k, 2.5].slice(0, law.inputs);
      const gradient = law.gradient(theta, u);
      theta.forEach((value, j) => {
        const h = 1e-5 * Math.max(Math.abs(value), 0.1);
        const at = (shift: number) => law.loss(theta.with(j, value + shift), u);
        const difference = (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h);
        assert.ok(
          Math.abs(gradient[j] - difference) <= 1e-8 * (1 + Math.abs(difference)),
          `${law.parameters[j]} of ${theta}`,
        );
      });

      const runs = exactRuns(name, theta, 1, 2), m = runs.length;
      const logU = Array.from(
        { length: law.inputs },
        (_, input) => Float64Array.from(runs, ({ x }) => Math.log(x[input])),
      );
      const roots = Float64Array.from(runs, (_, i) => 1 + 0.1 * (i % 3));
      const logL = Float64Array.from(runs, ({ loss }) => Math.log(loss) + 0.01);
      const problem = law.problem({ m, logU, logL, roots, delta: Infinity });
      const inner = law.toInner(theta), jac = new Float64Array(m * problem.n), r = new Float64Array(m);
      assert.ok(law.toTheta(inner).every((value, j) => Math.abs(value - theta[j]) <= 1e-12 * (1 + Math.abs(theta[j]))));
      const residuals = (j: number, shift: number) => {
        const moved = inner.slice(), out = new Float64Array(m);
        moved[j] += shift;
        problem.evaluate(moved, out);
        return out;
      };
      assert.ok(problem.evaluate(inner, r));
      assert.ok(r.every((value, i) => Math.abs(value + 0.01 * roots[i]) < 1e-12));
      problem.jacobian(inner, jac);
      for (let j = 0; j < problem.n; j++) {
        // a floor, which is not a logarithm, in units of the smallest loss
        const h = 1e-4 * (law.parameters[j] === law.floor ? Math.exp(Math.min(...logL)) : 1);
        const [p1, m1, p2, m2] = [h, -h, 2 * h, -2 * h].map((shift) => residuals(j, shift));
        for (let i = 0; i < m; i++) {
          const difference = (8 * (p1[i] - m1[i]) - (p2[i] - m2[i])) / (12 * h);
          assert.ok(
            Math.abs(jac[j * m + i] - difference) <= 1e-9 * (1 + Math.abs(difference)),
            `inner ${j} of ${name}`,
          );
        }
      }
    }
  });

  Deno.test(`${name}: the same curve in other units gives the same losses`, () => {
    const law = lawNamed(name), theta = drawn(name, 1), ratio = [3.7, 0.02].slice(0, law.inputs);
    const rescaled = law.rescale(theta, ratio);
    for (const u of [[0.1, 4], [1, 1], [20, 0.3]]) {
      const loss = law.loss(theta, u.slice(0, law.inputs));
      const same = law.loss(rescaled, ratio.map((factor, k) => u[k] / factor));
      assert.ok(Math.abs(same - loss) < 1e-13 * loss);
    }
  });

  for (const loss of ["squared", "huber"] as const) {
    Deno.test(`${name}: noise-free runs give their parameters back to 1e-8, ${loss} loss, at any scale of x`, () => {
      const law = lawNamed(name);
      for (let k = 0; k < 30; k++) {
        const theta = drawn(name, k), decades = 2 + 3 * uniform(k, 7), centre = 10 ** (17 * uniform(k, 8));
        const runs = exactRuns(name, theta, centre, decades);
        const fit = fitLaw(name, runs, { loss, x0: centre });
        const least = Math.min(...runs.map(({ loss }) => loss));
        theta.forEach((value, j) => {
          const parameter = law.parameters[j];
          // a floor is known in units of the loss: it may be zero
          const error = Math.abs(fit.theta[j] - value) / (parameter === law.floor ? least : Math.abs(value));
          assert.ok(
            error < 1e-8,
            `draw ${k}: ${parameter} = ${fit.theta[j]}, wanted ${value} (${fit.status}: ${fit.reasons.join("; ")})`,
          );
        });
        assert.notEqual(fit.status, "not converged");
        assert.notEqual(fit.status, "not identified");
      }
    });
  }
}

Deno.test("raw x up to 1e20 in units of 1 keep the digits of exponent and floor", () => {
  const runs = Array.from(
    { length: 10 },
    (_, k) => ({ x: [10 ** (12 + k * 8 / 9)], loss: 4e5 * 10 ** (-0.4 * (12 + k * 8 / 9)) + 1.7 }),
  );
  const fit = fitLaw("powerLawConstant", runs, { x0: 1, loss: "squared" });
  assert.deepEqual(fit.x0, [1]);
  assert.ok(Math.abs(fit.best.beta - 0.4) < 1e-9);
  assert.ok(Math.abs(fit.best.gamma - 1.7) < 1e-9);
  assert.ok(Math.abs(fit.best.alpha / 4e5 - 1) < 1e-7);
});

Deno.test("M4 is a power law plus constant where alpha is zero, and obeys its implicit equation elsewhere", () => {
  const { loss } = lawNamed("m4");
  assert.ok(Math.abs(loss([0.5, 0.3, 0.2, 2, 0], [7]) - (0.5 * 7 ** -0.3 + 0.2)) < 1e-15);
  for (const alpha of [0.1, 0.5, 1, 3]) {
    for (const u of [0.01, 1, 50, 1e9]) {
      const l = loss([0.5, 0.3, 0.2, 2, alpha], [u]);
      assert.ok(l > 0.2 && l < 2);
      const sides = [Math.log((l - 0.2) / (2 - l) ** alpha), Math.log(0.5 * u ** -0.3)];
      assert.ok(
        Math.abs(sides[0] - sides[1]) < 1e-7 * Math.max(1, Math.abs(sides[1])),
        `alpha ${alpha}, u ${u}: ${sides}`,
      );
    }
  }
});

Deno.test("the interaction law is the joint law where k is 1, and Kaplan's equation 1.5 where E is 0 and b is 1", () => {
  const u = [3, 0.7];
  assert.equal(
    lawNamed("interaction").loss([1.5, 0.4, 0.3, 0.6, 0.2, 1], u),
    lawNamed("joint").loss([1.5, 0.4, 0.3, 0.6, 0.2], u),
  );
  // L = ((Nc / N)^(aN / aD) + Dc / D)^aD
  const [nc, dc, aN, aD] = [8.8, 5.4, 0.076, 0.095];
  const kaplan = ((nc / u[0]) ** (aN / aD) + dc / u[1]) ** aD;
  const ours = lawNamed("interaction").loss([0, nc ** (aN / aD), aN / aD, dc, 1, aD], u);
  assert.ok(Math.abs(ours - kaplan) < 1e-14);
});

Deno.test("a name that is none of a law is refused with the names that are", () => {
  assert.throws(() => lawNamed("chinchilla"), /no scaling law "chinchilla": wanted one of powerLawConstant, powerLaw/);
});
