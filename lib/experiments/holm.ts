/**
 * Holm's correction (1979) for several claims tested at once: adjusted p values, in the order given. Rejecting where the
 * adjusted value is below 0.05 keeps the chance of any false rejection below 0.05, whatever the claims have in common.
 *
 * With `p_(1) <= ... <= p_(m)` the adjusted value of the k-th is `max over j <= k of min(1, (m - j + 1) p_(j))`.
 *
 * @throws {Error} for a value outside [0, 1]
 *
 * @example
 * ```ts
 * import { holm } from "recscale/experiments";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(holm([0.01, 0.04, 0.03]), [0.03, 0.06, 0.06]);
 * ```
 */
export function holm(pValues: readonly number[]): number[] {
  const wrong = pValues.find((p) => !(p >= 0 && p <= 1));
  if (wrong !== undefined) throw new Error(`Cannot correct the p value ${wrong}: wanted numbers from 0 to 1.`);
  const order = pValues.map((_, i) => i).sort((i, j) => pValues[i] - pValues[j]);
  const adjusted = new Array<number>(pValues.length);
  let largest = 0;
  order.forEach((i, rank) => {
    largest = Math.max(largest, Math.min(1, (pValues.length - rank) * pValues[i]));
    adjusted[i] = largest;
  });
  return adjusted;
}
