import * as tf from "@tensorflow/tfjs";
import type { Schema } from "../data/schema.ts";
import { type Block, type Model, type Parameters, parameterSpecs, type RunBlock } from "./block.ts";
import { blockRunner, type BlockRunnerOptions } from "./block_runner.ts";

/** What the forward pass keeps for the backward pass, in bytes per example. */
export interface ActivationBytes {
  /** By name of the block that keeps it; what two blocks keep counts for the first. */
  readonly blocks: Readonly<Record<string, number>>;
  /** Kept by what stands between the blocks. */
  readonly between: number;
  /** All of it, beside the looked-up rows and the numeric columns that went in. */
  readonly total: number;
}

/**
 * Measures the memory of activations: what the gradients of a model's forward pass keep. The number is no estimate: the
 * model runs, every buffer that an op saves is counted once, and two batches of different size tell what an example
 * costs. It depends on the backend, whose ops save what their gradients need. A recorded step may keep less: tfjs saves the
 * inputs of sums and concatenations for their shapes alone, which a record knows.
 *
 * @param recompute blocks that keep their inputs only and run again in the backward pass (see {@link blockRunner})
 *
 * @example
 * ```ts
 * import { openEngine } from "recscale/engine";
 * import { activationBytes, buildModel } from "recscale/models";
 * import assert from "node:assert/strict";
 *
 * await openEngine();
 * const schema = { name: "two", fields: [{ name: "a", cardinality: 10 }], dense: ["x"], time: "fileOrder" } as const;
 * const model = buildModel({
 *   kind: "dhen",
 *   dim: 4,
 *   bottom: [8],
 *   layers: [{ repeat: 4, modules: [{ kind: "advancedDlrm", hidden: [32] }] }],
 *   overarch: [16],
 * }, schema);
 * const kept = activationBytes(model, schema);
 * const again = activationBytes(model, schema, { recompute: (block) => block.name.startsWith("layer") });
 * assert.ok(again.blocks.layer1 < kept.blocks.layer1 / 4);
 * ```
 */
export function activationBytes(
  model: Model,
  schema: Schema,
  { recompute }: Pick<BlockRunnerOptions, "recompute"> = {},
): ActivationBytes {
  const [one, two] = [1, 2].map((batch) => keptBytes(model, schema.dense.length, batch, recompute));
  const blocks = Object.fromEntries(model.blocks.map(({ name }) => [name, two.blocks[name] - one.blocks[name]]));
  const between = two.between - one.between;
  return { blocks, between, total: Object.values(blocks).reduce((a, b) => a + b, between) };
}

/** What tfjs writes down of an op that is to be differentiated. */
interface TapeNode {
  readonly kernelName: string;
  readonly inputs: Readonly<Record<string, tf.Tensor>>;
  readonly outputs: readonly tf.Tensor[];
  readonly saved?: readonly tf.Tensor[];
}

/** Gives the numbers of its input another shape; TensorFlow's form has an id of its own for the same memory. */
const SAME_MEMORY = new Set(["Reshape", "ExpandDims"]);

function keptBytes(
  model: Model,
  columns: number,
  batch: number,
  recompute?: (block: Block) => boolean,
): { blocks: Record<string, number>; between: number } {
  const specs = parameterSpecs(model);
  const blocks: Record<string, number> = Object.fromEntries(model.blocks.map(({ name }) => [name, 0]));
  let between = 0;
  const tape = () => (tf.engine() as unknown as { state: { activeTape: readonly TapeNode[] } }).state.activeTape;
  tf.tidy(() => {
    const embeddings = tf.zeros([batch, model.embedding.fieldRows.length, model.embedding.dim]);
    const dense = tf.zeros([batch, columns]);
    const weights = specs.map(({ shape }) => tf.zeros([...shape]));
    const seen = new Set<object>([embeddings, dense, ...weights].map(({ dataId }) => dataId));
    const memoryOf = new Map<object, object>();
    let read = 0;
    /** Bytes that the ops since the last call save and no op before them did. */
    const savedSince = (): number => {
      let bytes = 0;
      for (const { kernelName, inputs, outputs, saved = [] } of tape().slice(read)) {
        if (SAME_MEMORY.has(kernelName)) {
          const [{ dataId }] = Object.values(inputs);
          memoryOf.set(outputs[0].dataId, memoryOf.get(dataId) ?? dataId);
        }
        for (const tensor of saved) {
          const memory = memoryOf.get(tensor.dataId) ?? tensor.dataId;
          if (!seen.has(memory)) bytes += 4 * tensor.size; // float32, int32
          seen.add(memory);
        }
      }
      read = tape().length;
      return bytes;
    };
    tf.grads((embeddings, ...given) => {
      const parameters: Parameters = Object.fromEntries(specs.map(({ name }, i) => [name, given[i]]));
      const runBlock = blockRunner(parameters, { recompute });
      const run: RunBlock = (block, ...inputs) => {
        between += savedSince();
        const output = runBlock(block, ...inputs);
        blocks[block.name] += savedSince();
        return output;
      };
      const logits = model.logits(run, { embeddings, dense });
      between += savedSince();
      return logits;
    })([embeddings, ...weights]);
  });
  return { blocks, between };
}
