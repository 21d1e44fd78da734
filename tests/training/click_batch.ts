import type { Batch } from "../../lib/data/batch.ts";
import type { Schema } from "../../lib/data/schema.ts";
import { hash, normal, uniform } from "../../lib/data/counter_hash.ts";

/** A small schema for tests: three fields, two numeric columns. */
export const schema: Schema = {
  name: "test clicks",
  fields: [{ name: "a", cardinality: 7 }, { name: "b", cardinality: 11 }, { name: "c", cardinality: 5 }],
  dense: ["x", "y"],
  time: "fileOrder",
};

/** A batch whose labels depend on its ids and columns; the same for the same arguments. */
export function clickBatch(size: number, seed: number, of: Schema = schema): Batch {
  const fields = of.fields.length, columns = of.dense.length;
  const ids = new Int32Array(size * fields);
  const dense = new Float32Array(size * columns);
  const labels = new Float32Array(size);
  for (let b = 0; b < size; b++) {
    let score = -1;
    for (let f = 0; f < fields; f++) {
      const id = hash(seed, 1, b, f) % of.fields[f].cardinality;
      ids[b * fields + f] = id;
      score += normal(99, f, id);
    }
    for (let j = 0; j < columns; j++) {
      const x = normal(seed, 2, b, j);
      dense[b * columns + j] = x;
      score += (j === 0 ? 1 : -0.5) * x;
    }
    labels[b] = uniform(seed, 3, b) < 1 / (1 + Math.exp(-score)) ? 1 : 0;
  }
  return { size, ids, dense, labels, times: Float64Array.from({ length: size }, (_, b) => b) };
}
