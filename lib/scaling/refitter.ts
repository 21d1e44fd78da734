import type { Fit } from "./fit.ts";
import { withHeld } from "./hold_parameter.ts";
import { searchableLaw } from "./laws/searchable_law.ts";
import type { LogData } from "./laws/log_data.ts";
import type { Observation } from "./observation.ts";
import { prepare } from "./prepare.ts";
import { createSearchSpace, minimize, type SearchSpace } from "./solver/levenberg_marquardt.ts";
import type { ResidualProblem } from "./solver/residual_problem.ts";

/** Parameters of a fit to a resample. */
export interface Refit {
  /** In the law's order, in the units of the first fit. */
  readonly theta: number[];
  readonly objective: number;
  /** Whether the best search settled. */
  readonly settled: boolean;
}

/**
 * Fits the law again to a resample.
 *
 * @param rows which observations, by position; one may occur several times
 * @param logLosses `ln L` of all observations to use in place of the observed, for parametric resampling
 */
export type Refitter = (rows: ArrayLike<number>, logLosses?: ArrayLike<number>) => Refit;

/** Searches stop here: five digits of the parameters, far below what differs between resamples. */
const TOLERANCE = 1e-9;

/** Buffers for resamples of one size. */
interface Room {
  readonly data: LogData;
  readonly problem: ResidualProblem;
  readonly space: SearchSpace;
}

/**
 * Prepares refits of resampled observations, as the bootstrap and the jackknife want them by the thousand: with the weights, the loss and
 * delta of the first fit, searched from its optimum and from a few places of its grid, without a report.
 *
 * @param fit of `observations`, and no others
 * @param starts places of the grid beside the optimum: a resample may have its minimum elsewhere. Default 2
 *
 * @example
 * ```ts
 * import { createRefitter, fitLaw } from "recscale/scaling";
 * import assert from "node:assert/strict";
 *
 * const runs = [1, 2, 4, 8, 16, 32].map((x) => ({ x: [x], loss: 0.5 * x ** -0.4 + 1 }));
 * const refit = createRefitter(fitLaw("powerLawConstant", runs), runs);
 * const { theta } = refit([0, 1, 2, 2, 4, 5]);
 * assert.ok(Math.abs(theta[1] - 0.4) < 1e-6); // on one curve every resample says the same
 * ```
 */
export function createRefitter(fit: Fit, observations: readonly Observation[], starts = 2): Refitter {
  if (observations.length !== fit.count) {
    throw new Error(`Cannot refit ${observations.length} observations: wanted the ${fit.count} that were fitted.`);
  }
  const law = withHeld(searchableLaw(fit.law), Object.fromEntries(fit.held.map((name) => [name, fit.best[name]])));
  const { data, centre } = prepare(law, observations, { loss: "squared" });
  const base: LogData = { ...data, roots: Float64Array.from(fit.weights, Math.sqrt), delta: fit.loss.delta };
  const optimum = law.toInner(law.rescale(fit.theta, centre.map((unit, k) => unit / fit.x0[k])));
  const places = [optimum, ...law.starts(base, starts)];
  const toUnits = fit.x0.map((unit, k) => unit / centre[k]);
  const rooms = new Map<number, Room>();
  const roomFor = (m: number): Room => {
    let room = rooms.get(m);
    if (!room) {
      const column = () => new Float64Array(m);
      const data: LogData = {
        ...{ m, logU: base.logU.map(column), logL: column(), roots: column(), delta: base.delta },
      };
      const { lower, upper } = law.problem(base);
      // bounds come from the range of the observations, which a resample need not cover
      room = {
        data,
        problem: { ...law.problem(data), lower, upper },
        space: createSearchSpace(m, law.parameters.length),
      };
      rooms.set(m, room);
    }
    return room;
  };
  return (rows, logLosses = base.logL) => {
    const { data: { m, logU, logL, roots, delta }, problem, space } = roomFor(rows.length);
    for (let i = 0; i < m; i++) {
      const row = rows[i];
      for (let k = 0; k < logU.length; k++) logU[k][i] = base.logU[k][row];
      logL[i] = logLosses[row];
      roots[i] = base.roots[row];
    }
    let best = minimize(problem, places[0], { delta, tolerance: TOLERANCE, coarse: true }, space);
    for (let k = 1; k < places.length; k++) {
      const other = minimize(problem, places[k], { delta, tolerance: TOLERANCE, coarse: true }, space);
      if (other.objective < best.objective) best = other;
    }
    return {
      theta: law.rescale(law.toTheta(best.theta), toUnits),
      objective: best.objective,
      settled: best.settled,
    };
  };
}
