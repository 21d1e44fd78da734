import assert from "node:assert/strict";
import { logAxis, shortNumber, tidyLogTicks, tidyTicks } from "../../lib/figures/mod.ts";

Deno.test("tidyLogTicks labels whole decades, thinned when there are many, and subdivides when there are few", () => {
  assert.deepEqual(tidyLogTicks(1, 1e6, 7).tickvals, [1, 10, 100, 1e3, 1e4, 1e5, 1e6]);
  assert.deepEqual(tidyLogTicks(1, 1e6, 4).tickvals, [1, 100, 1e4, 1e6]);
  assert.deepEqual(tidyLogTicks(1e-4, 0.3).ticktext, ["0.0001", "0.001", "0.01", "0.1"]);
  assert.deepEqual(tidyLogTicks(0.8, 11).tickvals, [1, 3, 10]);
  assert.deepEqual(tidyLogTicks(1.5, 6).tickvals, [2, 3, 4, 5]);
});

Deno.test("ticks stay within the axis, at most as many as wanted, and at least two, whatever the range", () => {
  for (const lo of [1e-7, 3e-4, 0.17, 0.8, 1, 9.7, 1234, 5e8]) {
    for (const factor of [1.001, 1.02, 1.3, 2, 5, 9, 30, 99, 1e3, 1e5, 1e9]) {
      for (const most of [3, 4, 6, 8]) {
        const hi = lo * factor;
        for (const { tickvals, ticktext } of [tidyTicks(lo, hi, most), tidyLogTicks(lo, hi, most)]) {
          const where = `${lo} to ${hi}, ${most}: ${ticktext}`;
          assert.ok(tickvals.length >= 1 && tickvals.length <= most, where);
          assert.ok(tickvals.every((tick) => tick >= lo * (1 - 1e-8) && tick <= hi * (1 + 1e-8)), where);
          assert.equal(new Set(ticktext).size, tickvals.length, `labels repeat: ${where}`);
        }
      }
    }
  }
});

Deno.test("tidyTicks writes every label with the same decimals, and exactly", () => {
  assert.deepEqual(tidyTicks(0, 0.3, 4), { tickvals: [0, 0.1, 0.2, 0.3], ticktext: ["0.0", "0.1", "0.2", "0.3"] });
  assert.deepEqual(tidyTicks(-1, 1, 5).ticktext, ["-1.0", "-0.5", "0.0", "0.5", "1.0"]);
  assert.deepEqual(tidyTicks(0, 90_000, 3).ticktext, ["0", "50k"]);
  assert.deepEqual(tidyTicks(99, 401, 4).ticktext, ["100", "200", "300", "400"]);
});

Deno.test("axes that cannot be are refused with the numbers that came", () => {
  assert.throws(() => tidyLogTicks(0, 10), /a log axis from 0 to 10: wanted two numbers with 0 < lo < hi/);
  assert.throws(() => tidyLogTicks(5, NaN), /from 5 to NaN/);
  assert.throws(() => tidyTicks(1, 1), /an axis from 1 to 1/);
  assert.throws(() => tidyTicks(0, Infinity), /from 0 to Infinity/);
});

Deno.test("logAxis gives the range in powers of ten and small ticks between the labelled ones", () => {
  const axis = logAxis(100, 10_000);
  assert.deepEqual(axis.range, [2, 4]);
  assert.deepEqual(axis.tickvals, [100, 1000, 10_000]);
  assert.equal(axis.minor?.tickvals?.length, 16);
});

Deno.test("shortNumber writes numbers with a unit or plainly", () => {
  const cases: [number, string][] = [
    [0, "0"],
    [1, "1"],
    [0.25, "0.25"],
    [999, "999"],
    [1000, "1k"],
    [-12_500, "-12.5k"],
    [3e6, "3M"],
    [4.2e9, "4.2B"],
    [1e12, "1T"],
    [1e20, "1e20"],
    [2e-7, "2e-7"],
  ];
  for (const [value, text] of cases) assert.equal(shortNumber(value), text);
});
