import { extendHash, hash } from "./counter_hash.ts";
import type { Schema } from "./schema.ts";

/**
 * What becomes of ids for which a table has no row of their own.
 *
 * - `"hash"` (default): all ids of the field share the rows by hashing, the usual trick
 * - `"lastRow"`: ids below `rows - 1` keep rows of their own and all others share the last, as with a vocabulary of the
 *   most frequent ids and one row for the rest. Ids must be in order of popularity, as those of synthetic streams are.
 */
export type Overflow = "hash" | "lastRow";

/** Keeps this hash apart from all others of the project. */
const FOLDING = 77;

/**
 * Maps ids to rows of smaller tables. By the usual hashing trick, in a field whose table has fewer rows than ids, id x goes
 * to row `H(77, field, x) mod rows`, with the hash H of {@link hash}; {@link Overflow} names the alternative. Other fields
 * keep their ids.
 *
 * @param rows rows of each field's table
 * @throws {RangeError} from the function, for an id that a folded field cannot have
 * @returns a function from ids `[B, F]` to rows `[B, F]`; it returns its argument when no field is folded
 */
export function idFolder(
  schema: Schema,
  rows: readonly number[],
  overflow: Overflow = "hash",
): (ids: Int32Array<ArrayBuffer>) => Int32Array<ArrayBuffer> {
  const fields = rows.length;
  const folded = schema.fields.map((field, f) => rows[f] < field.cardinality);
  if (!folded.includes(true)) return (ids) => ids;
  const seeds = folded.map((_, f) => hash(FOLDING, f));
  const rowOf = overflow === "hash"
    ? (id: number, f: number) => (extendHash(seeds[f], id) >>> 0) % rows[f]
    : (id: number, f: number) => Math.min(id, rows[f] - 1);
  return (ids) => {
    const result = new Int32Array(ids.length);
    for (let i = 0, f = 0; i < ids.length; i++) {
      if (folded[f] && (ids[i] < 0 || ids[i] >= schema.fields[f].cardinality)) {
        throw new RangeError(
          `Cannot look up id ${ids[i]} of field "${schema.fields[f].name}" (example ${Math.floor(i / fields)} of the ` +
            `batch): wanted 0 to ${schema.fields[f].cardinality - 1}.`,
        );
      }
      result[i] = folded[f] ? rowOf(ids[i], f) : ids[i];
      if (++f === fields) f = 0;
    }
    return result;
  };
}
