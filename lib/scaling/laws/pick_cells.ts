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
  const place = (cell: number) => shape.map((size, axis) => Math.floor(cell / strides[axis]) % size);
  const lowest = (cell: number) =>
    place(cell).every((at, axis) =>
      (at === 0 || objectives[cell - strides[axis]] >= objectives[cell]) &&
      (at === shape[axis] - 1 || objectives[cell + strides[axis]] >= objectives[cell])
    );
  const sorted = Array.from(objectives.keys()).filter((cell) => objectives[cell] < Infinity)
    .sort((a, b) => objectives[a] - objectives[b]);
  const chosen: number[] = sorted.filter(lowest).slice(0, count);
  for (const cell of sorted) {
    if (chosen.length >= count) break;
    const at = place(cell);
    const apart = chosen.every((other) => place(other).some((there, axis) => Math.abs(there - at[axis]) > 1));
    if (apart) chosen.push(cell);
  }
  return chosen;
}
