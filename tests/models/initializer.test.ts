import assert from "node:assert/strict";
import { fillInitial, glorotNormal, zeros } from "../../lib/models/mod.ts";

const size = 200_000;
const draw = (seed: number, name: string, deviation = 1) => {
  const out = new Float32Array(size);
  fillInitial(out, { initializer: { kind: "normal", deviation }, seed, name });
  return out;
};
const mean = (x: Float32Array, f: (v: number, i: number) => number) => x.reduce((sum, v, i) => sum + f(v, i), 0) / size;

Deno.test("initial weights have mean 0, the wanted variance and the kurtosis 2.7 of four uniforms", () => {
  const deviation = 0.05, x = draw(1, "overarch/0/weights", deviation);
  // 5 standard errors: of a mean 1 / sqrt(n), of a variance sqrt((kurtosis - 1) / n), of a fourth moment about 5 / sqrt(n)
  const root = Math.sqrt(size);
  assert.ok(Math.abs(mean(x, (v) => v / deviation)) < 5 / root);
  assert.ok(Math.abs(mean(x, (v) => (v / deviation) ** 3)) < 5 * 3.3 / root, "symmetric");
  assert.ok(Math.abs(mean(x, (v) => (v / deviation) ** 2) - 1) < 5 * Math.sqrt(1.7) / root);
  assert.ok(Math.abs(mean(x, (v) => (v / deviation) ** 4) - 2.7) < 5 * 5 / root);
  assert.ok(x.every((v) => Math.abs(v) <= 3.47 * deviation), "no outliers");
});

Deno.test("initial weights of other names, seeds and neighbours are uncorrelated", () => {
  const x = draw(1, "overarch/0/weights");
  const limit = 5 / Math.sqrt(size);
  for (
    const [other, what] of [
      [draw(2, "overarch/0/weights"), "another seed"],
      [draw(1, "overarch/1/weights"), "another name"],
      [draw(1, "bottom/0/weights"), "another block"],
    ] as const
  ) {
    assert.ok(Math.abs(mean(x, (v, i) => v * other[i])) < limit, what);
  }
  assert.ok(Math.abs(mean(x, (v, i) => v * x[(i + 1) % size])) < limit, "the next weight");
});

Deno.test("any part of a parameter starts as it does in the whole", () => {
  const whole = draw(3, "embeddings", 0.1);
  const part = new Float32Array(1000);
  for (const from of [0, 1, 12_345, size - 1000]) {
    fillInitial(part, { initializer: { kind: "normal", deviation: 0.1 }, seed: 3, name: "embeddings", from });
    assert.deepEqual(part, whole.slice(from, from + 1000));
  }
});

Deno.test("a constant fills, and zeros are zero", () => {
  const out = new Float32Array(3).fill(9);
  fillInitial(out, { initializer: { kind: "constant", value: 0.5 }, seed: 1, name: "b" });
  assert.deepEqual([...out], [0.5, 0.5, 0.5]);
  fillInitial(out, { initializer: zeros, seed: 1, name: "b" });
  assert.deepEqual([...out], [0, 0, 0]);
});

Deno.test("Glorot's variance is 2 / (fanIn + fanOut)", () => {
  assert.deepEqual(glorotNormal(30, 20), { kind: "normal", deviation: 0.2 });
});
