import "./node_util.ts";
import * as tf from "@tensorflow/tfjs";
// @deno-types="./tfjs_node_kernels.d.ts"
import { NodeJSKernelBackend } from "@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend.js";
import "@tensorflow/tfjs-node-gpu/dist/register_all_kernels.js";
import type { Binding } from "./binding.ts";
import type { Attribute } from "./op.ts";

/** tfjs's TensorFlow backend on our binding, and the ways between tfjs tensors and the binding's numbers. */
export interface TfjsBackend {
  readonly binding: Binding;
  /** The binding's number of a tensor; uploads values that tfjs still holds. */
  idOf(tensor: tf.Tensor): number;
  /** A tfjs tensor that owns output `metadata` of an op. */
  wrap(metadata: { id: number; shape: number[]; dtype: number }): tf.Tensor;
  /** Runs an op with one output on tfjs tensors. */
  op(name: string, attributes: readonly Attribute[], inputs: readonly tf.Tensor[]): tf.Tensor;
  /** Runs `work`; in a recorded step its ops wait until `tensor` is there. */
  after<T>(tensor: tf.Tensor, work: () => T): T;
}

/** Registers the backend "tensorflow" with tfjs and makes it the current one. */
export async function registerTfjsBackend(binding: Binding): Promise<TfjsBackend> {
  const backend = new NodeJSKernelBackend(binding, "@tensorflow/tfjs-node-gpu");
  tf.registerBackend("tensorflow", () => backend as unknown as tf.KernelBackend, 9);
  await tf.setBackend("tensorflow");
  await tf.ready();
  const idOf = (tensor: tf.Tensor) => backend.getInputTensorIds([tensor])[0];
  const wrap = (metadata: { id: number; shape: number[]; dtype: number }) => backend.createOutputTensor(metadata);
  return {
    binding,
    idOf,
    wrap,
    op: (name, attributes, inputs) =>
      wrap(binding.executeOp(name, attributes, backend.getInputTensorIds([...inputs]), 1)[0]),
    after: (tensor, work) => binding.after(idOf(tensor), work),
  };
}
