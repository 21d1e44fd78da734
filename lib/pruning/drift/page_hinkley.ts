import type { DriftDetector } from "./detector.ts";

/** When a rise counts. */
export interface PageHinkleyOptions {
  /** delta: rises of the mean by less than this are tolerated, in units of the values. */
  readonly tolerance: number;
  /** lambda: the total excess at which the alarm is given, in units of the values. Larger: fewer false alarms, later. */
  readonly threshold: number;
  /** Values before the first alarm, so that the mean is known. Default 1. */
  readonly least?: number;
}

/** The sums of the test. */
export interface PageHinkleyState {
  /** T */
  readonly count: number;
  /** The mean of `x_1 .. x_T`. */
  readonly mean: number;
  /** `m_T` */
  readonly excess: number;
  /** `M_T` */
  readonly lowest: number;
}

/**
 * The Page-Hinkley test for a rise of the mean:
 *
 * ```text
 * m_T = sum_{t <= T} (x_t - mean(x_1 .. x_t) - delta),   M_T = min_{t <= T} m_t,   alarm when m_T - M_T > lambda
 * ```
 *
 * (Page 1954, "Continuous Inspection Schemes"; in this form Gama et al. 2014, "A Survey on Concept Drift Adaptation", section
 * 3.2.2.) M starts at 0: the sum over no value counts among the m_t.
 *
 * @throws {RangeError} for a negative tolerance or a threshold that is not positive
 */
export function pageHinkley({ tolerance, threshold, least = 1 }: PageHinkleyOptions): DriftDetector<PageHinkleyState> {
  if (!(tolerance >= 0 && threshold > 0)) {
    throw new RangeError(
      `Cannot test with tolerance ${tolerance} and threshold ${threshold}: wanted at least 0, and above 0.`,
    );
  }
  return {
    name: "Page-Hinkley",
    init: () => ({ count: 0, mean: 0, excess: 0, lowest: 0 }),
    update(state, value) {
      const count = state.count + 1;
      const mean = state.mean + (value - state.mean) / count;
      const excess = state.excess + value - mean - tolerance;
      const lowest = Math.min(state.lowest, excess);
      const change = count >= least && excess - lowest > threshold ? "up" : null;
      return { state: { count, mean, excess, lowest }, change };
    },
  };
}
