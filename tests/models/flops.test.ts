import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import type { TensorFlowEngine } from "../../lib/engine/tensorflow/tensorflow_engine.ts";
import { handleShape } from "../../lib/engine/tensorflow/tensor_handle.ts";
import type { Schema } from "../../lib/data/schema.ts";
import { blockRunner, buildModel, cost, type ModelConfigInput, parameterSpecs } from "../../lib/models/mod.ts";
import { engine, onTensorFlow } from "../engine/open_test_engine.ts";
import profiled from "../fixtures/flops_tensorflow.json" with { type: "json" };
import recorded from "../fixtures/models_torch.json" with { type: "json" };

const { batch, fields, columns, dim } = recorded;
const schema: Schema = {
  name: "recorded",
  fields: Array.from({ length: fields }, (_, f) => ({ name: `f${f}`, cardinality: 10 })),
  dense: Array.from({ length: columns }, (_, j) => `x${j}`),
  time: "fileOrder",
};
const configs = recorded.models.map(({ config }) => config as ModelConfigInput);

/** FLOPs of the half of each dot product matrix, and of its diagonal, that no model uses and all compute. */
const unused = (model: number) =>
  batch * recorded.models[model].dotProductTokens.reduce((sum, m) => sum + 2 * dim * (m * m - m * (m - 1) / 2), 0);

for (const { model, flopsOfBatch } of profiled.models) {
  Deno.test(`a ${configs[model].kind} (model ${model}) costs the FLOPs that TensorFlow's profiler counts in its graph`, () => {
    const counted = Object.values(flopsOfBatch).reduce((a, b) => a + b, 0);
    assert.equal(batch * cost(buildModel(configs[model], schema)).totalFlops, counted - unused(model));
  });
}

/** FLOPs of the matrix products and convolutions that the forward pass of a model hands to TensorFlow. */
function executedFlops(config: ModelConfigInput): number {
  const { binding } = (engine as TensorFlowEngine).backend;
  const executeOp = binding.executeOp;
  let flops = 0;
  binding.executeOp = (name, attributes, inputs, outputs) => {
    const out = executeOp.call(binding, name, attributes, inputs, outputs);
    const shape = (id: number) => handleShape(binding.context, binding.handle(id));
    const size = (of: readonly number[]) => of.reduce((a, b) => a * b, 1);
    const set = (attribute: string) => attributes.some((each) => each.name === attribute && each.value === true);
    if (name === "MatMul" || name === "BatchMatMulV2") {
      const a = shape(inputs[0]);
      flops += 2 * size(out[0].shape) * a.at(set("transpose_a") || set("adj_x") ? -2 : -1)!;
    } else if (name === "Conv2D") {
      const [h, w, channels] = shape(inputs[1]);
      flops += 2 * size(out[0].shape) * h * w * channels;
    }
    return out;
  };
  try {
    const model = buildModel(config, schema);
    tf.tidy(() => {
      const p = Object.fromEntries(parameterSpecs(model).map(({ name, shape }) => [name, tf.ones([...shape])]));
      model.logits(blockRunner(p), {
        embeddings: tf.ones([batch, fields, dim]),
        dense: tf.ones([batch, columns]),
      });
    });
  } finally {
    binding.executeOp = executeOp;
  }
  return flops;
}

configs.forEach((config, model) => {
  Deno.test({
    name: `a ${config.kind} (model ${model}) costs the FLOPs of the products that its forward pass hands to TensorFlow`,
    ignore: !onTensorFlow,
    fn() {
      // the last product of FinalMLP's fusion is by element and a sum, which is no product of matrices to TensorFlow
      const byElement = config.kind === "finalMlp" ? 2 * config.streams[1].at(-1)! : 0;
      const { totalFlops } = cost(buildModel(config, schema));
      assert.equal(executedFlops(config), batch * (totalFlops - byElement) + unused(model));
    },
  });
});
