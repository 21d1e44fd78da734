import type { Schema } from "../data/schema.ts";
import { extendHash, hash } from "../data/counter_hash.ts";

/** Keeps this hash apart from all others of the project. */
const FOLDING = 77;

/**
 * Maps the ids of a stream to rows of a model's tables. A field whose table has fewer rows than ids shares rows: id x
 * goes to row `hash(field, x) mod rows`, the usual hashing trick. Other fields keep their ids.
 *
 * @throws {RangeError} from the function, for an id that the field cannot have; unfolded ids are checked by their table
 * @returns a function from ids `[B, F]` to rows `[B, F]`; it returns its argument when no field is folded
 */
export function rowMapper(schema: Schema, fieldRows: readonly number[]): (ids: Int32Array) => Int32Array {
  const fields = fieldRows.length;
  const folded = schema.fields.map((field, f) => fieldRows[f] < field.cardinality);
  if (!folded.includes(true)) return (ids) => ids;
  const seeds = folded.map((_, f) => hash(FOLDING, f));
  return (ids) => {
    const rows = new Int32Array(ids.length);
    for (let i = 0, f = 0; i < ids.length; i++) {
      if (folded[f] && (ids[i] < 0 || ids[i] >= schema.fields[f].cardinality)) {
        throw new RangeError(
          `Cannot look up id ${ids[i]} of field "${schema.fields[f].name}" (example ${Math.floor(i / fields)} of the ` +
            `batch): wanted 0 to ${schema.fields[f].cardinality - 1}.`,
        );
      }
      rows[i] = folded[f] ? (extendHash(seeds[f], ids[i]) >>> 0) % fieldRows[f] : ids[i];
      if (++f === fields) f = 0;
    }
    return rows;
  };
}
