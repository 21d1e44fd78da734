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
  if (dtype === DType.int64) return BigInt64Array.from(values, BigInt);
  if (dtype === DType.complex64) return Float32Array.from(values);
  return Uint8Array.from(values);
}

/** A handle on the device where ops expect tensors of this type: int32 and strings stay on the host. */
export function newHandle(
  context: Context,
  shape: readonly number[],
  dtype: number,
  values: ArrayBufferView | readonly number[],
): Handle {
  const { api, status, check } = context;
  const tensor = newTensor(context, shape, dtype, values);
  const host = api.TFE_NewTensorHandle(tensor, status);
  api.TF_DeleteTensor(tensor);
  check(() => `Cannot make a ${dtypeName(dtype)} tensor of shape [${shape}]`);
  if (context.gpu === null || dtype === DType.int32) return host;
  const onDevice = api.TFE_TensorHandleCopyToDevice(host, context.handle, deviceName(context.gpu), status);
  api.TFE_DeleteTensorHandle(host);
  check(() => `Cannot copy a ${dtypeName(dtype)} tensor of shape [${shape}] to ${context.gpu}`);
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

/**
 * Calls `read` with the `TF_Tensor *` behind a handle, which is valid during the call only.
 *
 * @throws {Error} when the tensor's op has failed, or its values cannot come to the host.
 */
export function withResolved<T>(context: Context, handle: Handle, read: (tensor: Deno.PointerValue) => T): T {
  const { api } = context;
  const tensor = api.TFE_TensorHandleResolve(handle, context.status);
  context.check(() => "Cannot read the values of a tensor");
  try {
    return read(tensor);
  } finally {
    api.TF_DeleteTensor(tensor);
  }
}

/**
 * A copy of the values of a tensor of numbers: complex64 as real and imaginary parts in turn, bool as 0 and 1.
 *
 * @throws {Error} for strings and variables, which have no numbers.
 */
export function readHandle(context: Context, handle: Handle): Float32Array | Int32Array | Uint8Array | BigInt64Array {
  const { api } = context;
  const dtype = api.TFE_TensorHandleDataType(handle);
  dtypeWidth(dtype);
  return withResolved(context, handle, (tensor) => {
    const size = Number(api.TF_TensorByteSize(tensor));
    const bytes = size === 0
      ? new ArrayBuffer(0)
      : Deno.UnsafePointerView.getArrayBuffer(api.TF_TensorData(tensor)!, size).slice(0);
    return typedArray(dtype, bytes);
  });
}
