import assert from "node:assert/strict";
import { hash, uniform } from "../../../lib/data/counter_hash.ts";
import { generationAt, walkAt } from "../../../lib/data/teacher/drift.ts";
import { permutation } from "../../../lib/data/teacher/permutation.ts";

/** Mean over the phase of the walk's correlation at a lag of x spacings, x <= 1: by the circle's own formula. */
function correlation(x: number): number {
  const steps = 10_000;
  let sum = 0;
  for (let i = 0; i < steps; i++) {
    const u = (i + 0.5) / steps;
    const next = u + x - 1; // beyond the next knot when positive
    sum += next < 0 ? Math.cos(x * Math.PI / 2) : Math.sin(u * Math.PI / 2) * Math.cos(next * Math.PI / 2);
  }
  return sum / steps;
}

Deno.test("a walk has variance 1 at any time and forgets its past in two spacings", () => {
  // Measured with NumPy over 200,000 walks: 0.933 and 0.938, 0.759 and 0.764 (errors 0.002).
  assert.equal(correlation(0.25).toFixed(2), "0.93");
  assert.equal(correlation(0.5).toFixed(2), "0.76");
  assert.ok(Math.abs(correlation(1) - 1 / Math.PI) < 1e-6);
  const walks = 20_000;
  for (const [lag, wanted] of [[0, 1], [0.25, correlation(0.25)], [0.5, correlation(0.5)], [1, 1 / Math.PI], [2, 0]]) {
    let product = 0;
    for (let i = 0; i < walks; i++) {
      const at = (time: number) => walkAt(time, 12, uniform(1, i), hash(2, i));
      product += at(5.3) * at(5.3 + 12 * lag);
    }
    assert.ok(
      Math.abs(product / walks - wanted) < 5 * Math.sqrt(2 / walks),
      `lag ${lag}: ${product / walks}, ${wanted}`,
    );
  }
});

Deno.test("a walk is continuous through its knots", () => {
  for (let i = 0; i < 50; i++) {
    const knot = 12 * (3 - uniform(1, i));
    const at = (time: number) => walkAt(time, 12, uniform(1, i), hash(2, i));
    assert.ok(Math.abs(at(knot + 1e-9) - at(knot - 1e-9)) < 1e-8);
  }
});

Deno.test("churn replaces its fraction of the slots in every period", () => {
  const slots = 10_000;
  for (const time of [0, 1, 7]) {
    let replaced = 0;
    for (let slot = 0; slot < slots; slot++) {
      const [before, after] = [time, time + 1].map((t) => generationAt(t, 0.1, hash(1, 30), slot));
      assert.ok(after === before || after === before + 1);
      replaced += after - before;
    }
    assert.ok(Math.abs(replaced / slots - 0.1) < 5 * Math.sqrt(0.09 / slots), `period ${time}: ${replaced / slots}`);
  }
});

Deno.test("permutation reaches every element once, for sizes of all kinds, and does not keep neighbours", () => {
  for (const count of [1, 2, 3, 7, 64, 1000, 4097]) {
    const order = permutation(count, hash(5, count));
    const elements = Array.from({ length: count }, (_, position) => order(position));
    assert.deepEqual(elements.toSorted((a, b) => a - b), Array.from({ length: count }, (_, i) => i));
    if (count < 1000) continue;
    const mean = (count - 1) / 2;
    const variance = (count * count - 1) / 12;
    const [own, next] = [0, 1].map((lag) =>
      elements.slice(lag).reduce((sum, x, i) => sum + (x - mean) * ((lag ? elements[i] : i) - mean), 0) / count /
      variance
    );
    assert.ok(
      Math.abs(own) < 5 / Math.sqrt(count) && Math.abs(next) < 5 / Math.sqrt(count),
      `${count}: ${own}, ${next}`,
    );
  }
  const large = permutation(2 ** 32, hash(5));
  assert.ok(large(2 ** 32 - 1) < 2 ** 32 && large(0) !== large(1));
});
