import * as tf from "@tensorflow/tfjs";
import type { Engine, Variable } from "../engine/engine.ts";
import type { GradientObserver } from "../training/trainer.ts";

/** How auxiliary masks learn. */
export interface AuxiliaryOptions {
  /** eta_a. Default 0.01: a mask that is pushed one way all along moves by 0.24 in 24 steps. */
  readonly learningRate?: number;
  /** lambda, the L1 shrinkage in units of a typical gradient. Default 0.2. */
  readonly shrinkage?: number;
  /** One mask a weight, or one a column (neuron). Default `"weight"`. */
  readonly per?: "weight" | "neuron";
}

/** Real-valued masks in training. */
export interface AuxiliaryMasks {
  /** Sees the gradients and moves the masks. */
  observer(masks: ReadonlyMap<string, Variable>): GradientObserver;
  /** Begins to learn, from a fresh estimate of the gradients' size, or stops. A mask that does not learn does not change. */
  learn(on: boolean): void;
  dispose(): void;
}

/** A mask never falls below this by learning: only the threshold removes weights, and a division by A stays tame. */
const LEAST = 0.05;
const DECAY = 0.9;

/**
 * Real-valued auxiliary masks `A_l` that are trained with the weights, inside the compiled step (candidate R1, our
 * reconstruction):
 *
 * ```text
 * V = A W,  G = dLoss/dV
 * A <- max(0.05, A - eta_a (W G / r + lambda)),     r = running rms of W G over the matrix
 * ```
 *
 * A mask that is 0 stays 0. The division by r gives all matrices the same pace. `-W G` is the first-order estimate of what the loss
 * gains when the weight is removed, so A holds 1 plus its running total.
 *
 * @param names the matrices whose masks learn
 */
export function auxiliaryMasks(
  engine: Engine,
  names: readonly string[],
  { learningRate = 0.01, shrinkage = 0.2, per = "weight" }: AuxiliaryOptions = {},
): AuxiliaryMasks {
  const rate = engine.variable("auxiliary/rate", [], Float32Array.of(0));
  const sizes = new Map(names.map((name) => [name, engine.variable(`${name}/auxiliary/rms`, [], Float32Array.of(0))]));
  return {
    observer: (masks) => (name, parameter, gradient) => {
      const mask = masks.get(name), size = sizes.get(name);
      if (!mask || !size) return;
      const a = mask.value();
      const alive = tf.step(a);
      const each = tf.mul(tf.mul(parameter.value(), gradient), alive);
      const product = per === "weight" ? each : tf.sum(each, 0, true); // [in, out] or [1, out]
      const there = per === "weight" ? alive : tf.max(alive, 0, true);
      const now = tf.sqrt(tf.div(tf.sum(tf.square(product)), tf.maximum(tf.sum(there), 1)));
      const before = size.value();
      const r = tf.where(tf.greater(before, 0), tf.add(tf.mul(DECAY, before), tf.mul(1 - DECAY, now)), now);
      const pull = tf.add(tf.div(product, tf.add(r, 1e-12)), shrinkage);
      mask.assign(tf.mul(alive, tf.maximum(LEAST, tf.sub(a, tf.mul(rate.value(), pull)))));
      size.assign(r as tf.Scalar);
    },
    learn(on) {
      for (const size of sizes.values()) size.write(Float32Array.of(0));
      rate.write(Float32Array.of(on ? learningRate : 0));
    },
    dispose() {
      for (const variable of [rate, ...sizes.values()]) variable.dispose();
    },
  };
}
