import assert from "node:assert/strict";
import {
  extendHash,
  hash,
  HASH_START,
  mix,
  normal,
  normalFromHash,
  uniform,
  uniformFromHash,
} from "../../lib/data/counter_hash.ts";

Deno.test("hash gives the vectors of the NumPy implementation", () => {
  assert.equal(hash(0), 908738394);
  assert.equal(hash(1), 3132006641);
  assert.equal(hash(1, 2, 3), 1886772729);
  assert.equal(hash(7, 5, 123456, 2), 1658961019);
  assert.equal(normal(1, 2, 3), Math.fround(-0.87345195)); // numpy.float32 of the reference
});

Deno.test("the loop forms are the list forms", () => {
  for (const keys of [[5], [1, 2], [2 ** 32 - 1, 7, 0], [9, 123456789, 3, 4, 5]]) {
    const state = keys.reduce(extendHash, HASH_START);
    assert.equal(state >>> 0, hash(...keys));
    assert.equal(uniformFromHash(state), uniform(...keys));
    assert.equal(normalFromHash(state), normal(...keys));
  }
});

Deno.test("counters count modulo 2^32", () => {
  assert.equal(hash(2 ** 32 + 5), hash(5));
  assert.equal(hash(-1), hash(2 ** 32 - 1));
});

Deno.test("mix is a bijection on the 16-bit integers and flips half of the bits", () => {
  const images = new Set<number>();
  let flipped = 0;
  for (let x = 0; x < 65536; x++) {
    images.add(mix(x));
    for (let difference = (mix(x) ^ mix(x ^ 1)) >>> 0; difference > 0; difference >>>= 1) flipped += difference & 1;
  }
  assert.equal(images.size, 65536);
  assert.ok(Math.abs(flipped / 65536 - 16) < 0.2, `mean flipped bits ${flipped / 65536}`);
});

Deno.test("normal has the moments of four summed uniforms: 0, 1, 0, 2.7", () => {
  const n = 200_000;
  const sums = [0, 0, 0, 0];
  let neighbours = 0;
  for (let i = 0; i < n; i++) {
    const x = normal(11, i);
    assert.ok(Math.abs(x) < 3.4642);
    for (let power = 0; power < 4; power++) sums[power] += x ** (power + 1);
    neighbours += x * normal(11, i + 1);
  }
  const [mean, square, cube, fourth] = sums.map((sum) => sum / n);
  // Five standard errors: sqrt(var / n) with var x = 1, x^2 = 1.7, x^3 = 10.9, x^4 = 33.
  assert.ok(Math.abs(mean) < 5 * Math.sqrt(1 / n), `mean ${mean}`);
  assert.ok(Math.abs(square - 1) < 5 * Math.sqrt(1.7 / n), `variance ${square}`);
  assert.ok(Math.abs(cube) < 5 * Math.sqrt(10.9 / n), `third moment ${cube}`);
  assert.ok(Math.abs(fourth - 2.7) < 5 * Math.sqrt(33 / n), `fourth moment ${fourth}`);
  assert.ok(Math.abs(neighbours / n) < 5 * Math.sqrt(1 / n), `correlation of neighbours ${neighbours / n}`);
});
