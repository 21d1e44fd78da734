import type { LogData, SearchableLaw } from "./laws/log_data.ts";
import { minimize, type Minimum, type SearchSpace } from "./solver/levenberg_marquardt.ts";

/** The best of several local searches. */
export interface Found {
  readonly minimum: Minimum;
  readonly count: number;
  /** Searches that ended within 1 % of the best objective. */
  readonly agreeing: number;
}

/** Local searches stop here; only the best of them goes on to full precision. */
const COARSE = 1e-6;
/** Trials of the polish: a curved valley, as M4 has, takes hundreds. */
const LONGEST_POLISH = 3000;
/** An objective of residuals of that size is zero but for rounding: searches that get there agree. */
const ROUNDING = 2e-15;

/**
 * Searches a law's parameters: from the given places and from the best cells of the law's grid, each by `minimize`; the best is then
 * polished to the last digits.
 */
export function searchLaw(
  law: SearchableLaw,
  data: LogData,
  warm: readonly Float64Array[],
  count: number,
  space: SearchSpace,
): Found {
  const problem = law.problem(data), { delta, m } = data;
  const starts = [...warm, ...law.starts(data, count)];
  const found = starts.map((start) => minimize(problem, start, { delta, tolerance: COARSE, coarse: true }, space));
  const best = found.reduce((least, minimum) => minimum.objective < least.objective ? minimum : least);
  const polished = minimize(problem, best.theta, { delta, tolerance: 1e-14, maxTrials: LONGEST_POLISH }, space);
  const minimum = polished.objective <= best.objective * (1 + 1e-10) + m * ROUNDING ** 2 ? polished : best;
  const limit = 1.01 * Math.min(best.objective, minimum.objective) + 0.5 * m * ROUNDING ** 2;
  return { minimum, count: starts.length, agreeing: found.filter(({ objective }) => objective <= limit).length };
}
