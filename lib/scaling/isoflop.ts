import { median } from "simple-statistics";
import { extendHash, hash } from "../data/counter_hash.ts";
import { standardNormal } from "../statistics/standard_normal.ts";
import { akima } from "./akima.ts";

/** One run, or one reading of a run, at a fixed compute. */
export interface IsoflopRun {
  readonly flops: number;
  readonly parameters: number;
  /** Examples or tokens. */
  readonly data: number;
  readonly loss: number;
}

/** The compute-optimal size at one compute. */
export interface IsoflopOptimum {
  readonly flops: number;
  readonly parameters: number;
  readonly data: number;
  readonly loss: number;
  /** Standard deviations of `ln parameters` and `ln data` by the noise of the losses; NaN without noise. */
  readonly deviation: { readonly parameters: number; readonly data: number };
  /** Runs at this compute. */
  readonly runs: number;
}

/** A power law `y = coefficient * C^exponent`, by a straight line in logarithms. */
export interface ComputePowerLaw {
  readonly exponent: number;
  readonly coefficient: number;
  readonly r2: number;
}

/** How optimum size and data grow with compute. */
export interface IsoflopAnalysis {
  /** Ascending in compute, those that were found. */
  readonly optima: readonly IsoflopOptimum[];
  /** Compute at which the best size is the smallest or the largest, so that the optimum lies outside of what was run. */
  readonly open: readonly number[];
  readonly parameters: ComputePowerLaw;
  readonly data: ComputePowerLaw;
  /** `data / parameters`. */
  readonly ratio: ComputePowerLaw;
}

/** How optima are found and weighed. */
export interface IsoflopOptions {
  /**
   * `"akima"` (default): interpolation of ln L over ln N, whose minimum needs no symmetry (Porian et al. 2024, arXiv 2406.19146).
   * `"parabola"`: least squares of a parabola in ln N (Hoffmann et al. 2022, approach 2). It smooths noise, and is biased where a
   * curve is not symmetric.
   */
  readonly method?: "akima" | "parabola";
  /**
   * Sizes that the parabola is fitted to, those around the lowest loss: far from it no curve is a parabola. At least 3; `Infinity` for
   * all. Default 5, which comes closest to Akima's optima on runs whose sizes are a factor of about 2 apart.
   */
  readonly nearest?: number;
  /**
   * Standard deviation of the loss between seeds. Optima are then medians over draws with such noise, and have deviations.
   * Default: none.
   */
  readonly noise?: number;
  /** Draws of the noise. Default 1,000. */
  readonly draws?: number;
  /** Weighs each optimum by one over its variance. Needs noise. Default false. */
  readonly weighted?: boolean;
}

/** Points of the interpolated curve between two runs, as in Porian et al. */
const BETWEEN = 25;

/**
 * IsoFLOP analysis: at each compute the size with the lowest loss, and how it grows with compute.
 *
 * @throws {Error} when fewer than two levels of compute have an optimum inside of what was run, or weights are wanted without noise
 *
 * @example
 * ```ts
 * import { isoflopAnalysis } from "recscale/scaling";
 * import assert from "node:assert/strict";
 *
 * // E + A / N^0.5 + B / D^0.5: sizes and data grow alike
 * const runs = [1e18, 1e19, 1e20].flatMap((flops) =>
 *   Array.from({ length: 15 }, (_, k) => {
 *     const parameters = Math.sqrt(flops / 6) * 2 ** ((k - 7) / 2), data = flops / 6 / parameters;
 *     return { flops, parameters, data, loss: 1.7 + 400 / parameters ** 0.5 + 400 / data ** 0.5 };
 *   })
 * );
 * const { parameters } = isoflopAnalysis(runs);
 * assert.ok(Math.abs(parameters.exponent - 0.5) < 0.01);
 * ```
 */
