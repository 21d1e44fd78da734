/** Powers of ten that a double holds exactly. */
const POWERS_OF_TEN = Array.from({ length: 23 }, (_, i) => Number(`1e${i}`));

/** Any whole number of at most so many digits is a double. */
const EXACT_DIGITS = 15;

const decoder = new TextDecoder();
const DECIMAL = /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/;

/**
 * The number that bytes spell in decimal: `-12`, `0.5`, `1e-3`. Nothing is copied in the usual case, which is a number of
 * at most 15 digits: digits and power of ten are doubles then, and one division rounds correctly (W. D. Clinger, 1990).
 *
 * @param bytes a text
 * @param from its first byte
 * @param to one past its last
 * @returns the nearest double; NaN for every other spelling (spaces, `+1`, `.5`, `inf`) and for what overflows
 *
 * @example
 * ```ts
 * import { plainNumber } from "recscale/data";
 * import assert from "node:assert/strict";
 *
 * assert.equal(plainNumber(new TextEncoder().encode("x=-2.50"), 2, 7), -2.5);
 * ```
 */
export function plainNumber(bytes: Uint8Array, from: number, to: number): number {
  const negative = bytes[from] === 0x2d;
  const first = negative ? from + 1 : from;
  let value = 0;
  let digits = 0;
  let point = -1;
  for (let p = first; p < to; p++) {
    const digit = bytes[p] - 0x30;
    if (digit >= 0 && digit <= 9) {
      value = value * 10 + digit;
      digits++;
    } else if (bytes[p] === 0x2e && point < 0 && p > first && p + 1 < to) {
      point = p;
    } else {
      return spelledOut(bytes, from, to);
    }
  }
  if (digits === 0 || digits > EXACT_DIGITS) return spelledOut(bytes, from, to);
  if (point >= 0) value /= POWERS_OF_TEN[to - 1 - point];
  return negative ? -value : value;
}

function spelledOut(bytes: Uint8Array, from: number, to: number): number {
  const text = decoder.decode(bytes.subarray(from, to));
  const value = DECIMAL.test(text) ? Number(text) : NaN;
  return Number.isFinite(value) ? value : NaN;
}
