import type { FittedCurve, ResampledFits } from "./resampled_fits.ts";
import { type FitInterval, fitInterval } from "./resampled_fits.ts";

/** How a budget is best spent on parameters and data. */
export interface Allocation {
  readonly parameters: number;
  readonly data: number;
  readonly loss: number;
  /** The best size lies at an end of the range that was allowed. */
  readonly atBound: boolean;
}

/** What a budget buys. */
export interface AllocationOptions {
  /** Of FLOPs, bytes, joules, or whatever `costPerExample` counts. */
  readonly budget: number;
  /**
   * Cost of learning from one example with a model of so many parameters: `6 N` FLOPs for language models (the default),
   * `3 f(N)` for a click model with f forward FLOPs, times joules per FLOP for energy.
   */
  readonly costPerExample?: (parameters: number) => number;
  /** Sizes that are allowed. Default: from 1 to 10^18. */
  readonly parameters?: readonly [number, number];
  /** Most examples there are. Default: no limit. */
  readonly mostData?: number;
}

/** A curve of parameters and data, such as a joint fit. */
type JointCurve = Pick<FittedCurve, "predict">;

/**
 * The compute-optimal size and data under a budget: the least `L(N, D)` with `D = budget / cost(N)`, by golden section in ln N from the
 * best of a grid. For `C = k N D` and the joint law this is the closed form of {@link allocateJoint}.
 *
 * A budget of memory does not bound data: give `costPerExample` as what one example costs, and the sizes that fit as `parameters`.
 *
 * @throws {RangeError} for a budget that is not positive, or a range of sizes that is empty
 *
 * @example
 * ```ts
 * import { allocate } from "recscale/scaling";
 * import assert from "node:assert/strict";
 *
 * const curve = { predict: ([n, d]: readonly number[]) => 1.7 + 400 * n ** -0.5 + 400 * d ** -0.5 };
 * const { parameters, data } = allocate(curve, { budget: 6e20 });
 * assert.ok(Math.abs(parameters / 1e10 - 1) < 1e-6 && Math.abs(data / 1e10 - 1) < 1e-6);
 * ```
 */
export function allocate(curve: JointCurve, options: AllocationOptions): Allocation {
  const { budget, costPerExample = (n) => 6 * n, parameters: [least, most] = [1, 1e18], mostData = Infinity } = options;
  if (!(budget > 0)) throw new RangeError(`Cannot allocate a budget of ${budget}: wanted a number above 0.`);
  if (!(least > 0 && most > least)) {
    throw new RangeError(`Cannot choose a size from ${least} to ${most}: wanted a range of positive numbers.`);
  }
  const at = (lnN: number): Allocation => {
    const parameters = Math.exp(lnN), data = Math.min(mostData, budget / costPerExample(parameters));
    return { parameters, data, loss: curve.predict([parameters, data]), atBound: false };
  };
  const low = Math.log(least), high = Math.log(most);
  const grid = Array.from({ length: GRID + 1 }, (_, k) => low + (high - low) * k / GRID);
  const best = grid.reduce((a, b) => at(b).loss < at(a).loss ? b : a), step = (high - low) / GRID;
  const found = at(goldenSection((lnN) => at(lnN).loss, Math.max(low, best - step), Math.min(high, best + step)));
  const atBound = best === low || best === high;
  return { ...found, atBound };
}

const GRID = 200;

function goldenSection(loss: (at: number) => number, low: number, high: number): number {
  const ratio = (Math.sqrt(5) - 1) / 2;
  let [a, b] = [low, high], [c, d] = [b - ratio * (b - a), a + ratio * (b - a)], [fc, fd] = [loss(c), loss(d)];
  for (let step = 0; step < 80; step++) {
    if (fc < fd) {
      [b, d, fd] = [d, c, fc];
      fc = loss(c = b - ratio * (b - a));
    } else {
      [a, c, fc] = [c, d, fd];
      fd = loss(d = a + ratio * (b - a));
    }
  }
  return (a + b) / 2;
}

/**
 * The closed form of {@link allocate} for the joint law `E + A / N^a + B / D^b` under `C = k N D` (Hoffmann et al. 2022, equation 4):
 * `N = G (C/k)^(b/(a+b))`, `D = (C/k)^(a/(a+b)) / G`, `G = (a A / (b B))^(1/(a+b))`.
 *
 * @param fit of the law `joint`
 * @param perParameter k: FLOPs per parameter and example. Default 6
 * @throws {Error} for the fit of another law
 */
export function allocateJoint(fit: FittedCurve, budget: number, perParameter = 6): Allocation {
  if (fit.law.name !== "joint") throw new Error(`Cannot allocate by ${fit.law.name} in closed form: wanted "joint".`);
  const { A, a, B, b } = fit.best;
  const [n0, d0] = fit.x0;
  // amplitudes at one parameter and one example
  const rawA = A * n0 ** a, rawB = B * d0 ** b;
  const g = (a * rawA / (b * rawB)) ** (1 / (a + b)), share = budget / perParameter;
  const parameters = g * share ** (b / (a + b)), data = share ** (a / (a + b)) / g;
  return { parameters, data, loss: fit.predict([parameters, data]), atBound: false };
}

/** An allocation with the intervals of its parts. */
export interface AllocationInterval {
  readonly parameters: FitInterval;
  readonly data: FitInterval;
  readonly loss: FitInterval;
}

/** What resampled fits say of an allocation. */
export function allocationInterval(fits: ResampledFits, options: AllocationOptions): AllocationInterval {
  const known = new Map<FittedCurve, Allocation>(); // each curve is asked three times
  const of = (curve: FittedCurve) => {
    let found = known.get(curve);
    if (!found) known.set(curve, found = allocate(curve, options));
    return found;
  };
  return {
    parameters: fitInterval(fits, (curve) => of(curve).parameters, { scale: "log" }),
    data: fitInterval(fits, (curve) => of(curve).data, { scale: "log" }),
    loss: fitInterval(fits, (curve) => of(curve).loss),
  };
}
