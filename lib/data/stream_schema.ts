import type { Schema } from "./schema.ts";

/**
 * In what two schemas differ, one sentence part each, for example `field 2 is "job" with 12 rows, not "city" with 50`.
 * Names of whole schemas are labels and are not compared.
 *
 * @returns an empty list for equal schemas
 */
export function schemaDifferences(schema: Schema, wanted: Schema): string[] {
  return compare(schema, wanted, (rows, wantedRows) => rows === wantedRows);
}

/**
 * Checks that two streams have the same fields, dense columns and unit of time, in the same order.
 *
 * @param doing what it is needed for, as in "concatenate the streams": it begins the message
 * @throws {TypeError} naming every difference
 *
 * @example
 * ```ts
 * import { requireEqualSchemas, type Schema } from "recscale/data";
 * import assert from "node:assert/strict";
 *
 * const may: Schema = { name: "may", fields: [{ name: "job", cardinality: 12 }], dense: [], time: "seconds" };
 * const june: Schema = { ...may, name: "june", fields: [{ name: "job", cardinality: 13 }] };
 * assert.throws(() => requireEqualSchemas(june, may, "append june to may"), {
 *   message: 'Cannot append june to may: in the schema of june, field 0 is "job" with 13 rows, not "job" with 12 rows.',
 * });
 * ```
 */
export function requireEqualSchemas(schema: Schema, wanted: Schema, doing: string): void {
  refuse(doing, schema, schemaDifferences(schema, wanted));
}

/**
 * Checks that whatever was made for the schema `wanted` (a model, say) can take batches of `schema`: the same fields,
 * dense columns and unit of time in the same order, and no field with more rows than wanted. Fewer are no harm.
 *
 * @param doing what it is needed for, as in "score june with the model of may": it begins the message
 * @throws {TypeError} naming every difference
 */
export function requireReadableAs(schema: Schema, wanted: Schema, doing: string): void {
  refuse(doing, schema, compare(schema, wanted, (rows, wantedRows) => rows <= wantedRows));
}

function compare(schema: Schema, wanted: Schema, rowsMatch: (rows: number, wanted: number) => boolean): string[] {
  const differences: string[] = [];
  const [F, wantedF] = [schema.fields.length, wanted.fields.length];
  if (F !== wantedF) differences.push(`there are ${F} fields, not ${wantedF}`);
  for (let f = 0; f < Math.min(F, wantedF); f++) {
    const [field, other] = [schema.fields[f], wanted.fields[f]];
    if (field.name === other.name && rowsMatch(field.cardinality, other.cardinality)) continue;
    differences.push(
      `field ${f} is "${field.name}" with ${field.cardinality} rows, not "${other.name}" with ${other.cardinality} rows`,
    );
  }
  const [Nd, wantedNd] = [schema.dense.length, wanted.dense.length];
  if (Nd !== wantedNd) differences.push(`there are ${Nd} dense columns, not ${wantedNd}`);
  for (let d = 0; d < Math.min(Nd, wantedNd); d++) {
    if (schema.dense[d] === wanted.dense[d]) continue;
    differences.push(`dense column ${d} is "${schema.dense[d]}", not "${wanted.dense[d]}"`);
  }
  if (schema.time !== wanted.time) differences.push(`time is in ${schema.time}, not ${wanted.time}`);
  return differences;
}

function refuse(doing: string, { name }: Schema, differences: readonly string[]): void {
  if (differences.length === 0) return;
  throw new TypeError(`Cannot ${doing}: in the schema of ${name}, ${differences.join("; ")}.`);
}
