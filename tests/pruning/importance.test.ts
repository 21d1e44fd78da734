import assert from "node:assert/strict";
import { normal } from "../../lib/data/counter_hash.ts";
import type { Observation } from "../../lib/pruning/gradient_statistics.ts";
import { adaptiveImportance } from "../../lib/pruning/importance/adaptive.ts";
import type { Criterion } from "../../lib/pruning/importance/criterion.ts";
import { magnitudeImportance } from "../../lib/pruning/importance/magnitude.ts";
import { momentumImportance } from "../../lib/pruning/importance/momentum.ts";
import { movementImportance } from "../../lib/pruning/importance/movement.ts";
import { randomImportance } from "../../lib/pruning/importance/random.ts";
import { snipImportance } from "../../lib/pruning/importance/snip.ts";
import { taylorImportance } from "../../lib/pruning/importance/taylor.ts";

const matrices = [{ name: "a", shape: [3, 4] }, { name: "b", shape: [4, 2] }];
const draw = (seed: number) =>
  matrices.map(({ shape }, l) => Float64Array.from({ length: shape[0] * shape[1] }, (_, k) => normal(seed, l, k)));
const named = (layers: readonly Float64Array[]) =>
  Object.fromEntries(matrices.map(({ name }, l) => [name, Float32Array.from(layers[l])]));
const zip = (a: readonly Float64Array[], b: readonly Float64Array[], f: (x: number, y: number) => number) =>
  a.map((x, l) => x.map((value, k) => f(value, b[l][k])));

/** Steps 1..n with weights w_k and gradients g_k, observed together. */
function observe(steps: readonly number[]): Observation {
  const zero = matrices.map(({ shape }) => new Float64Array(shape[0] * shape[1]));
  let [gradient, sensitivity, product] = [zero, zero, zero];
  for (const k of steps) {
    const wg = zip(draw(k), draw(1000 + k), (w, g) => w * g);
    gradient = zip(gradient, draw(1000 + k), (a, b) => a + b);
    product = zip(product, wg, (a, b) => a + b);
    sensitivity = zip(sensitivity, wg, (a, b) => a + Math.abs(b));
  }
  return {
    steps: steps.length,
    weights: named(draw(steps.at(-1) ?? 0)),
    gradient: named(gradient),
    sensitivity: named(sensitivity),
    product: named(product),
  };
}

/** The scores after two updates: of steps 1 to 3, and of 4 and 5. */
function scoresOf<State>(criterion: Criterion<State>): number[] {
  const { state } = criterion.update(criterion.init(matrices), observe([1, 2, 3]));
  const { scores } = criterion.update(state, observe([4, 5]));
  return matrices.flatMap(({ name }) => [...scores[name]]);
}

const flat = (layers: readonly Float64Array[]) => layers.flatMap((layer) => [...layer]);
const [w, g] = [(k: number) => flat(draw(k)), (k: number) => flat(draw(1000 + k))];
const close = (got: readonly number[], wanted: (i: number) => number) => {
  assert.equal(got.length, 20);
  for (const [i, value] of got.entries()) assert.ok(Math.abs(value - wanted(i)) < 1e-6, `${i}: ${value}, ${wanted(i)}`);
};
const product = (k: number, i: number) => w(k)[i] * g(k)[i];

Deno.test("magnitude is |w| of the latest weights", () =>
  close(scoresOf(magnitudeImportance), (i) => Math.abs(w(5)[i])));

Deno.test("Taylor is the mean of |w g| over all steps, however they were cut into updates", () =>
  close(scoresOf(taylorImportance), (i) => [1, 2, 3, 4, 5].reduce((sum, k) => sum + Math.abs(product(k, i)), 0) / 5));

Deno.test("movement is minus the sum of w g", () =>
  close(scoresOf(movementImportance), (i) => -[1, 2, 3, 4, 5].reduce((sum, k) => sum + product(k, i), 0)));

Deno.test("momentum is |w| times an exponential mean of mean gradients", () =>
  close(scoresOf(momentumImportance(0.9)), (i) => {
    const first = (g(1)[i] + g(2)[i] + g(3)[i]) / 3, second = (g(4)[i] + g(5)[i]) / 2;
    return Math.abs(w(5)[i]) * Math.abs(0.9 * 0.1 * first + 0.1 * second);
  }));

Deno.test("SNIP is |w g| of its first batch as a share of all, and never changes", () => {
  const { state, scores } = snipImportance.update(null, observe([1]));
  const total = w(1).reduce((sum, _, i) => sum + Math.abs(product(1, i)), 0);
  const got = matrices.flatMap(({ name }) => [...scores[name]]);
  close(got, (i) => Math.abs(product(1, i)) / total);
  assert.ok(Math.abs(got.reduce((a, b) => a + b) - 1) < 1e-6);
  assert.deepEqual(snipImportance.update(state, observe([2])).scores, scores);
});

Deno.test("random importance is the same at each update of a seed, and unrelated for another", () => {
  const [one, two] = [scoresOf(randomImportance(1)), scoresOf(randomImportance(2))];
  assert.deepEqual(scoresOf(randomImportance(1)), one);
  assert.ok(one.every((value, i) => value !== two[i] && value > 0 && value < 1));
});

Deno.test("the adaptive importance does not depend on a matrix's scale, nor on that of its gradients", () => {
  const observed = observe([1, 2]);
  const scaled = (values: Observation["weights"], by: number) => ({ ...values, a: values.a.map((x) => x * by) });
  const larger = {
    ...observed,
    weights: scaled(observed.weights, 1000),
    sensitivity: scaled(observed.sensitivity, 1e-4),
  };
  const criterion = adaptiveImportance();
  const [plain, other] = [observed, larger].map((seen) => criterion.update(null, seen).scores);
  for (const { name } of matrices) {
    for (const [k, score] of plain[name].entries()) assert.ok(Math.abs(score - other[name][k]) < 1e-5);
  }
  const taylor = observed.sensitivity.b, weights = observed.weights.b;
  const mean = taylor.reduce((a, b) => a + b) / 8, rms = Math.hypot(...weights) / Math.sqrt(8);
  for (const [k, score] of plain.b.entries()) {
    assert.ok(Math.abs(score - Math.abs(weights[k]) / rms - taylor[k] / mean) < 1e-5);
  }
});
