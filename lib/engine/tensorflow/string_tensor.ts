import type { Context } from "./context.ts";
import { DType } from "./dtype.ts";
import { attribute, executeOp } from "./op.ts";
import { type Handle, int64Shape, sizeOf } from "./tensor_handle.ts";

/** Bytes of one `TF_TString` (`tensorflow/c/tf_tstring.h`). */
const TSTRING_BYTES = 24;

const pointerAt = (base: bigint, offset: number) => Deno.UnsafePointer.create(base + BigInt(offset));

/** Calls `use` with a `TF_Tensor *` whose strings point into JavaScript's memory, which lasts as long as the call. */
export function withStringTensor<T>(
  context: Context,
  shape: readonly number[],
  values: readonly Uint8Array[],
  use: (tensor: Deno.PointerValue) => T,
): T {
  const { api } = context;
  const count = sizeOf(shape);
  if (values.length !== count) {
    throw new Error(`Cannot make a string tensor of shape [${shape}] from ${values.length} strings: wanted ${count}.`);
  }
  const text = new Uint8Array(new ArrayBuffer(values.reduce((sum, value) => sum + value.length, 1)));
  const start = Deno.UnsafePointer.value(Deno.UnsafePointer.of(text));
  const tensor = api.TF_AllocateTensor(DType.string, int64Shape(shape), shape.length, BigInt(count * TSTRING_BYTES));
  try {
    const data = Deno.UnsafePointer.value(api.TF_TensorData(tensor));
    let at = 0;
    values.forEach((value, i) => {
      text.set(value, at);
      const string = pointerAt(data, i * TSTRING_BYTES);
      api.TF_StringInit(string);
      api.TF_StringAssignView(string, pointerAt(start, at), BigInt(value.length));
      at += value.length;
    });
    return use(tensor);
  } finally {
    api.TF_DeleteTensor(tensor);
    text.fill(0); // also keeps it alive until here
  }
}

/** A handle on a string tensor that owns its strings. Strings stay on the host. */
export function newStringHandle(context: Context, shape: readonly number[], values: readonly Uint8Array[]): Handle {
  const { api, status, check } = context;
  return withStringTensor(context, shape, values, (tensor) => {
    const views = api.TFE_NewTensorHandle(tensor, status);
    check(() => `Cannot make a string tensor of shape [${shape}]`);
    try {
      // joining one tensor copies its strings into memory that TensorFlow frees by itself
      const join = [attribute.int("N", 1), attribute.string("separator", "")];
      return executeOp(context, "StringJoin", join, [views], 1, () => `string[${shape}]`)[0];
    } finally {
      api.TFE_DeleteTensorHandle(views);
    }
  });
}

/** Copies of the strings of a `TF_Tensor *`, as bytes. */
export function readStrings(context: Context, tensor: Deno.PointerValue): Uint8Array[] {
  const { api } = context;
  const count = Number(api.TF_TensorByteSize(tensor)) / TSTRING_BYTES;
  const data = Deno.UnsafePointer.value(api.TF_TensorData(tensor));
  return Array.from({ length: count }, (_, i) => {
    const string = pointerAt(data, i * TSTRING_BYTES);
    const bytes = Number(api.TF_StringGetSize(string));
    const from = api.TF_StringGetDataPointer(string);
    return bytes === 0
      ? new Uint8Array()
      : new Uint8Array(Deno.UnsafePointerView.getArrayBuffer(from!, bytes).slice(0));
  });
}
