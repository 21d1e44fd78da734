/** The forward passes of the models in plain JavaScript, from the arrays of a trainer's state: what logits must equal. */
import type { Batch } from "../../lib/data/batch.ts";
import type { Schema } from "../../lib/data/schema.ts";
import type { ModelConfig } from "../../lib/models/mod.ts";
import { dot, plainDots, plainLayer, plainMlp, softmax } from "./dhen_float64.ts";

type Arrays = Readonly<Record<string, Float32Array>>;

/** The architectures that are written out here. */
export type PlainConfig = Extract<
  ModelConfig,
  { kind: "dlrm" | "mlp" | "logisticRegression" | "advancedDlrm" | "mixtureOfExperts" | "dhen" }
>;

/** Logits of a batch, example by example. */
export function plainLogits(config: PlainConfig, arrays: Arrays, batch: Batch, schema: Schema): number[] {
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
    const overarch = (input: readonly number[]) => plainMlp(arrays, "overarch", input, "linear")[0];
    if (config.kind === "mlp") return overarch([...rows.flat(), ...dense]);
    const z = columns > 0 ? plainMlp(arrays, "bottom", dense, config.kind === "dlrm" ? "relu" : "linear") : [];
    const x0 = columns > 0 ? [z, ...rows] : rows;
    if (config.kind === "dlrm") return overarch([...z, ...plainDots(x0)]);
    const features = (x: readonly (readonly number[])[]) => [...plainDots(x), ...x.flat(), ...z];
    if (config.kind === "advancedDlrm") return overarch(features(x0));
    if (config.kind === "mixtureOfExperts") {
      const gate = softmax(plainMlp(arrays, "gate", features(x0), "linear"));
      return dot(gate, gate.map((_, k) => plainMlp(arrays, `expert${k}`, features(x0), "linear")[0]));
    }
    const layers = config.layers.flatMap((layer) => Array.from({ length: layer.repeat }, () => layer));
    const xN = layers.reduce((x, layer, n) => plainLayer(layer, arrays, `layer${n}`, x, dense), x0);
    return overarch(config.head === "flat" ? xN.flat() : features(xN));
  });
}
