import type { ModelVector } from "./model_problem.ts";

/** Curvature up to that share of the values counts as rounding. */
const ROUNDING = 1e-9;

/**
 * Finds parameters in which a model is linear while the others are held, by second differences at two places: those are solved for
 * exactly instead of searched (variable projection, Golub and Pereyra 1973).
 *
 * @returns their positions, rising; none where the model cannot be evaluated around the start
 */
export function linearParameters(model: ModelVector, start: Float64Array, m: number): number[] {
  const n = start.length;
  const places = [start, start.map((value, j) => value === 0 ? 0 : value * (1 + 0.01 * (j + 1)))];
  const found: number[] = [];
  for (let j = 0; j < n; j++) {
    if ([...found, j].every((k) => places.every((place) => curvatureIsZero(model, place, j, k, m)))) found.push(j);
  }
  return found;
}

function curvatureIsZero(model: ModelVector, place: Float64Array, j: number, k: number, m: number): boolean {
  const shift = (p: number) => 0.37 * Math.abs(place[p]) || 0.37;
  const values = (steps: readonly number[]) => {
    const at = place.slice(), out = new Float64Array(m);
    for (const p of steps) at[p] += shift(p);
    model(at, out);
    return out;
  };
  const [both, first, second, none] = [values([j, k]), values([j]), values([k]), values([])];
  let difference = 0, size = 0;
  for (let i = 0; i < m; i++) {
    difference += Math.abs(both[i] - first[i] - second[i] + none[i]);
    size += Math.abs(both[i]) + Math.abs(first[i]) + Math.abs(second[i]) + Math.abs(none[i]);
  }
  return Number.isFinite(size) && size > 0 && difference <= ROUNDING * size;
}
