import { extendHash, normalFromHash, uniformFromHash } from "../counter_hash.ts";

/**
 * A stationary walk of unit variance that can be asked at any time: the great circle between hashed knots,
 *
 * ```text
 * W(t) = cos(th) z_k + sin(th) z_{k+1},   k + th / (pi/2) = t / spacing + phase
 * ```
 *
 * Neighbouring knots are independent, so the variance is 1 at every t, and W(t) and W(t + 2 spacing) are independent.
 * It stands in for an Ornstein-Uhlenbeck process, whose recursion has no random access.
 *
 * @param knots state of the hash chain; knot k is the normal number of its extension by k
 * @param phase in [0, 1), so that not all walks pass their knots at once
 */
export function walkAt(time: number, spacing: number, phase: number, knots: number): number {
  const x = time / spacing + phase;
  const k = Math.floor(x);
  const angle = (x - k) * (Math.PI / 2);
  return Math.cos(angle) * normalFromHash(extendHash(knots, k)) +
    Math.sin(angle) * normalFromHash(extendHash(knots, k + 1));
}

/**
 * How often the id in a slot has been replaced by time `time`: `floor(churn * time + u)`, with the slot's own u, so
 * that a fraction `churn` of the slots changes in every period.
 *
 * @param field state of the chain (seed, 30 + field)
 */
export function generationAt(time: number, churn: number, field: number, slot: number): number {
  return Math.floor(time * churn + uniformFromHash(extendHash(extendHash(field, slot), 7)));
}
