import type { Tensor } from "@tensorflow/tfjs";

/** The part of tfjs-node's kernel backend that the engine calls; the package's own types pull in its native add-on. */
export declare class NodeJSKernelBackend {
  constructor(binding: object, packageName: string);
  getInputTensorIds(tensors: Tensor[]): number[];
  createOutputTensor(metadata: { id: number; shape: number[]; dtype: number }): Tensor;
}
