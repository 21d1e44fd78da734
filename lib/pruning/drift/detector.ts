/** What a detector says after a value. */
export interface Detected<State> {
  readonly state: State;
  /** Whether the mean of the values has changed, and where to. Null: it has not, as far as one can tell. */
  readonly change: "up" | "down" | null;
}

/** Watches a sequence of numbers for a change of its mean: a pair of functions over plain state. */
export interface DriftDetector<State = unknown> {
  readonly name: string;
  init(): State;
  update(state: State, value: number): Detected<State>;
}

/**
 * The first places, from 0, at which a detector speaks, beginning anew after each.
 *
 * @example
 * ```ts
 * import { detections, pageHinkley } from "recscale/pruning";
 * import assert from "node:assert/strict";
 *
 * const values = Array.from({ length: 40 }, (_, t) => t < 20 ? 0 : 1);
 * assert.deepEqual(detections(pageHinkley({ tolerance: 0.1, threshold: 2 }), values), [{ at: 22, change: "up" }]);
 * ```
 */
export function detections<State>(
  detector: DriftDetector<State>,
  values: Iterable<number>,
): { readonly at: number; readonly change: "up" | "down" }[] {
  const found: { at: number; change: "up" | "down" }[] = [];
  let state = detector.init(), at = 0;
  for (const value of values) {
    const detected = detector.update(state, value);
    if (detected.change) found.push({ at, change: detected.change });
    state = detected.change ? detector.init() : detected.state;
    at++;
  }
  return found;
}
