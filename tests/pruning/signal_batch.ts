import type { Batch } from "../../lib/data/batch.ts";
import { normal, uniform } from "../../lib/data/counter_hash.ts";
import type { Schema } from "../../lib/data/schema.ts";

/** A schema whose numeric columns 0 and 1 decide clicks, while 2 to 9 are noise and the one field says nothing. */
export const signalSchema: Schema = {
  name: "signal and noise",
  fields: [{ name: "a", cardinality: 3 }],
  dense: Array.from({ length: 10 }, (_, j) => `x${j}`),
  time: "fileOrder",
};

/** A batch of it; `flip` exchanges the columns 0 and 1 with 2 and 3, which is concept drift. */
export function signalBatch(size: number, seed: number, flip = false): Batch {
  const dense = new Float32Array(size * 10), labels = new Float32Array(size);
  const from = flip ? 2 : 0;
  for (let b = 0; b < size; b++) {
    for (let j = 0; j < 10; j++) dense[b * 10 + j] = normal(seed, 1, b, j);
    const score = 2 * dense[b * 10 + from] - 2 * dense[b * 10 + from + 1];
    labels[b] = uniform(seed, 2, b) < 1 / (1 + Math.exp(-score)) ? 1 : 0;
  }
  return {
    size,
    ids: new Int32Array(size),
    dense,
    labels,
    times: Float64Array.from({ length: size }, (_, b) => b),
  };
}
