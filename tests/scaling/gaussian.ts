import { hash, uniform } from "../../lib/data/counter_hash.ts";

/** A standard normal number (Box and Muller), the same for the same keys. */
export function gaussian(...keys: readonly number[]): number {
  const state = hash(...keys);
  return Math.sqrt(-2 * Math.log(uniform(state, 1))) * Math.cos(2 * Math.PI * uniform(state, 2));
}
