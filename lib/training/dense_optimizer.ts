import * as tf from "@tensorflow/tfjs";
import type { DenseUpdates, HostTensor, Variable } from "../engine/engine.ts";
import { rateFactor } from "./rate_schedule.ts";
import type { TrainingConfig } from "./training_config.ts";

/** What changes from step to step: host values that enter the recorded step as scalars. */
export type StepScalars<T> = {
  readonly denseRate: T;
  readonly embeddingRate: T;
  readonly beta1Power: T;
  readonly beta2Power: T;
  /** How much of the moving average is kept in this step. */
  readonly averageKept: T;
};

/** An optimiser as a pair of pure descriptions: which slots a parameter needs, and what one update does to them. */
export interface DenseOptimizer {
  /** Initial value of each slot, by name. */
  readonly slots: Readonly<Record<string, number>>;
  update(
    updates: DenseUpdates,
    parameter: Variable,
    slots: Readonly<Record<string, Variable>>,
    gradient: tf.Tensor,
    scalars: StepScalars<tf.Tensor>,
  ): void;
}

/**
 * The optimiser that a config names. AdamW takes the weight decay out of the gradient:
 * `w <- w - lr lambda w`, then Adam's step (Loshchilov and Hutter 2019, algorithm 2, with the rate in both terms).
 */
export function denseOptimizer(config: TrainingConfig["dense"]["optimizer"]): DenseOptimizer {
  switch (config.name) {
    case "sgd":
      return { slots: {}, update: (updates, w, _, g, { denseRate }) => updates.sgd(w, denseRate, g) };
    case "adagrad":
      return {
        slots: { accumulator: config.initialAccumulator },
        update: (updates, w, { accumulator }, g, { denseRate }) =>
          updates.adagrad(w, accumulator, denseRate, config.epsilon, g),
      };
    case "adam":
      return {
        slots: { m: 0, v: 0 },
        update: (updates, w, { m, v }, g, { denseRate, beta1Power, beta2Power }) =>
          updates.adam(w, m, v, denseRate, { ...config, beta1Power, beta2Power }, g),
      };
    case "adamw":
      return {
        slots: { m: 0, v: 0 },
        update(updates, w, { m, v }, g, { denseRate, beta1Power, beta2Power }) {
          // w <- w - lr lambda w, before Adam's own step: the order of PyTorch
          updates.sgd(w, tf.mul(denseRate, config.weightDecay), w.value());
          updates.adam(w, m, v, denseRate, { ...config, beta1Power, beta2Power }, g);
        },
      };
  }
}

const scalar = (value: number): HostTensor => ({ data: Float32Array.of(value), shape: [] });

/**
 * The scalars of step `t` (from 1): rates under linear warm-up and the schedule, Adam's powers, and the decay of the moving average,
 * which warms up as `min(decay, (1 + t) / (10 + t))`.
 */
export function stepScalars(config: TrainingConfig, t: number): StepScalars<HostTensor> {
  const factor = rateFactor(config.schedule ?? { name: "constant" }, config.warmupSteps, t);
  const { optimizer } = config.dense;
  const [beta1, beta2] = "beta1" in optimizer ? [optimizer.beta1, optimizer.beta2] : [0, 0];
  return {
    denseRate: scalar(config.dense.learningRate * factor),
    embeddingRate: scalar(config.embedding.learningRate * factor),
    beta1Power: scalar(beta1 ** t),
    beta2Power: scalar(beta2 ** t),
    averageKept: scalar(Math.min(config.averageDecay, (1 + t) / (10 + t))),
  };
}
