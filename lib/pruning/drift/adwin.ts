import type { DriftDetector } from "./detector.ts";

/** How sure a change must be. */
export interface AdwinOptions {
  /** delta: bound on the probability of a false alarm at one step. Default 0.002, as in MOA. */
  readonly delta?: number;
  /** Width of the interval that the values lie in; the bound's second term grows with it. Default 1. */
  readonly range?: number;
  /** M: buckets of a size before two are merged. Default 5, as in the paper. More: finer cuts. */
  readonly buckets?: number;
  /** Fewest values on either side of a cut. Default 5. */
  readonly least?: number;
}

/** Consecutive values, summed. */
interface Bucket {
  readonly count: number;
  readonly sum: number;
  /** Sum of squared deviations from the bucket's own mean. */
  readonly squares: number;
}

/** The window, oldest bucket first. */
export type AdwinState = readonly Bucket[];

/**
 * ADWIN, the adaptive window (Bifet and Gavalda 2007, "Learning from Time-Changing Data with Adaptive Windowing"): keeps the longest
 * window of newest values that has no two parts with means that differ, and reports when it had to cut off an older part. Parts of n0
 * and n1 values differ when
 *
 * ```text
 * |mean0 - mean1| > sqrt(2/m var(W) ln(2/delta')) + 2/(3m) ln(2/delta'),   1/m = 1/n0 + 1/n1,   delta' = delta / ln n
 * ```
 *
 * (equation 3.1). Values are held in buckets of 1, 2, 4, ... (ADWIN2, section 3.2), at most M of a size, so memory is `O(M ln n)`; cuts
 * are tried between buckets.
 *
 * @throws {RangeError} for a delta outside (0, 1), or a range, number of buckets or least count that is not positive
 */
export function adwin(options: AdwinOptions = {}): DriftDetector<AdwinState> {
  const { delta = 0.002, range = 1, buckets = 5, least = 5 } = options;
  if (!(delta > 0 && delta < 1 && range > 0 && buckets >= 1 && least >= 1)) {
    throw new RangeError(
      `Cannot watch with delta ${delta}, range ${range}, ${buckets} buckets and at least ${least} values: ` +
        `wanted delta between 0 and 1 and the others positive.`,
    );
  }
  return {
    name: "ADWIN",
    init: () => [],
    update(state, value) {
      let window = compressed([...state, { count: 1, sum: value / range, squares: 0 }], buckets);
      let change: "up" | "down" | null = null;
      for (let cut = differingCut(window, delta, least); cut !== null; cut = differingCut(window, delta, least)) {
        change = cut;
        window = window.slice(1);
      }
      return { state: window, change };
    },
  };
}

/** Merges the two oldest buckets of a size while there are more than M of it. */
function compressed(window: readonly Bucket[], most: number): Bucket[] {
  const merged = [...window];
  for (let count = 1;; count *= 2) {
    const first = merged.findIndex((bucket) => bucket.count === count);
    if (first < 0) return merged;
    const same = merged.filter((bucket) => bucket.count === count).length;
    if (same <= most) return merged;
    merged.splice(first, 2, joined(merged[first], merged[first + 1]));
  }
}

/** Two buckets as one (Chan, Golub and LeVeque 1983). */
function joined(a: Bucket, b: Bucket): Bucket {
  const count = a.count + b.count;
  const apart = a.count === 0 || b.count === 0 ? 0 : a.sum / a.count - b.sum / b.count;
  return { count, sum: a.sum + b.sum, squares: a.squares + b.squares + apart ** 2 * a.count * b.count / count };
}

/** Where the newer part lies at the oldest cut with means that differ; null without one. */
function differingCut(window: readonly Bucket[], delta: number, least: number): "up" | "down" | null {
  const empty: Bucket = { count: 0, sum: 0, squares: 0 };
  const all = window.reduce(joined, empty);
  const variance = all.squares / all.count;
  const confidence = Math.log(2 * Math.log(all.count) / delta);
  let [n0, sum0] = [0, 0];
  for (const { count, sum } of window) {
    n0 += count;
    sum0 += sum;
    const n1 = all.count - n0;
    if (n1 < least) return null;
    if (n0 < least) continue;
    const m = 1 / (1 / n0 + 1 / n1);
    const bound = Math.sqrt(2 / m * variance * confidence) + 2 / (3 * m) * confidence;
    const rise = (all.sum - sum0) / n1 - sum0 / n0;
    if (Math.abs(rise) > bound) return rise > 0 ? "up" : "down";
  }
  return null;
}
