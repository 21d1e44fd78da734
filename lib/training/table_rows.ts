import { idFolder, type Overflow } from "../data/fold_hash.ts";
import type { Schema } from "../data/schema.ts";

/**
 * Maps the ids of a stream to rows of a model's tables. A field whose table has fewer rows than ids shares rows by the
 * hash of `foldIds` in `recscale/data`, or as `overflow` says. Other fields keep their ids.
 *
 * @throws {RangeError} from the function, for an id that the field cannot have; unfolded ids are checked by their table
 * @returns a function from ids `[B, F]` to rows `[B, F]`; it returns its argument when no field is folded
 */
export function rowMapper(
  schema: Schema,
  fieldRows: readonly number[],
  overflow?: Overflow,
): (ids: Int32Array<ArrayBuffer>) => Int32Array<ArrayBuffer> {
  return idFolder(schema, fieldRows, overflow);
}
