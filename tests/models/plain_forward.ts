/** The forward passes of the models in plain JavaScript, from the arrays of a trainer's state: what logits must equal. */
import type { Batch } from "../../lib/data/batch.ts";
import type { Schema } from "../../lib/data/schema.ts";
import type { ModelConfig } from "../../lib/models/mod.ts";

type Arrays = Readonly<Record<string, Float32Array>>;

const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, x, i) => sum + x * b[i], 0);

function layers(arrays: Arrays, name: string, input: readonly number[], lastRelu: boolean): number[] {
  const count = Object.keys(arrays).filter((key) => new RegExp(`^${name}/\\d+/bias$`).test(key)).length;
  let x = [...input];
  for (let k = 0; k < count; k++) {
    const w = arrays[`${name}/${k}/weights`], b = arrays[`${name}/${k}/bias`];
    const y = Array.from(b, (bias, j) => x.reduce((sum, v, i) => sum + v * w[i * b.length + j], bias));
    x = k < count - 1 || lastRelu ? y.map((v) => Math.max(0, v)) : y;
  }
  return x;
}

/** Logits of a batch, example by example. */
export function plainLogits(config: ModelConfig, arrays: Arrays, batch: Batch, schema: Schema): number[] {
  const fields = schema.fields.length, columns = schema.dense.length;
  const dim = config.kind === "logisticRegression" ? 1 : config.dim;
  const table = arrays["embeddings/weights"];
  return Array.from({ length: batch.size }, (_, b) => {
    let firstRow = 0;
    const rows = schema.fields.map(({ cardinality }, f) => {
      const at = (firstRow + batch.ids[b * fields + f]) * dim;
      firstRow += cardinality;
      return [...table.slice(at, at + dim)];
    });
    const dense = [...batch.dense.slice(b * columns, (b + 1) * columns)];
    if (config.kind === "logisticRegression") {
      const weights = columns > 0 ? [...arrays["head/weights"]] : [];
      return rows.flat().reduce((sum, w) => sum + w, 0) + dot(dense, weights) + arrays["head/bias"][0];
    }
    if (config.kind === "mlp") return layers(arrays, "overarch", [...rows.flat(), ...dense], false)[0];
    const z = columns > 0 ? layers(arrays, "bottom", dense, true) : null;
    const x = z ? [z, ...rows] : rows;
    const dots = x.flatMap((xi, i) => x.slice(0, i).map((xj) => dot(xi, xj)));
    return layers(arrays, "overarch", [...z ?? [], ...dots], false)[0];
  });
}
