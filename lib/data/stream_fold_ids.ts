import type { Batch, Stream } from "./batch.ts";
import { idFolder } from "./fold_hash.ts";
import type { Schema } from "./schema.ts";

/**
 * A stream whose ids are hashed to smaller tables, as `rowMapper` of `recscale/training` does for a model with such
 * tables: the same id falls on the same row, and a model of these tables trains alike on either stream.
 *
 * @param rows rows of each field's table; one number is for every field. A field that already has no more keeps its ids.
 * @throws {RangeError} for a number of rows that is no positive integer, or a list that is not one number a field
 *
 * @example
 * ```ts
 * import { foldIds, openDataset } from "recscale/data";
 * import assert from "node:assert/strict";
 *
 * const { train } = await openDataset({ kind: "synthetic", preset: "PAIR", examples: 100 });
 * const folded = foldIds(train, 50);
 * assert.ok(folded.schema.fields.every(({ cardinality }) => cardinality <= 50));
 * for await (const { ids } of folded.read({ batchSize: 100 })) assert.ok(ids.every((id) => id < 50));
 * ```
 */
export function foldIds(stream: Stream, rows: number | readonly number[]): Stream {
  const { name, fields } = stream.schema;
  const tables = typeof rows === "number" ? fields.map(() => rows) : rows;
  if (tables.length !== fields.length) {
    throw new RangeError(
      `Cannot fold the ids of ${name}: got ${tables.length} tables for its ${fields.length} fields.`,
    );
  }
  const wrong = tables.findIndex((count) => !(Number.isInteger(count) && count >= 1));
  if (wrong >= 0) {
    throw new RangeError(
      `Cannot fold the ids of field "${fields[wrong].name}" of ${name} to ${tables[wrong]} rows: ` +
        `wanted a whole number from 1.`,
    );
  }
  const fold = idFolder(stream.schema, tables);
  const schema: Schema = {
    ...stream.schema,
    fields: fields.map((field, f) => ({ ...field, cardinality: Math.min(field.cardinality, tables[f]) })),
  };
  return {
    schema,
    examples: stream.examples,
    read: (options) => foldBatches(stream.read(options), fold),
  };
}

async function* foldBatches(
  batches: AsyncIterable<Batch>,
  fold: (ids: Int32Array<ArrayBuffer>) => Int32Array<ArrayBuffer>,
): AsyncGenerator<Batch> {
  for await (const batch of batches) yield { ...batch, ids: fold(batch.ids) };
}
