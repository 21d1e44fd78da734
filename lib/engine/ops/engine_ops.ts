import type * as tf from "@tensorflow/tfjs";
import type { Attribute } from "../tensorflow/op.ts";

/** Runs one TensorFlow op on tfjs tensors. */
export type RawOp = (name: string, attributes: readonly Attribute[], inputs: readonly tf.Tensor[]) => tf.Tensor;

/** Runs `work`; in a recorded step its ops wait until `tensor` is there. */
export type RunAfter = <T>(tensor: tf.Tensor, work: () => T) => T;

/** Where ops run one by one, what is called later runs later. */
const inCallOrder: RunAfter = (_, work) => work();

let rawOp: RawOp | null = null;
let after: RunAfter = inCallOrder;

/** Tells the fused ops how to reach TensorFlow. Called once, when the engine opens. */
export function useRawOps(op: RawOp | null, runAfter: RunAfter = inCallOrder): void {
  rawOp = op;
  after = runAfter;
}

/** TensorFlow's ops where the engine is TensorFlow; null elsewhere, and the fused ops take their plain form. */
export function rawOps(): RawOp | null {
  return rawOp;
}

/** Runs `work` not before `tensor` is there. */
export function runAfter<T>(tensor: tf.Tensor, work: () => T): T {
  return after(tensor, work);
}
