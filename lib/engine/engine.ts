import type * as tf from "@tensorflow/tfjs";
import type { EmbeddingIds, EmbeddingTable, EmbeddingTableOptions, StepIds } from "./embedding_table.ts";

/** Where tensors live: libtensorflow, or one of tfjs's own backends where that cannot be had. */
export type BackendName = "tensorflow" | "webgpu" | "wasm" | "cpu";

/** What a step gets from the host: values with a shape, or the ids of an embedding table. */
export interface HostTensor {
  readonly data: Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer>;
  readonly shape: readonly number[];
}

/** The inputs of a step by name. */
export type StepInputs = Readonly<Record<string, HostTensor | EmbeddingIds>>;

/** What the step's function sees of its inputs. */
export type StepArguments<I extends StepInputs> = {
  readonly [K in keyof I]: I[K] extends EmbeddingIds ? StepIds : tf.Tensor;
};

/** What a step gives back, by name; read from the device. */
export type StepResults = Readonly<Record<string, Float32Array<ArrayBuffer>>>;

/**
 * A function of tensors that runs as one call: forward, gradients and update together. It is recorded once per
 * combination of input shapes, the first time that combination comes.
 */
export interface CompiledStep<I extends StepInputs> {
  /**
   * Runs the step, after all steps of the engine that were started before it. Off the JavaScript thread where the
   * backend allows it, so timers and aborts work meanwhile.
   *
   * @throws the signal's reason when it was aborted before the step began. A step that has begun ends whole: variables
   * are never left half updated.
   * @throws {Error} naming the step, and the op and shapes that failed.
   */
  run(inputs: I, signal?: AbortSignal): Promise<StepResults>;
  dispose(): void;
}

/** How a step is compiled. */
export interface StepOptions {
  /** Shown in errors and profiles. */
  readonly name: string;
  /** Runs op by op without recording: slower, for debugging. Default false. */
  readonly eager?: boolean;
  /**
   * Name of a scalar result, such as the loss, that must be finite: where it is not, the step fails with a
   * {@link NotFiniteError} as its cause and no variable or table changes, so that the last good state can be looked into.
   * Not with `eager` on TensorFlow, where updates are made one by one before the result is known. On WebGPU a NaN may be
   * missed: its shading language does not promise to keep one.
   */
  readonly finite?: string;
}

/** A tensor that steps change in place and that outlives them. */
export interface Variable {
  readonly name: string;
  readonly shape: readonly number[];
  /** The value as a tensor, inside a step or outside. */
  value(): tf.Tensor;
  /** Replaces the value by a tensor of the same shape. */
  assign(value: tf.Tensor): void;
  /** A copy of the values. */
  read(): Promise<Float32Array<ArrayBuffer>>;
  /** Replaces the values. @throws {Error} when there are more or fewer than the shape says. */
  write(values: Float32Array<ArrayBuffer>): void;
  dispose(): void;
}

/** Adam's constants and its running powers of beta, which change from step to step and so are tensors. */
export interface AdamScalars {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** beta1^t and beta2^t for the 1-based step t. */
  readonly beta1Power: tf.Tensor;
  readonly beta2Power: tf.Tensor;
}

/** The updates of dense parameters, each as one fused op where the backend has it. All change their variables in place. */
export interface DenseUpdates {
  /** w <- w - lr g */
  sgd(parameter: Variable, learningRate: tf.Tensor, gradient: tf.Tensor): void;
  /** a <- a + g^2; w <- w - lr g / (sqrt(a) + epsilon)   (Duchi et al. 2011) */
  adagrad(
    parameter: Variable,
    accumulator: Variable,
    learningRate: tf.Tensor,
    epsilon: number,
    gradient: tf.Tensor,
  ): void;
  /**
   * m <- beta1 m + (1 - beta1) g; v <- beta2 v + (1 - beta2) g^2;
   * w <- w - lr sqrt(1 - beta2^t) / (1 - beta1^t) m / (sqrt(v) + epsilon)   (Kingma and Ba 2015, end of section 2)
   */
  adam(
    parameter: Variable,
    m: Variable,
    v: Variable,
    learningRate: tf.Tensor,
    adam: AdamScalars,
    gradient: tf.Tensor,
  ): void;
}

/** Where a model's tensors live and how its steps run. One per process. */
export interface Engine {
  readonly name: BackendName;
  /** For people: "TensorFlow 2.21.0 on CPU". */
  readonly description: string;
  readonly version: string;
  readonly device: string;
  readonly threads: { readonly intraOp: number; readonly interOp: number };
  /** Why a better backend was not taken; absent when this is the best there is. */
  readonly fallbackReason?: string;
  readonly updates: DenseUpdates;
  variable(name: string, shape: readonly number[], values: Float32Array<ArrayBuffer>): Variable;
  embeddingTable(options: EmbeddingTableOptions): EmbeddingTable;
  compileStep<I extends StepInputs>(
    fn: (inputs: StepArguments<I>) => Record<string, tf.Tensor>,
    options: StepOptions,
  ): CompiledStep<I>;
  /** Tensors alive on the device: flat over steps, or something leaks. */
  tensorCount(): number;
}
