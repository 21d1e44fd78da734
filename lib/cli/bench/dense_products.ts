import * as tf from "@tensorflow/tfjs";
import type { Model } from "../../models/block.ts";

/** The matrix products of a model's dense layers in one training step, and nothing else. */
export interface DenseProducts {
  /** 2 n k B for each product of `[B, n]` and `[n, k]`. */
  readonly flops: number;
  /** Does them all once, and waits for the last. */
  run(): Promise<void>;
  dispose(): void;
}

/**
 * The products that no training step of a model can do without, in its own shapes: for every weight matrix `[n, k]` the
 * layer `x w`, and the gradients `x' dy` and `dy w'` (the last not where x is the data). Inputs change from run to run, so
 * that they come from memory as often as in a step.
 *
 * @param inputs names of the weights whose input is the data
 * @param sets how many sets of inputs take turns
 */
export function denseProducts(
  model: Model,
  batchSize: number,
  inputs: ReadonlySet<string>,
  sets: number,
): DenseProducts {
  const layers = model.blocks.flatMap((block) => block.parameters).filter(({ shape }) => shape.length === 2);
  const random = (shape: [number, number], seed: number) =>
    tf.randomNormal(shape, 0, 1, "float32", seed) as tf.Tensor2D;
  const operands = Array.from({ length: sets }, (_, set) =>
    layers.map(({ name, shape: [n, k] }, layer) => {
      const seed = 3 * (set * layers.length + layer);
      return {
        x: random([batchSize, n], seed + 1),
        w: random([n, k], seed + 2),
        dy: random([batchSize, k], seed + 3),
        atData: inputs.has(name),
      };
    }));
  let turn = 0;
  return {
    flops: layers.reduce((sum, { name, shape: [n, k] }) => sum + (inputs.has(name) ? 4 : 6) * batchSize * n * k, 0),
    async run() {
      const last = tf.tidy(() => {
        let products: tf.Tensor[] = [];
        for (const { x, w, dy, atData } of operands[turn++ % sets]) {
          products = [
            tf.matMul(x, w),
            tf.matMul(x, dy, true, false),
            ...(atData ? [] : [tf.matMul(dy, w, false, true)]),
          ];
        }
        return tf.slice(products[1], [0, 0], [1, 1]);
      });
      await last.data();
      last.dispose();
    },
    dispose: () => operands.flat().forEach(({ x, w, dy }) => tf.dispose([x, w, dy])),
  };
}
