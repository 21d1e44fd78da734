/** NE reached with some of a resource. */
export interface ResourcePoint {
  /** Examples, parameters or FLOPs, > 0. */
  readonly resource: number;
  readonly ne: number;
}

/**
 * The least of a resource with which a level of NE was reached: where the lower envelope of the points crosses it,
 * interpolated between neighbours in the logarithm of the resource.
 *
 * @returns null when no point reaches the level; the smallest resource when even that one does
 *
 * @example
 * ```ts
 * import { resourceNeeded } from "recscale/experiments";
 * import assert from "node:assert/strict";
 *
 * const points = [{ resource: 100, ne: 0.9 }, { resource: 400, ne: 0.8 }, { resource: 200, ne: 0.95 }];
 * assert.ok(Math.abs(resourceNeeded(points, 0.85)! - 200) < 1e-9); // half way from 100 to 400, as 200 lies on no envelope
 * assert.equal(resourceNeeded(points, 0.7), null);
 * ```
 */
export function resourceNeeded(points: readonly ResourcePoint[], ne: number): number | null {
  let before: ResourcePoint | null = null;
  for (const point of points.toSorted((a, b) => a.resource - b.resource || a.ne - b.ne)) {
    if (before !== null && point.ne >= before.ne) continue; // above the envelope
    if (point.ne <= ne) {
      if (before === null) return point.resource;
      const share = (before.ne - ne) / (before.ne - point.ne);
      return before.resource * (point.resource / before.resource) ** share;
    }
    before = point;
  }
  return null;
}
