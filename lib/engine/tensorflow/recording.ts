import type { Attribute } from "./op.ts";
import { DType } from "./dtype.ts";

/** One op of a recorded step. Tensors are known by the numbers that the binding gave them. */
export interface RecordedOp {
  readonly name: string;
  readonly attributes: readonly Attribute[];
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  /** Tensor numbers of the resources (variables) that the op reads or writes. */
  readonly resources: readonly number[];
  /** Tensor numbers that must be there before the op begins although it does not use them. */
  readonly after: readonly number[];
}

/** A tensor whose values were fixed while recording: it becomes a `Const` of the function. */
export interface RecordedConstant {
  readonly shape: readonly number[];
  readonly dtype: number;
  readonly values: ArrayBufferView | readonly Uint8Array[];
}

/**
 * What a step did, op by op, while it ran once. Ops that give tensors are executed for their shapes; ops that only
 * change variables are recorded and NOT executed, so that recording has no effect on the model.
 */
export class Recording {
  readonly ops: RecordedOp[] = [];
  readonly constants = new Map<number, RecordedConstant>();
  /**
   * Tensors from before the recording that tfjs disposed during it: kept until the end, when they become captured
   * inputs. What the recording made itself is freed at once, so recording needs no more memory than an eager step.
   */
  readonly deferredDeletes: number[] = [];
  readonly #made = new Set<number>();
  readonly #arguments = new Set<number>();

  /** Declares a tensor whose values change from call to call. */
  addArgument(id: number): void {
    this.#arguments.add(id);
  }

  addConstant(id: number, constant: RecordedConstant): void {
    this.constants.set(id, constant);
  }

  addOp(op: RecordedOp): void {
    this.ops.push(op);
    for (const id of op.outputs) this.#made.add(id);
  }

  /** True when the value of a tensor depends on the arguments, so that reading it would freeze one call's value. */
  varies(id: number): boolean {
    return this.#made.has(id) || this.#arguments.has(id);
  }

  /** True for tensors that began in this recording: the record needs their numbers only, not their memory. */
  owns(id: number): boolean {
    return this.varies(id) || this.constants.has(id);
  }

  /** Tensors that were made before the recording and used in it, in order of first use. */
  captured(outputs: readonly number[]): number[] {
    const found = new Set<number>();
    const look = (id: number) => {
      if (!this.owns(id)) found.add(id);
    };
    for (const op of this.ops) op.inputs.forEach(look);
    outputs.forEach(look);
    return [...found];
  }
}

const READS = new Set(["ReadVariableOp", "ResourceGather", "ResourceGatherNd", "VariableShape"]);

/** True when an op only reads the variables it touches. */
export function onlyReads(op: RecordedOp): boolean {
  return READS.has(op.name);
}

/** True for the type of variables. */
export const isResource = (dtype: number): boolean => dtype === DType.resource;
