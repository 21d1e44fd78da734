import type { Context } from "./context.ts";
import { type Attribute, AttributeType, executeOp } from "./op.ts";
import { DType, dtypeName } from "./dtype.ts";
import { newStringHandle, readStrings } from "./string_tensor.ts";
import { type Handle, handleShape, newHandle, readHandle, withResolved } from "./tensor_handle.ts";
import { isResource, Recording } from "./recording.ts";

/** Values of a tensor as tfjs's kernels give and take them: strings as bytes. */
export type TensorValues = Float32Array | Int32Array | Uint8Array | BigInt64Array | Uint8Array[];

/** What tfjs's kernels learn of an op's output. */
export interface TensorMetadata {
  readonly id: number;
  readonly shape: number[];
  readonly dtype: number;
}

/**
 * The `TFJSBinding` that the kernels of `@tensorflow/tfjs-node-gpu` call, on TensorFlow's C API instead of a native
 * add-on. Tensors are known by numbers; `record` also writes down what is executed.
 */
export class Binding {
  readonly TF_FLOAT = DType.float32;
  readonly TF_INT32 = DType.int32;
  readonly TF_INT64 = DType.int64;
  readonly TF_BOOL = DType.bool;
  readonly TF_COMPLEX64 = DType.complex64;
  readonly TF_STRING = DType.string;
  readonly TF_RESOURCE = DType.resource;
  readonly TF_UINT8 = DType.uint8;
  readonly TF_ATTR_STRING = AttributeType.string;
  readonly TF_ATTR_INT = AttributeType.int;
  readonly TF_ATTR_FLOAT = AttributeType.float;
  readonly TF_ATTR_BOOL = AttributeType.bool;
  readonly TF_ATTR_TYPE = AttributeType.type;
  readonly TF_ATTR_SHAPE = AttributeType.shape;
  readonly TF_ATTR_RESOURCE = AttributeType.resource;
  readonly TF_Version: string;

  readonly #handles = new Map<number, Handle>();
  #nextId = 1;
  #recording: Recording | null = null;
  #after: readonly number[] = [];

  constructor(readonly context: Context) {
    this.TF_Version = context.version;
  }

  isUsingGpuDevice = (): boolean => this.context.gpu !== null;
  getNumOfTensors = (): number => this.#handles.size;
  getNumOfSavedModels = (): number => 0;

  /** Takes ownership of a handle and gives it a number. */
  adopt(handle: Handle): number {
    this.#handles.set(this.#nextId, handle);
    return this.#nextId++;
  }

  /** @throws {Error} when the tensor was deleted before. */
  handle(id: number): Handle {
    const handle = this.#handles.get(id);
    if (handle === undefined) throw new Error(`Cannot use tensor ${id}: it was disposed before.`);
    return handle;
  }

  createTensor(shape: number[], dtype: number, values: TensorValues): number {
    if (dtype === DType.string) {
      const strings = values as Uint8Array[];
      const id = this.adopt(newStringHandle(this.context, shape, strings));
      this.#recording?.addConstant(id, { shape, dtype, values: [...strings] });
      return id;
    }
    const numbers = values as Float32Array | Int32Array | Uint8Array | BigInt64Array;
    const id = this.adopt(newHandle(this.context, shape, dtype, numbers));
    this.#recording?.addConstant(id, { shape, dtype, values: numbers.slice() });
    return id;
  }

  deleteTensor(id: number): void {
    if (this.#recording && !this.#recording.owns(id)) {
      this.#recording.deferredDeletes.push(id);
      return;
    }
    this.context.api.TFE_DeleteTensorHandle(this.handle(id));
    this.#handles.delete(id);
  }

  tensorDataSync(id: number): TensorValues {
    if (this.#recording?.varies(id)) {
      throw new Error(
        `Cannot record this step: it reads the values of a tensor of shape [${
          handleShape(this.context, this.handle(id))
        }] ` +
          `while it runs, and a recorded step would repeat the first call's values for ever. Return the tensor from the ` +
          `step and read it there, or compute with it as a tensor.`,
      );
    }
    const handle = this.handle(id);
    if (this.context.api.TFE_TensorHandleDataType(handle) !== DType.string) return readHandle(this.context, handle);
    return withResolved(this.context, handle, (tensor) => readStrings(this.context, tensor));
  }

  executeOp(
    name: string,
    attributes: readonly Attribute[],
    inputs: readonly number[],
    numOutputs: number,
  ): TensorMetadata[] {
    const handles = inputs.map((id) => this.handle(id));
    const resources = this.#recording === null
      ? []
      : inputs.filter((_, i) => isResource(this.context.api.TFE_TensorHandleDataType(handles[i])));
    if (this.#recording && numOutputs === 0) {
      this.#recording.addOp({ name, attributes, inputs: [...inputs], outputs: [], resources, after: this.#after });
      return [];
    }
    const out = executeOp(this.context, name, attributes, handles, numOutputs, () => this.#describe(handles));
    const metadata = out.map((handle) => ({
      id: this.adopt(handle),
      shape: handleShape(this.context, handle),
      dtype: this.context.api.TFE_TensorHandleDataType(handle),
    }));
    const outputs = metadata.map((m) => m.id);
    this.#recording?.addOp({ name, attributes, inputs: [...inputs], outputs, resources, after: this.#after });
    return metadata;
  }

  #describe(handles: readonly Handle[]): string {
    return handles.map((handle) => {
      const dtype = this.context.api.TFE_TensorHandleDataType(handle);
      return isResource(dtype) ? "variable" : `${dtypeName(dtype)}[${handleShape(this.context, handle)}]`;
    }).join(", ");
  }

  /** Writes down all ops executed until {@link stopRecording}. */
  startRecording(): Recording {
    if (this.#recording) throw new Error("Cannot record a step inside a step that is being recorded.");
    return this.#recording = new Recording();
  }

  stopRecording(): void {
    const recording = this.#recording;
    this.#recording = null;
    for (const id of recording?.deferredDeletes ?? []) this.deleteTensor(id);
  }

  /** Runs `work`; in a recorded step its ops wait until tensor `id` is there. */
  after<T>(id: number, work: () => T): T {
    const before = this.#after;
    this.#after = [...before, id];
    try {
      return work();
    } finally {
      this.#after = before;
    }
  }

  get recording(): boolean {
    return this.#recording !== null;
  }

  loadSavedModel(): never {
    throw new Error("Cannot load a SavedModel: this engine computes with tfjs ops only.");
  }
  deleteSavedModel = this.loadSavedModel;
  runSavedModel = this.loadSavedModel;
}
