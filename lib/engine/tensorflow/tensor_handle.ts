import type { Context } from "./context.ts";
import { DType, dtypeName, dtypeWidth, typedArray } from "./dtype.ts";

/** A `TFE_TensorHandle *`. */
export type Handle = Deno.PointerValue;

/** A shape as the int64 array that the C API wants (never empty, so that it has an address). */
export function int64Shape(shape: readonly number[]): BigInt64Array<ArrayBuffer> {
  const out = new BigInt64Array(Math.max(1, shape.length));
  for (let i = 0; i < shape.length; i++) out[i] = BigInt(shape[i]);
  return out;
}

/** Number of elements of a shape. */
export function sizeOf(shape: readonly number[]): number {
  let size = 1;
  for (const n of shape) size *= n;
  return size;
}

/**
 * A `TF_Tensor *` with a copy of the values. The caller deletes it.
 *
 * @throws {Error} when the values are not as many as the shape says.
 */
export function newTensor(
  context: Context,
  shape: readonly number[],
  dtype: number,
  values: ArrayBufferView | readonly number[],
): Deno.PointerValue {
  const bytes = sizeOf(shape) * dtypeWidth(dtype);
  const view = ArrayBuffer.isView(values) ? values : numbersAs(dtype, values);
  if (view.byteLength !== bytes) {
    throw new Error(
      `Cannot make a ${dtypeName(dtype)} tensor of shape [${shape}] from ${view.byteLength} bytes: wanted ${bytes}.`,
    );
  }
  const tensor = context.api.TF_AllocateTensor(dtype, int64Shape(shape), shape.length, BigInt(bytes));
  if (bytes > 0) {
    const target = Deno.UnsafePointerView.getArrayBuffer(context.api.TF_TensorData(tensor)!, bytes);
    new Uint8Array(target).set(new Uint8Array(view.buffer, view.byteOffset, bytes));
  }
  return tensor;
}

function numbersAs(dtype: number, values: readonly number[]): ArrayBufferView {
  if (dtype === DType.float32) return Float32Array.from(values);
  if (dtype === DType.int32) return Int32Array.from(values);
  return Uint8Array.from(values);
}

/** A handle on the device where ops expect tensors of this type: int32 and strings stay on the host. */
export function newHandle(
  context: Context,
  shape: readonly number[],
  dtype: number,
  values: ArrayBufferView | readonly number[],
): Handle {
  const tensor = newTensor(context, shape, dtype, values);
  const host = context.api.TFE_NewTensorHandle(tensor, context.status);
  context.check(() => `Cannot make a tensor of shape [${shape}]`);
  context.api.TF_DeleteTensor(tensor);
  if (context.gpu === null || dtype === DType.int32) return host;
  const gpu = context.gpu;
  const onDevice = context.api.TFE_TensorHandleCopyToDevice(host, context.handle, deviceName(gpu), context.status);
  context.check(() => `Cannot copy a tensor of shape [${shape}] to ${gpu}`);
  context.api.TFE_DeleteTensorHandle(host);
  return onDevice;
}

const encoder = new TextEncoder();
const deviceName = (name: string) => encoder.encode(name + "\0");

export function handleShape(context: Context, handle: Handle): number[] {
  const rank = context.api.TFE_TensorHandleNumDims(handle, context.status);
  const shape = new Array<number>(rank);
  for (let i = 0; i < rank; i++) shape[i] = Number(context.api.TFE_TensorHandleDim(handle, i, context.status));
  context.check(() => "Cannot read the shape of a tensor");
  return shape;
}

/** A copy of the values of a tensor. */
export function readHandle(context: Context, handle: Handle): Float32Array | Int32Array | Uint8Array | BigInt64Array {
  const { api } = context;
  const tensor = api.TFE_TensorHandleResolve(handle, context.status);
  context.check(() => "Cannot read the values of a tensor");
  const size = Number(api.TF_TensorByteSize(tensor));
  const bytes = size === 0
    ? new ArrayBuffer(0)
    : Deno.UnsafePointerView.getArrayBuffer(api.TF_TensorData(tensor)!, size).slice(0);
  api.TF_DeleteTensor(tensor);
  return typedArray(api.TFE_TensorHandleDataType(handle), bytes);
}