export function isoflopAnalysis(runs: readonly IsoflopRun[], options: IsoflopOptions = {}): IsoflopAnalysis {
  const { weighted = false, noise } = options;
  const { nearest = 5 } = options;
  if (!(nearest >= 3)) {
    throw new RangeError(`Cannot fit a parabola to the nearest ${nearest} sizes: wanted at least 3.`);
  }
  if (weighted && noise === undefined) {
    throw new Error("Cannot weigh optima by their variance without the noise of the losses: wanted a noise.");
  }
  const { optima, open } = isoflopOptima(runs, options);
  if (optima.length < 2) {
    throw new Error(
      `Cannot fit how the optimum grows: ${optima.length} of ${
        optima.length + open.length
      } levels of compute have one between ` +
        `their smallest and largest size. Wanted at least two; add smaller or larger models.`,
    );
  }
  return { optima, open, ...optimaPowerLaws(optima, weighted) };
}

/** The optimum of each level of compute, ascending, and the levels without one. */
export function isoflopOptima(
  runs: readonly IsoflopRun[],
  options: IsoflopOptions,
): Pick<IsoflopAnalysis, "optima" | "open"> {
  const levels = [...Map.groupBy(runs, ({ flops }) => flops)].sort(([a], [b]) => a - b);
  const found = levels.map(([flops, own]) => ({ flops, optimum: optimumOf(flops, own, options) }));
  return {
    optima: found.flatMap(({ optimum }) => optimum ?? []),
    open: found.filter(({ optimum }) => optimum === null).map(({ flops }) => flops),
  };
}

/** How size, data and their ratio grow over optima at two or more levels of compute. */
export function optimaPowerLaws(
  optima: readonly IsoflopOptimum[],
  weighted: boolean,
): Pick<IsoflopAnalysis, "parameters" | "data" | "ratio"> {
  const law = (of: (optimum: IsoflopOptimum) => number, deviation: (optimum: IsoflopOptimum) => number) =>
    computePowerLaw(optima.map((each) => ({
      flops: each.flops,
      value: of(each),
      weight: weighted ? 1 / deviation(each) ** 2 : 1,
    })));
  return {
    parameters: law(({ parameters }) => parameters, ({ deviation }) => deviation.parameters),
    data: law(({ data }) => data, ({ deviation }) => deviation.data),
    ratio: law(({ data, parameters }) => data / parameters, ({ deviation }) => 2 * deviation.parameters),
  };
}

/**
 * A weighted straight line through `ln value` over `ln flops`.
 *
 * @throws {Error} for fewer than two distinct flops
 */
export function computePowerLaw(
  points: readonly { readonly flops: number; readonly value: number; readonly weight?: number }[],
): ComputePowerLaw {
  const rows = points.map(({ flops, value, weight = 1 }) => ({ x: Math.log(flops), y: Math.log(value), w: weight }));
  const total = rows.reduce((sum, { w }) => sum + w, 0);
  const mean = (of: (row: typeof rows[number]) => number) =>
    rows.reduce((sum, row) => sum + row.w * of(row), 0) / total;
  const [mx, my] = [mean(({ x }) => x), mean(({ y }) => y)];
  const squares = mean(({ x }) => (x - mx) ** 2);
  if (!(squares > 0)) throw new Error(`Cannot fit a power law to one level of compute: wanted at least two.`);
  const exponent = mean(({ x, y }) => (x - mx) * (y - my)) / squares;
  const intercept = my - exponent * mx;
  // of the points as they are: r2 says how straight they lie, not how well they are known
  const plain = rows.reduce((sum, { y }) => sum + y, 0) / rows.length;
  const left = rows.reduce((sum, { x, y }) => sum + (y - intercept - exponent * x) ** 2, 0);
  const all = rows.reduce((sum, { y }) => sum + (y - plain) ** 2, 0);
  return { exponent, coefficient: Math.exp(intercept), r2: 1 - left / all };
}

function optimumOf(flops: number, runs: readonly IsoflopRun[], options: IsoflopOptions): IsoflopOptimum | null {
  const best = [...Map.groupBy(runs, ({ parameters }) => parameters).values()]
    .map((same) => same.reduce((a, b) => b.loss < a.loss ? b : a));
  if (best.length < 3) return null;
  const parameters = bestOf(best, ({ parameters }) => parameters, options);
  const data = bestOf(best, ({ data }) => data, options);
  if (parameters === null || data === null) return null;
  return {
    flops,
    parameters: parameters.at,
    data: data.at,
    loss: parameters.loss,
    deviation: { parameters: parameters.deviation, data: data.deviation },
    runs: runs.length,
  };
}

