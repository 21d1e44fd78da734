import assert from "node:assert/strict";
import { normal, uniform } from "../../lib/data/counter_hash.ts";
import { adwin, type AdwinState } from "../../lib/pruning/drift/adwin.ts";
import { detections } from "../../lib/pruning/drift/detector.ts";
import { pageHinkley } from "../../lib/pruning/drift/page_hinkley.ts";

const values = (length: number, f: (t: number) => number) => Array.from({ length }, (_, t) => f(t));

Deno.test("Page-Hinkley speaks where the sum of its definition first exceeds the threshold", () => {
  for (const seed of [1, 2, 3]) {
    const x = values(400, (t) => 0.3 * normal(seed, t) + (t >= 200 ? 0.5 : 0));
    const wanted = x.findIndex((_, T) => {
      const m = [0];
      for (let t = 0; t <= T; t++) {
        const mean = x.slice(0, t + 1).reduce((a, b) => a + b, 0) / (t + 1);
        m.push(m[t] + x[t] - mean - 0.1);
      }
      return m[T + 1] - Math.min(...m) > 5;
    });
    const [first] = detections(pageHinkley({ tolerance: 0.1, threshold: 5 }), x);
    assert.deepEqual(first, { at: wanted, change: "up" });
    assert.ok(wanted > 200 && wanted < 240, `${wanted}`);
  }
});

Deno.test("Page-Hinkley is silent where the mean falls, stays, or rises by less than is tolerated", () => {
  const detector = pageHinkley({ tolerance: 0.2, threshold: 5 });
  for (const step of [-1, 0, 0.1]) {
    assert.deepEqual(detections(detector, values(2000, (t) => 0.3 * normal(7, t) + (t >= 1000 ? step : 0))), []);
  }
  assert.throws(() => pageHinkley({ tolerance: 0, threshold: 0 }), /threshold 0: wanted at least 0, and above 0/);
});

/** ADWIN with every value kept and every cut tried: the window and the places where it was cut. */
function plainAdwin(x: readonly number[], delta: number, least: number): { window: number[]; cuts: number[] } {
  let window: number[] = [];
  const cuts: number[] = [];
  const mean = (part: readonly number[]) => part.reduce((a, b) => a + b, 0) / part.length;
  const differs = () => {
    const n = window.length, all = mean(window);
    const variance = mean(window.map((value) => (value - all) ** 2));
    const log = Math.log(2 / (delta / Math.log(n)));
    return values(n, (i) => i).some((n0) => {
      const n1 = n - n0;
      if (n0 < least || n1 < least) return false;
      const m = 1 / (1 / n0 + 1 / n1);
      const bound = Math.sqrt(2 / m * variance * log) + 2 / (3 * m) * log;
      return Math.abs(mean(window.slice(0, n0)) - mean(window.slice(n0))) > bound;
    });
  };
  for (const [t, value] of x.entries()) {
    window.push(value);
    const before = window.length;
    while (differs()) window = window.slice(1);
    if (window.length < before) cuts.push(t);
  }
  return { window, cuts };
}

function follow(x: readonly number[], buckets?: number): { state: AdwinState; cuts: number[]; changes: Set<string> } {
  const detector = adwin({ delta: 0.01, buckets });
  let state = detector.init();
  const cuts: number[] = [], changes = new Set<string>();
  for (const [t, value] of x.entries()) {
    const detected = detector.update(state, value);
    state = detected.state;
    if (detected.change) cuts.push(t), changes.add(detected.change);
  }
  return { state, cuts, changes };
}
const lengthOf = (state: AdwinState) => state.reduce((sum, { count }) => sum + count, 0);

Deno.test("ADWIN with a bucket for every value is the window with all cuts tried", () => {
  const x = values(300, (t) => uniform(5, t) < (t < 120 ? 0.2 : t < 220 ? 0.9 : 0.4) ? 1 : 0);
  const wanted = plainAdwin(x, 0.01, 5);
  const { state, cuts } = follow(x, 1e6);
  assert.ok(wanted.cuts.length > 0);
  assert.deepEqual(cuts, wanted.cuts);
  assert.equal(lengthOf(state), wanted.window.length);
});

Deno.test("ADWIN's buckets forget an old mean soon after a jump, and tell its direction", () => {
  for (const [before, after, change] of [[0.2, 0.8, "up"], [0.8, 0.2, "down"]] as const) {
    const { state, cuts, changes } = follow(values(3000, (t) => uniform(6, t) < (t < 2000 ? before : after) ? 1 : 0));
    assert.ok(cuts[0] > 2000 && cuts[0] < 2060, `${cuts[0]}`);
    assert.deepEqual([...changes], [change]);
    // n old values in front of 1000 new ones differ by 0.6: the bound falls below that at n = 20
    assert.ok(lengthOf(state) <= 1020 && lengthOf(state) > 900, `${lengthOf(state)} values are left of 1000`);
    const mean = state.reduce((sum, bucket) => sum + bucket.sum, 0) / lengthOf(state);
    assert.ok(Math.abs(mean - after) < 0.05);
    assert.ok(state.length < 5 * 12, `${state.length} buckets`);
  }
});

Deno.test("ADWIN's false alarms are rarer than its bound where nothing changes", () => {
  const seeds = values(40, (seed) => seed);
  const alarms = seeds.flatMap((seed) =>
    detections(adwin({ delta: 0.01 }), values(500, (t) => uniform(100 + seed, t)))
  );
  assert.ok(alarms.length <= 0.01 * 40 * 500, `${alarms.length}`);
  assert.ok(alarms.length <= 2, `${alarms.length}: the bound is far from tight`);
});

Deno.test("ADWIN sees the same in values of another range", () => {
  const x = values(600, (t) => uniform(8, t) + (t > 300 ? 0.4 : 0));
  const scaled = x.map((value) => 1e-3 * value);
  assert.deepEqual(detections(adwin({ range: 1e-3 }), scaled), detections(adwin(), x));
  assert.throws(() => adwin({ delta: 1 }), /delta 1, .*wanted delta between 0 and 1/);
});
