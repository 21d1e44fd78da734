import type { LogData, SearchableLaw } from "./laws/log_data.ts";
import { minimize, type Minimum, type SearchSpace } from "./solver/levenberg_marquardt.ts";
import type { ResidualProblem } from "./solver/residual_problem.ts";

/**
 * A law some of whose parameters are known: its floor or exponents, which are the same in inner parameters.
 *
 * @throws {Error} for other parameters, and for values that are not finite or below 0
 */
export function withHeld(law: SearchableLaw, held: Readonly<Record<string, number>>): SearchableLaw {
  const entries = Object.entries(held);
  if (entries.length === 0) return law;
  const can = [...(law.floor === null ? [] : [law.floor]), ...law.exponents];
  for (const [name, value] of entries) {
    if (!can.includes(name) || !(value >= 0 && value < Infinity)) {
      const wanted = can.length > 0 ? `${can.join(" or ")}, at a number from 0` : "none of this law's";
      throw new Error(`Cannot hold ${name} of ${law.name} at ${value}: wanted ${wanted}.`);
    }
  }
  return {
    ...law,
    problem: (data) =>
      entries.reduce(
        (problem, [name, value]) => holdParameter(problem, law.parameters.indexOf(name), value),
        law.problem(data),
      ),
  };
}

/** The problem with one inner parameter held at a value. */
function holdParameter(problem: ResidualProblem, index: number, value: number): ResidualProblem {
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