/** Where the loss is lowest over one of the resources; null where that is at an end. */
function bestOf(
  runs: readonly IsoflopRun[],
  resource: (run: IsoflopRun) => number,
  { method = "akima", nearest = 5, noise, draws = 1000 }: IsoflopOptions,
): { at: number; loss: number; deviation: number } | null {
  const sorted = runs.toSorted((a, b) => resource(a) - resource(b));
  const x = sorted.map((run) => Math.log(resource(run)));
  const lowest = method === "akima" ? akimaMinimum(x) : parabolaMinimum(x, nearest);
  const exact = lowest(sorted.map(({ loss }) => Math.log(loss)));
  if (noise === undefined) {
    return exact === null ? null : { at: Math.exp(exact.x), loss: Math.exp(exact.y), deviation: NaN };
  }
  const drawn = Array.from({ length: draws }, (_, r) => {
    const state = hash(r);
    return lowest(sorted.map(({ loss }, i) => Math.log(loss + noise * standardNormal(extendHash(state, i)))));
  }).filter((each) => each !== null);
  if (exact === null || drawn.length < draws / 2) return null;
  const logs = drawn.map(({ x }) => x), mean = logs.reduce((sum, value) => sum + value, 0) / logs.length;
  const variance = logs.reduce((sum, value) => sum + (value - mean) ** 2, 0) / logs.length;
  // never finer than a third of the distance between neighbouring runs, and wider where many draws have their best at an end
  const least = BETWEEN / 3 * (x[x.length - 1] - x[0]) / ((x.length - 1) * BETWEEN - 1);
  return {
    at: Math.exp(median(logs)),
    loss: Math.exp(median(drawn.map(({ y }) => y))),
    deviation: Math.max(Math.sqrt(variance), least) * draws / drawn.length,
  };
}

type Minimum = (y: readonly number[]) => { x: number; y: number } | null;

function akimaMinimum(x: readonly number[]): Minimum {
  const count = (x.length - 1) * BETWEEN;
  const grid = Array.from({ length: count }, (_, k) => x[0] + (x[x.length - 1] - x[0]) * k / (count - 1));
  grid[count - 1] = x[x.length - 1]; // rounding must not carry the last point outside
  return (y) => {
    const curve = akima(x, y);
    let best = 0;
    const values = grid.map(curve);
    values.forEach((value, k) => {
      if (value < values[best]) best = k;
    });
    return best === 0 || best === count - 1 ? null : { x: grid[best], y: values[best] };
  };
}

/** The vertex of a parabola through the `nearest` points around the lowest. */
function parabolaMinimum(x: readonly number[], nearest: number): Minimum {
  return (y) => {
    const count = Math.min(nearest, x.length), lowest = y.indexOf(Math.min(...y));
    const first = Math.max(0, Math.min(lowest - Math.floor(count / 2), x.length - count));
    const vertex = vertexOf(x.slice(first, first + count), y.slice(first, first + count));
    return vertex !== null && vertex.x > x[0] && vertex.x < x[x.length - 1] ? vertex : null;
  };
}

/** Lowest point of the least squares parabola; null where it opens downwards. */
function vertexOf(x: readonly number[], y: readonly number[]): { x: number; y: number } | null {
  const n = x.length, centre = x.reduce((sum, value) => sum + value, 0) / n;
  const u = x.map((value) => value - centre);
  const moment = (power: number) => u.reduce((sum, value) => sum + value ** power, 0) / n;
  const of = (power: number) => u.reduce((sum, value, i) => sum + value ** power * y[i], 0) / n;
  const [m2, m3, m4] = [2, 3, 4].map(moment);
  const [y0, y1, y2] = [0, 1, 2].map(of);
  // normal equations of y = a + b u + c u^2, with the mean of u zero
  const c = (y2 - m2 * y0 - m3 * y1 / m2) / (m4 - m2 * m2 - m3 * m3 / m2);
  const b = (y1 - c * m3) / m2, a = y0 - c * m2;
  return c > 0 ? { x: centre - b / (2 * c), y: a - b * b / (4 * c) } : null;
}
