import { mean } from "simple-statistics";
import { normalCdf, normalQuantile } from "./distributions.ts";

/** The percentile interval: quantiles of a statistic over bootstrap resamples. */
export function percentileEnds(drawn: ArrayLike<number>, confidence = 0.95): [number, number] {
  const sorted = Float64Array.from(drawn).sort();
  const ends = [(1 - confidence) / 2, (1 + confidence) / 2];
  return ends.map((p) => quantile(sorted, p)) as [number, number];
}

/** What BCa needs to know beside the resamples. */
export interface BcaOptions {
  /** The statistic of the values themselves. */
  readonly value: number;
  /** The statistic with each independent unit left out. */
  readonly jackknife: readonly number[];
  /** Default 0.95. */
  readonly confidence?: number;
}

/**
 * The bias-corrected and accelerated interval: the percentiles `Phi(z0 + (z0 + z) / (1 - a (z0 + z)))` of the resamples, with
 * the bias `z0` from the share of resamples below the statistic, and the acceleration `a` from the jackknife (Efron 1987,
 * equation 6.6).
 *
 * @throws {Error} where it has no meaning: all resamples give the same statistic, or all lie on one side of it, or it is infinite
 *   without one of the units
 */
export function bcaEnds(
  drawn: ArrayLike<number>,
  { value, jackknife, confidence = 0.95 }: BcaOptions,
): [number, number] {
  const sorted = Float64Array.from(drawn).sort();
  const average = mean([...sorted]);
  const deviation = Math.sqrt(sorted.reduce((sum, x) => sum + (x - average) ** 2, 0) / (sorted.length - 1));
  let below = 0; // resamples within rounding of the statistic count as equal to it: half below
  for (const x of sorted) below += Math.abs(x - value) <= 1e-9 * deviation ? 0.5 : x < value ? 1 : 0;
  const share = below / sorted.length;
  const centre = mean([...jackknife]);
  const squares = jackknife.reduce((sum, x) => sum + (centre - x) ** 2, 0);
  if (share === 0 || share === 1 || squares === 0) {
    throw new Error(
      `Cannot correct the bootstrap interval (BCa) of ${jackknife.length} values: the statistic hardly varies between ` +
        `resamples. Wanted values that differ, or the method "percentile".`,
    );
  }
  if (!Number.isFinite(squares)) {
    throw new Error(
      `Cannot correct the bootstrap interval (BCa) of ${jackknife.length} values: the statistic is infinite without one of ` +
        `them. Wanted the method "percentile".`,
    );
  }
  const acceleration = jackknife.reduce((sum, x) => sum + (centre - x) ** 3, 0) / (6 * squares ** 1.5);
  const z0 = normalQuantile(share);
  const ends = [(1 - confidence) / 2, (1 + confidence) / 2].map((tail) => {
    const z = z0 + normalQuantile(tail);
    return normalCdf(z0 + z / (1 - acceleration * z));
  });
  return ends.map((p) => quantile(sorted, p)) as [number, number];
}

/** Quantile of sorted values by linear interpolation (Hyndman and Fan 1996, type 7). Values may be infinite: a size never reached. */
function quantile(sorted: Float64Array, p: number): number {
  const at = p * (sorted.length - 1);
  const lower = Math.floor(at), upper = Math.min(lower + 1, sorted.length - 1);
  // infinity less infinity, and nothing times infinity, are no numbers
  if (at === lower || sorted[lower] === sorted[upper]) return sorted[lower];
  if (sorted[lower] === -Infinity) return -Infinity;
  return sorted[lower] + (at - lower) * (sorted[upper] - sorted[lower]);
}
