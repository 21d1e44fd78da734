import { bestWithHeld } from "./hold_parameter.ts";
import type { Profile } from "./fit.ts";
import type { LogData, SearchableLaw } from "./laws/log_data.ts";

/** Values on each side of the estimate. */
const SIDE = 20;
/** How far a profile reaches, in standard errors. */
const REACH = 4;
/** How far it reaches where the standard error says nothing: a factor for exponents. */
const FACTOR = 10;

/**
 * The objective along one parameter, the others at their best for each of its values: where it is flat, the data do not determine the
 * parameter, whatever its standard error says.
 *
 * @param index position of the floor or of an exponent, which are the same in inner parameters
 * @param inner the optimum
 */
export function profileOf(
  law: SearchableLaw,
  data: LogData,
  inner: Float64Array,
  objective: number,
  index: number,
  standardError: number,
): Profile {
  const parameter = law.parameters[index], estimate = inner[index];
  const lowest = Math.exp(data.logL.reduce((least, value) => Math.min(least, value), Infinity));
  const isFloor = parameter === law.floor;
  const known = standardError > 0 && standardError < Infinity;
  const { lower, upper } = law.problem(data);
  // a floor can hardly lie above the lowest loss; the estimate may, by the noise
  const highest = isFloor ? Math.max(estimate, 0.9999 * lowest) : upper[index];
  const reach = known ? REACH * standardError : Infinity;
  const low = Math.max(
    lower[index],
    isFloor ? 0 : -Infinity,
    known ? estimate - reach : isFloor ? 0 : estimate / FACTOR,
  );
  const high = Math.min(highest, known ? estimate + reach : isFloor ? highest : estimate * FACTOR);
  const side = (end: number): { value: number; objective: number }[] => {
    if (!Number.isFinite(end) || Math.abs(end - estimate) <= 1e-14 * Math.abs(estimate)) return [];
    let from = inner;
    return Array.from({ length: SIDE }, (_, k) => {
      const value = estimate + (end - estimate) * (k + 1) / SIDE;
      const found = bestWithHeld(law, data, from, index, value);
      if (found.objective < Infinity) from = found.theta;
      return { value, objective: found.objective };
    });
  };
  const points = [...side(low).reverse(), { value: estimate, objective }, ...side(high)];
  return {
    parameter,
    values: points.map(({ value }) => value),
    objectives: points.map((point) => point.objective),
  };
}
