import type { SearchableLaw } from "./laws/log_data.ts";
import type { LogData } from "./laws/log_data.ts";
import { minimize, type Minimum, type SearchSpace } from "./solver/levenberg_marquardt.ts";
import type { ResidualProblem } from "./solver/residual_problem.ts";

/** The problem with one inner parameter held at a value. */
export function holdParameter(problem: ResidualProblem, index: number, value: number): ResidualProblem {
  const lower = problem.lower.slice(), upper = problem.upper.slice();
  lower[index] = upper[index] = value;
  return { ...problem, lower, upper };
}

/** The best fit with one inner parameter held, searched from a place nearby. */
export function bestWithHeld(
  law: SearchableLaw,
  data: LogData,
  from: ArrayLike<number>,
  index: number,
  value: number,
  space?: SearchSpace,
): Minimum {
  const problem = holdParameter(law.problem(data), index, value);
  return minimize(problem, from, { delta: data.delta, tolerance: 1e-9, coarse: true }, space);
}
