import * as tf from "@tensorflow/tfjs";
import type { Engine, Variable } from "../engine/engine.ts";
import type { GradientObserver } from "../training/trainer.ts";
import { type LayerValues, type PrunableMatrix, sizeOf } from "./mask.ts";

/** What was seen of the gradients since the last reset, by matrix. `V` = effective weight, `G = dLoss/dV`, also where masked. */
export interface Observation {
  /** Steps that were seen. */
  readonly steps: number;
  /** `V`, the effective weights: 0 where masked. */
  readonly weights: LayerValues;
  /** `sum_k G_k` */
  readonly gradient: LayerValues;
  /** `sum_k |V_k G_k|`: first-order sensitivity (Taylor, SNIP). */
  readonly sensitivity: LayerValues;
  /** `sum_k V_k G_k`, signed: movement is its negative. */
  readonly product: LayerValues;
}

/** Sums over gradients that are made inside the compiled step and read now and then. */
export interface GradientStatistics {
  /** For a trainer's option `observer`. */
  readonly observer: GradientObserver;
  /** What was summed, beside the given weights. */
  read(weights: LayerValues): Promise<Observation>;
  /** Begins again. */
  reset(): void;
  dispose(): void;
}

const SUMS = ["gradient", "sensitivity", "product"] as const;
type Sums = Readonly<Record<(typeof SUMS)[number], Variable>>;

/**
 * Sums over the gradients of the matrices, on the engine: a step costs a few element-wise operations more and nothing is copied to
 * the host until it is asked for.
 *
 * @param masks the masks of the trainer, by name
 */
export function gradientStatistics(
  engine: Engine,
  matrices: readonly PrunableMatrix[],
  masks: ReadonlyMap<string, Variable>,
): GradientStatistics {
  const zeros = (matrix: PrunableMatrix) => new Float32Array(sizeOf(matrix));
  const sums = new Map(matrices.map((matrix) => {
    const variable = (sum: string) => engine.variable(`${matrix.name}/${sum}`, matrix.shape, zeros(matrix));
    return [matrix.name, Object.fromEntries(SUMS.map((sum) => [sum, variable(sum)])) as Sums];
  }));
  const count = engine.variable("observed/steps", [], new Float32Array(1));
  const first = matrices[0].name;

  return {
    observer(name, parameter, gradient) {
      const own = sums.get(name), mask = masks.get(name);
      if (!own || !mask) return;
      const product = tf.mul(tf.mul(parameter.value(), mask.value()), gradient);
      own.gradient.assign(tf.add(own.gradient.value(), gradient));
      own.sensitivity.assign(tf.add(own.sensitivity.value(), tf.abs(product)));
      own.product.assign(tf.add(own.product.value(), product));
      if (name === first) count.assign(tf.add(count.value(), 1));
    },
    async read(weights) {
      const all = async (sum: (typeof SUMS)[number]): Promise<LayerValues> => {
        const values: Record<string, Float32Array<ArrayBuffer>> = {};
        for (const [name, own] of sums) values[name] = await own[sum].read();
        return values;
      };
      const [steps] = await count.read();
      return {
        steps,
        weights,
        gradient: await all("gradient"),
        sensitivity: await all("sensitivity"),
        product: await all("product"),
      };
    },
    reset() {
      for (const matrix of matrices) {
        for (const variable of Object.values(sums.get(matrix.name) ?? {})) variable.write(zeros(matrix));
      }
      count.write(new Float32Array(1));
    },
    dispose() {
      for (const own of sums.values()) for (const variable of Object.values(own)) variable.dispose();
      count.dispose();
    },
  };
}
