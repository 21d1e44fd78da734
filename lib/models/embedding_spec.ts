import type { Schema } from "../data/schema.ts";
import type { EmbeddingSpec } from "./block.ts";

/**
 * Tables of width `dim` for the fields of a schema, none with more than `maxRows` rows, started with standard deviation
 * `0.3 / sqrt(dim)`, so that a dot product of two rows starts at about 0.1 whatever the width.
 *
 * @throws {Error} when the schema has no field: the models here look something up.
 */
export function embeddingSpec(schema: Schema, dim: number, maxRows = Infinity): EmbeddingSpec {
  if (schema.fields.length === 0) {
    throw new Error(
      `Cannot build a model with embeddings for ${schema.name}: it has no categorical field. ` +
        `Add one, or give a numeric column "buckets" in the data config.`,
    );
  }
  const fieldRows = schema.fields.map((field) => Math.min(field.cardinality, maxRows));
  return { fieldRows, dim, scale: 0.3 / Math.sqrt(dim) };
}
