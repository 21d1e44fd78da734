import { mix } from "./counter_hash.ts";

/**
 * How the text of a categorical column becomes a row of its embedding table, the same on every machine and for ever:
 *
 * ```text
 * h = FNV-1a(32 bit) over the UTF-8 bytes of   field name, one byte 0, text
 *     (h = 0x811c9dc5;  for each byte:  h = (h ^ byte) * 0x01000193   mod 2^32)
 * row = 1 + (mix(h) mod (rows - 1))            mix: the bijection of counter_hash.ts, which spreads FNV's weak low bits
 * row = 0                                      where the value is missing
 * ```
 *
 * The field's name is the salt: equal texts of two fields fall on unrelated rows.
 */

/** The row of a missing value. No text ever gets it. */
export const MISSING_ROW = 0;

const FNV_OFFSET = 0x811c9dc5;
/** What the hash multiplies by at each byte. */
export const FNV_PRIME = 0x01000193;

/**
 * The state of the hash after a field's name and the 0 byte: what {@link hashText} goes on from.
 *
 * @returns a signed 32-bit integer
 */
export function fieldSalt(field: string): number {
  return Math.imul(fnv1a(FNV_OFFSET, field), FNV_PRIME);
}

/**
 * The 32-bit hash of a text of a field.
 *
 * @param salt the field's {@link fieldSalt}
 * @param text any text; its UTF-8 bytes are what is hashed
 * @returns an integer in `[0, 2^32)`
 *
 * @example
 * ```ts
 * import { fieldSalt, hashText } from "recscale/data";
 * import assert from "node:assert/strict";
 *
 * assert.equal(hashText(fieldSalt("job"), "technician"), 1755091838);
 * assert.notEqual(hashText(fieldSalt("job"), "unknown"), hashText(fieldSalt("contact"), "unknown"));
 * ```
 */
export function hashText(salt: number, text: string): number {
  return mix(fnv1a(salt, text)) >>> 0;
}

/**
 * The row of a text in its field's table.
 *
 * @param salt the field's {@link fieldSalt}
 * @param text the text, or null where the value is missing
 * @param rows rows of the table, at least 2
 * @returns 0 for a missing value, otherwise a row in `[1, rows)`
 */
export function hashedRow(salt: number, text: string | null, rows: number): number {
  return text === null ? MISSING_ROW : 1 + hashText(salt, text) % (rows - 1);
}

const encoder = new TextEncoder();

function fnv1a(state: number, text: string): number {
  let h = state;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0x7f) return fnv1aBytes(h, encoder.encode(text.slice(i)));
    h = Math.imul(h ^ code, FNV_PRIME);
  }
  return h;
}

function fnv1aBytes(state: number, bytes: Uint8Array): number {
  let h = state;
  for (const byte of bytes) h = Math.imul(h ^ byte, FNV_PRIME);
  return h;
}
