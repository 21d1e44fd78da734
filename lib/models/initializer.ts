import { extendHash, hash, normalFromHash } from "../data/counter_hash.ts";

/** How a parameter starts: normal with a standard deviation, or one constant. */
export type Initializer =
  | { readonly kind: "normal"; readonly deviation: number }
  | { readonly kind: "constant"; readonly value: number };

/** All zero. */
export const zeros: Initializer = { kind: "constant", value: 0 };

/** All one. */
export const ones: Initializer = { kind: "constant", value: 1 };

/**
 * Normal with variance `2 / (fanIn + fanOut)` (Glorot and Bengio 2010, equation 12), as in the open-source DLRM.
 */
export function glorotNormal(fanIn: number, fanOut: number): Initializer {
  return { kind: "normal", deviation: Math.sqrt(2 / (fanIn + fanOut)) };
}

/** The counter that keeps the draws of one parameter apart from those of all others: FNV-1a of its name. */
function counterOf(name: string): number {
  let h = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(name)) h = Math.imul(h ^ byte, 0x01000193);
  return h;
}

/**
 * Fills `out` with elements `from, from + 1, ...` of a parameter's initial values. Every value is a hash of (seed,
 * name, index): the same on every machine and backend, and for any part of a large table.
 *
 * @example
 * ```ts
 * import { fillInitial } from "recscale/models";
 * import assert from "node:assert/strict";
 *
 * const whole = new Float32Array(10), part = new Float32Array(4);
 * const initializer = { kind: "normal", deviation: 0.1 } as const;
 * fillInitial(whole, { initializer, seed: 1, name: "bottom/0/weights" });
 * fillInitial(part, { initializer, seed: 1, name: "bottom/0/weights", from: 6 });
 * assert.deepEqual([...part], [...whole.slice(6)]);
 * ```
 */
export function fillInitial(
  out: Float32Array,
  { initializer, seed, name, from = 0 }: { initializer: Initializer; seed: number; name: string; from?: number },
): void {
  if (initializer.kind === "constant") {
    out.fill(initializer.value);
    return;
  }
  const state = hash(seed, counterOf(name));
  for (let i = 0; i < out.length; i++) out[i] = initializer.deviation * normalFromHash(extendHash(state, from + i));
}
