/**
 * The cells of a grid to search from: local minima first, the lowest of them first; then the lowest that are not next to one that
 * is chosen already.
 *
 * @param objectives of all cells, the last axis running fastest
 * @param shape cells along each axis
 * @returns positions in `objectives`, at most `count`
 */
export function pickCells(objectives: Float64Array, shape: readonly number[], count: number): number[] {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));
  const place = (cell: number, axis: number) => Math.floor(cell / strides[axis]) % shape[axis];
  const isLowest = (cell: number): boolean => {
    for (let axis = 0; axis < shape.length; axis++) {
      const at = place(cell, axis), stride = strides[axis];
      if (at > 0 && objectives[cell - stride] < objectives[cell]) return false;
      if (at < shape[axis] - 1 && objectives[cell + stride] < objectives[cell]) return false;
    }
    return true;
  };
  const isNextTo = (cell: number, other: number): boolean => {
    for (let axis = 0; axis < shape.length; axis++) {
      if (Math.abs(place(cell, axis) - place(other, axis)) > 1) return false;
    }
    return true;
  };
  const sorted = Uint32Array.from(objectives.keys()).sort((a, b) => objectives[a] - objectives[b]);
  const chosen: number[] = [];
  for (const cell of sorted) {
    if (chosen.length === count || !(objectives[cell] < Infinity)) break;
    if (isLowest(cell)) chosen.push(cell);
  }
  for (const cell of sorted) {
    if (chosen.length === count || !(objectives[cell] < Infinity)) break;
    if (!chosen.some((other) => isNextTo(cell, other))) chosen.push(cell);
  }
  return chosen;
}
