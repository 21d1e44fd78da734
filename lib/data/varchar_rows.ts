import type { DuckDBVector } from "@duckdb/node-api";
import { mix } from "./counter_hash.ts";
import { FNV_PRIME, hashedRow, MISSING_ROW } from "./hash_text.ts";

/** DuckDB's `string_t`: 4 bytes of length, then the text itself where it has at most 12 bytes, else a pointer to it. */
const STRING_BYTES = 16, LENGTH_BYTES = 4, INLINE_BYTES = 12;

/**
 * Hashes texts of a VARCHAR vector that has no NULL to rows of a table; the empty text stands for a missing value.
 *
 * Short texts are hashed where they lie: to make a string of each takes several times as long as all else.
 *
 * @param from first text
 * @param count how many
 * @param salt the field's `fieldSalt`
 * @param rows of the field's table
 * @param ids where to: the k-th row goes to `at + k * stride`
 */
export function hashVarchars(
  vector: DuckDBVector,
  { from, count, salt, rows }: { from: number; count: number; salt: number; rows: number },
  ids: Int32Array,
  at: number,
  stride: number,
): void {
  const view = rawView(vector);
  for (let k = 0, out = at; k < count; k++, out += stride) {
    const start = (from + k) * STRING_BYTES;
    const length = view?.getUint32(start, true);
    if (length === undefined || length > INLINE_BYTES) {
      const text = vector.getItem(from + k) as string;
      ids[out] = hashedRow(salt, text === "" ? null : text, rows);
      continue;
    }
    let h = salt;
    const text = start + LENGTH_BYTES;
    for (let p = text; p < text + length; p++) h = Math.imul(h ^ view!.getUint8(p), FNV_PRIME);
    ids[out] = length === 0 ? MISSING_ROW : 1 + (mix(h) >>> 0) % (rows - 1);
  }
}

/** The memory of a vector of texts, which the package has but does not declare; without it, all goes through strings. */
function rawView(vector: DuckDBVector): DataView | undefined {
  const { dataView } = vector as unknown as { dataView?: unknown };
  return dataView instanceof DataView ? dataView : undefined;
}
