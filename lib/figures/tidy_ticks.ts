import type { Axis } from "./plotly_spec.ts";

/** Where an axis has ticks, and what they say. */
export interface Ticks {
  readonly tickvals: readonly number[];
  readonly ticktext: readonly string[];
}

/** Leading digits of the labelled ticks within a decade, sparse to dense. */
const digitSets = [[1], [1, 3], [1, 2, 5], [1, 2, 3, 4, 5, 7]];

/**
 * Ticks for a log axis from `lo` to `hi`: the sparsest of whole decades, 1-3, 1-2-5, ... that gives at least three; every
 * second or third decade where there are more than `most`; evenly spaced round numbers where the axis covers less than that.
 *
 * Throws unless 0 < lo < hi.
 *
 * ```ts
 * import { tidyLogTicks } from "recscale/figures";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(tidyLogTicks(1e4, 1e7).ticktext, ["10k", "100k", "1M", "10M"]);
 * assert.deepEqual(tidyLogTicks(1e5, 2e6).ticktext, ["100k", "300k", "1M"]);
 * assert.deepEqual(tidyLogTicks(0.78, 0.83).ticktext, ["0.78", "0.79", "0.80", "0.81", "0.82", "0.83"]);
 * ```
 */
export function tidyLogTicks(lo: number, hi: number, most = 6): Ticks {
  if (!(lo > 0 && lo < hi && hi < Infinity)) {
    throw new RangeError(`Cannot make a log axis from ${lo} to ${hi}: wanted two numbers with 0 < lo < hi.`);
  }
  for (const digits of digitSets) {
    const ticks = inDecades(lo, hi, digits);
    if (ticks.length < 3) continue;
    const every = Math.ceil(ticks.length / most);
    if (every > 1 && digits.length > 1) break; // too many already with the sparsest set that has enough
    return labelled(ticks.filter((_, k) => k % every === 0));
  }
  return tidyTicks(lo, hi, most);
}

/**
 * Evenly spaced round numbers from `lo` to `hi`, at most `most` of them, all with the same number of decimals.
 *
 * ```ts
 * import { tidyTicks } from "recscale/figures";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(tidyTicks(0.7912, 0.8405, 6).ticktext, ["0.80", "0.81", "0.82", "0.83", "0.84"]);
 * ```
 */
export function tidyTicks(lo: number, hi: number, most = 6): Ticks {
  if (!(lo < hi && Number.isFinite(hi - lo))) {
    throw new RangeError(`Cannot make an axis from ${lo} to ${hi}: wanted two finite numbers with lo < hi.`);
  }
  const slack = (hi - lo) * 1e-9;
  for (let power = Math.floor(Math.log10(hi - lo)) - 2;; power++) {
    for (const digit of [1, 2, 5]) {
      const first = Math.ceil((lo - slack) / (digit * 10 ** power));
      const last = Math.floor((hi + slack) / (digit * 10 ** power));
      if (last - first + 1 > most) continue;
      const decimals = Math.max(0, -power);
      const scale = 10 ** Math.max(0, power);
      const tickvals = Array.from(
        { length: last - first + 1 },
        (_, k) => Number(((first + k) * digit * (power < 0 ? 1 / 10 ** -power : scale)).toFixed(decimals)),
      );
      const large = Math.max(...tickvals.map(Math.abs)) >= 1e4;
      return { tickvals, ticktext: large ? tickvals.map(shortNumber) : tickvals.map((v) => v.toFixed(decimals)) };
    }
  }
}

/** The fields of a log axis from `lo` to `hi` (in data units): range, labelled ticks, and small ticks between them. */
export function logAxis(lo: number, hi: number, most = 6): Partial<Axis> {
  const { tickvals, ticktext } = tidyLogTicks(lo, hi, most);
  const between = inDecades(lo, hi, [1, 2, 3, 4, 5, 6, 7, 8, 9]).filter((v) => !tickvals.includes(v));
  return {
    type: "log",
    range: [Math.log10(lo), Math.log10(hi)],
    tickmode: "array",
    tickvals,
    ticktext,
    minor: between.length > 0 && between.length <= 40
      ? { tickmode: "array", tickvals: between, ticks: "outside", ticklen: 2 }
      : undefined,
  };
}

/**
 * A number in few characters: `250k`, `1.5M`, `2B` from a thousand up, plain decimals down to 0.0001, `3e-6` below.
 *
 * ```ts
 * import { shortNumber } from "recscale/figures";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual([1_500_000, 20_000, 0.003, 3e-6].map(shortNumber), ["1.5M", "20k", "0.003", "3e-6"]);
 * ```
 */
export function shortNumber(value: number): string {
  const size = Math.abs(value);
  for (const [unit, suffix] of [[1e12, "T"], [1e9, "B"], [1e6, "M"], [1e3, "k"]] as const) {
    if (size >= unit && size < unit * 1e4) return `${Number((value / unit).toPrecision(4))}${suffix}`;
  }
  const text = Number(value.toPrecision(4));
  return size !== 0 && (size < 1e-4 || size >= 1e15) ? text.toExponential().replace("e+", "e") : String(text);
}

function labelled(tickvals: number[]): Ticks {
  return { tickvals, ticktext: tickvals.map(shortNumber) };
}

/** All `digit * 10^k` from `lo` to `hi`, ascending. */
function inDecades(lo: number, hi: number, digits: readonly number[]): number[] {
  const ticks: number[] = [];
  for (let k = Math.floor(Math.log10(lo)); k <= Math.ceil(Math.log10(hi)); k++) {
    for (const digit of digits) {
      const tick = k < 0 ? digit / 10 ** -k : digit * 10 ** k;
      if (tick >= lo * (1 - 1e-9) && tick <= hi * (1 + 1e-9)) ticks.push(tick);
    }
  }
  return ticks;
}
