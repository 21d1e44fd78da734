import assert from "node:assert/strict";
import { hash } from "../../lib/data/counter_hash.ts";
import { jackknifeError } from "../../lib/statistics/jackknife_error.ts";
import { standardNormal } from "../../lib/statistics/standard_normal.ts";

Deno.test("standardNormal has the normal's moments and tails", () => {
  const drawn = Float64Array.from({ length: 200_000 }, (_, i) => standardNormal(hash(3, i)));
  const moment = (power: number) => drawn.reduce((sum, value) => sum + value ** power, 0) / drawn.length;
  // within four standard errors: of the k-th moment, the root of ((2k)-th - k-th squared) / n
  assert.ok(Math.abs(moment(1)) < 4 * Math.sqrt(1 / 200_000));
  assert.ok(Math.abs(moment(2) - 1) < 4 * Math.sqrt(2 / 200_000));
  assert.ok(Math.abs(moment(4) - 3) < 4 * Math.sqrt(96 / 200_000));
  for (const [z, beyond] of [[1.959963984540054, 0.05], [3.2905267314919255, 0.001]]) {
    const share = drawn.filter((value) => Math.abs(value) > z).length / drawn.length;
    assert.ok(Math.abs(share - beyond) < 4 * Math.sqrt(beyond * (1 - beyond) / 200_000), `${share} beyond ${z}`);
  }
});

Deno.test("the jackknife's standard error of a mean is the textbook's", () => {
  const values = [3, 5, 4, 8, 1], mean = 4.2;
  const left = values.map((value) => (5 * mean - value) / 4);
  const exact = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 4 / 5);
  assert.ok(Math.abs(jackknifeError(left) - exact) < 1e-12);
});
