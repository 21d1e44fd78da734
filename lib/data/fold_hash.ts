import { extendHash, hash } from "./counter_hash.ts";
import type { Schema } from "./schema.ts";

/** Keeps this hash apart from all others of the project. */
const FOLDING = 77;

/**
 * Maps ids to rows of smaller tables, the usual hashing trick: in a field whose table has fewer rows than ids, id x goes
 * to row `H(77, field, x) mod rows`, with the hash H of {@link hash}. Other fields keep their ids.
 *
 * @param rows rows of each field's table
 * @throws {RangeError} from the function, for an id that a folded field cannot have
 * @returns a function from ids `[B, F]` to rows `[B, F]`; it returns its argument when no field is folded
 */
export function idFolder(
  schema: Schema,
  rows: readonly number[],
): (ids: Int32Array<ArrayBuffer>) => Int32Array<ArrayBuffer> {
  const fields = rows.length;
  const folded = schema.fields.map((field, f) => rows[f] < field.cardinality);
  if (!folded.includes(true)) return (ids) => ids;
  const seeds = folded.map((_, f) => hash(FOLDING, f));
  return (ids) => {
    const result = new Int32Array(ids.length);
    for (let i = 0, f = 0; i < ids.length; i++) {
      if (folded[f] && (ids[i] < 0 || ids[i] >= schema.fields[f].cardinality)) {
        throw new RangeError(
          `Cannot look up id ${ids[i]} of field "${schema.fields[f].name}" (example ${Math.floor(i / fields)} of the ` +
            `batch): wanted 0 to ${schema.fields[f].cardinality - 1}.`,
        );
      }
      result[i] = folded[f] ? (extendHash(seeds[f], ids[i]) >>> 0) % rows[f] : ids[i];
      if (++f === fields) f = 0;
    }
    return result;
  };
}
