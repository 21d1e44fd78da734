import type * as tf from "@tensorflow/tfjs";
import type { Batch } from "../data/batch.ts";
import type { Schema } from "../data/schema.ts";
import type { EmbeddingIds, EmbeddingTable } from "../engine/embedding_table.ts";
import type { Engine, HostTensor, Variable } from "../engine/engine.ts";
import { sigmoidCrossEntropy } from "../engine/ops/sigmoid_cross_entropy.ts";
import type { Model, RunBlock } from "../models/block.ts";

/** A model in the state in which a batch gave no finite loss. */
export interface FailedStep {
  readonly engine: Engine;
  readonly model: Model;
  readonly schema: Schema;
  /** In the order of the forward pass. */
  readonly parameters: readonly Variable[];
  readonly table: EmbeddingTable;
  /** Makes the forward pass over the parameters; null where it cannot be made again, as by one of several workers. */
  readonly runner: (() => RunBlock) | null;
  readonly batch: Batch;
  readonly ids: EmbeddingIds;
}

/**
 * Finds the first tensor of a step that is not finite, in the order in which one makes the next so: the columns and
 * labels of the batch, the parameters (from the loss back, as gradients go), the embeddings of the batch, then the
 * output of each block as the forward pass is made again.
 *
 * @returns a description such as `the output of block "bottom", 3 of 512 values, the first in example 7: Infinity`, or
 * null when all are finite
 */
export async function findNotFinite(step: FailedStep): Promise<string | null> {
  const { schema, batch, table } = step;
  const column = (i: number) => `numeric column "${schema.dense[i % schema.dense.length]}"`;
  const input = found(batch.dense, batch.size, column) ?? found(batch.labels, batch.size, () => "the labels");
  if (input) return input;
  for (const parameter of [...step.parameters].reverse()) {
    const bad = found(await parameter.read(), null, () => `parameter "${parameter.name}"`);
    if (bad) return bad;
  }
  const fields = schema.fields.length;
  for (const [name, values] of Object.entries(await forward(step))) {
    const examples = name === EMBEDDINGS ? step.ids.examples : batch.size; // one of several workers has fewer of its own
    const bad = found(values, examples, (i) => {
      if (name !== EMBEDDINGS) return name;
      return `the embedding of field "${schema.fields[Math.floor(i / table.dim) % fields].name}"`;
    });
    if (bad) return bad;
  }
  return null;
}

/** What is not finite among the values of a tensor; `examples` is its first dimension where that counts examples. */
function found(values: Float32Array, examples: number | null, name: (index: number) => string): string | null {
  const first = values.findIndex((value) => !Number.isFinite(value));
  if (first < 0) return null;
  const count = values.reduce((sum, value) => sum + (Number.isFinite(value) ? 0 : 1), 0);
  const at = examples === null || values.length % examples !== 0
    ? `at position ${first}`
    : `in example ${Math.floor(first / (values.length / examples))}`;
  return `${name(first)}, ${count} of ${values.length} values, the first ${at}: ${values[first]}`;
}

const EMBEDDINGS = "embeddings";
type Inputs = { ids: EmbeddingIds; dense: HostTensor; labels: HostTensor };

/** The embeddings, the output of every block, and the loss, in this order. */
async function forward({ engine, model, schema, table, runner, batch, ids }: FailedStep) {
  const step = engine.compileStep<Inputs>(({ ids, dense, labels }) => {
    const results: Record<string, tf.Tensor> = { [EMBEDDINGS]: table.lookup(ids) };
    if (runner === null) return results;
    const run = runner();
    const logits = model.logits((block, ...inputs) => {
      const name = `the output of block "${block.name}"`;
      return results[results[name] ? `${name}, run again` : name] = run(block, ...inputs);
    }, { embeddings: results[EMBEDDINGS], dense });
    results["the logits"] = logits;
    results["the loss"] = sigmoidCrossEntropy(logits, labels);
    return results;
  }, { name: `look for what is not finite in ${model.name}` });
  try {
    return await step.run({
      ids,
      dense: { data: batch.dense, shape: [batch.size, schema.dense.length] },
      labels: { data: batch.labels, shape: [batch.size] },
    });
  } finally {
    step.dispose();
  }
}
