import { DType } from "./dtype.ts";
import { attribute } from "./op.ts";
import { newHandle, sizeOf, withResolved } from "./tensor_handle.ts";
import type { TfjsBackend } from "./tfjs_backend.ts";
import type { ResourceVariable } from "./variable.ts";

/** Numbers of a chunk: 4 MiB, much less than a table that must not be there twice, and enough to make calls cheap. */
const CHUNK_NUMBERS = 1 << 20;

const DTYPE = attribute.type("dtype", DType.float32);
const INDICES = attribute.type("Tindices", DType.int32);

/**
 * Replaces all rows of a variable `[rows, ...]` chunk by chunk, in place: beside the variable only one chunk is in memory.
 *
 * @param chunk gives the values of rows `from .. to - 1`, row-major; they are copied before the next call
 */
export function writeRows(
  backend: TfjsBackend,
  variable: ResourceVariable,
  chunk: (from: number, to: number) => Float32Array<ArrayBuffer>,
): void {
  const { binding } = backend;
  forChunks(backend, variable, (indices, from, to) => {
    const shape = [to - from, ...variable.shape.slice(1)];
    const values = binding.adopt(newHandle(binding.context, shape, DType.float32, chunk(from, to)));
    try {
      binding.executeOp("ResourceScatterUpdate", [DTYPE, INDICES], [variable.resource, indices, values], 0);
    } finally {
      binding.deleteTensor(values);
    }
  });
}

/** A copy of a variable `[rows, ...]`, made chunk by chunk: beside the variable and the copy only one chunk is in memory. */
export function readRows(backend: TfjsBackend, variable: ResourceVariable): Float32Array<ArrayBuffer> {
  const { binding } = backend;
  const out = new Float32Array(sizeOf(variable.shape)), width = sizeOf(variable.shape.slice(1));
  const attributes = [attribute.int("batch_dims", 0), attribute.bool("validate_indices", true), DTYPE, INDICES];
  forChunks(backend, variable, (indices, from, to) => {
    const [{ id }] = binding.executeOp("ResourceGather", attributes, [variable.resource, indices], 1);
    try {
      // straight from TensorFlow's memory: a copy of each chunk would wait for the garbage collector
      withResolved(binding.context, binding.handle(id), (tensor) => {
        const data = binding.context.api.TF_TensorData(tensor)!;
        const bytes = Deno.UnsafePointerView.getArrayBuffer(data, (to - from) * width * out.BYTES_PER_ELEMENT);
        out.set(new Float32Array(bytes), from * width);
      });
    } finally {
      binding.deleteTensor(id);
    }
  });
  return out;
}

/** Calls `visit` with the rows `from .. to - 1` of each chunk, and the tensor of their numbers. */
function forChunks(
  { binding }: TfjsBackend,
  { shape: [rows, ...row] }: ResourceVariable,
  visit: (indices: number, from: number, to: number) => void,
): void {
  const step = Math.max(1, Math.floor(CHUNK_NUMBERS / Math.max(1, sizeOf(row))));
  for (let from = 0; from < rows; from += step) {
    const to = Math.min(rows, from + step);
    const numbers = Int32Array.from({ length: to - from }, (_, i) => from + i);
    const indices = binding.adopt(newHandle(binding.context, [to - from], DType.int32, numbers));
    try {
      visit(indices, from, to);
    } finally {
      binding.deleteTensor(indices);
    }
  }
}
