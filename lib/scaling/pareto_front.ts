/**
 * Items that none other beats: no other costs at most as much and has a lower loss, ascending in cost. Of items of equal cost
 * and loss the first counts.
 *
 * @example
 * ```ts
 * import { paretoFront } from "recscale/scaling";
 * import assert from "node:assert/strict";
 *
 * const runs = [[1, 0.9], [2, 0.95], [3, 0.8], [3, 0.85]].map(([cost, loss]) => ({ cost, loss }));
 * assert.deepEqual(paretoFront(runs, ({ cost }) => cost, ({ loss }) => loss), [runs[0], runs[2]]);
 * ```
 */
export function paretoFront<T>(items: readonly T[], cost: (item: T) => number, loss: (item: T) => number): T[] {
  const sorted = items.toSorted((a, b) => cost(a) - cost(b) || loss(a) - loss(b));
  let lowest = Infinity;
  return sorted.filter((item) => {
    if (loss(item) >= lowest) return false;
    lowest = loss(item);
    return true;
  });
}

/** A learning curve of one model: its loss after some compute. */
export interface ComputeCurve<T> {
  readonly model: T;
  /** Ascending in flops. */
  readonly points: readonly { readonly flops: number; readonly loss: number }[];
}

/** Which model is best at one compute. */
export interface EnvelopePoint<T> {
  readonly flops: number;
  readonly loss: number;
  readonly model: T;
  /** The model is at the end of its curve, so that another might be better had it gone on. */
  readonly atEnd: boolean;
}

/**
 * The lower envelope of learning curves (Hoffmann et al. 2022, approach 1): at each of some levels of compute the model with the
 * lowest loss, its curve interpolated in logarithms. Levels that no curve covers are left out.
 *
 * @param levels of compute. Default: 100, evenly spaced in logarithms from the first to the last point of all curves
 *
 * @example
 * ```ts
 * import { computeEnvelope } from "recscale/scaling";
 * import assert from "node:assert/strict";
 *
 * const curves = [
 *   { model: "small", points: [{ flops: 1, loss: 0.9 }, { flops: 100, loss: 0.8 }] },
 *   { model: "large", points: [{ flops: 10, loss: 0.95 }, { flops: 1000, loss: 0.6 }] },
 * ];
 * assert.deepEqual(computeEnvelope(curves, [5, 99, 1000]).map(({ model }) => model), ["small", "large", "large"]);
 * ```
 */
export function computeEnvelope<T>(curves: readonly ComputeCurve<T>[], levels?: readonly number[]): EnvelopePoint<T>[] {
  const ends = curves.flatMap(({ points }) => points.map(({ flops }) => Math.log(flops)));
  const low = Math.min(...ends), high = Math.max(...ends);
  const wanted = levels ?? Array.from({ length: LEVELS }, (_, k) => Math.exp(low + (high - low) * k / (LEVELS - 1)));
  return wanted.flatMap((flops): EnvelopePoint<T>[] => {
    const at = curves.flatMap((curve) => {
      const loss = interpolated(curve, flops);
      return loss === null ? [] : [{ loss, curve }];
    });
    if (at.length === 0) return [];
    const { loss, curve } = at.reduce((best, each) => each.loss < best.loss ? each : best);
    const last = curve.points.at(-1)!.flops;
    return [{ flops, loss, model: curve.model, atEnd: flops >= last * (1 - 1e-12) }];
  });
}

const LEVELS = 100;

function interpolated<T>({ points }: ComputeCurve<T>, flops: number): number | null {
  const after = points.findIndex((point) => point.flops >= flops * (1 - 1e-12));
  if (after < 0) return null;
  const next = points[after];
  if (after === 0) return next.flops <= flops * (1 + 1e-12) ? next.loss : null;
  const before = points[after - 1];
  const share = Math.log(flops / before.flops) / Math.log(next.flops / before.flops);
  return before.loss * (next.loss / before.loss) ** Math.min(share, 1);
}
