import type * as tf from "@tensorflow/tfjs";
import { checkCount } from "../check_count.ts";
import type { Variable } from "../engine.ts";
import { DType } from "./dtype.ts";
import { attribute } from "./op.ts";
import { newHandle } from "./tensor_handle.ts";
import type { TfjsBackend } from "./tfjs_backend.ts";

/** A float32 resource variable: its buffer is updated in place by ops that get its handle. */
export interface ResourceVariable extends Variable {
  /** The binding's number of the resource handle. */
  readonly resource: number;
}

const FLOAT = attribute.type("dtype", DType.float32);
let made = 0;

/** Makes a resource variable with the given values, or with one number everywhere, which needs no copy on the host. */
export function resourceVariable(
  backend: TfjsBackend,
  name: string,
  shape: readonly number[],
  values: Float32Array<ArrayBuffer> | number,
): ResourceVariable {
  const { binding } = backend;
  const unique = `${name}#${++made}`;
  const [{ id: resource }] = binding.executeOp(
    "VarHandleOp",
    [
      FLOAT,
      attribute.shape("shape", shape),
      attribute.string("shared_name", unique),
      attribute.string("container", ""),
    ],
    [],
    1,
  );
  const write = (next: Float32Array<ArrayBuffer>) => {
    checkCount(`variable ${name}`, shape, next);
    const id = binding.adopt(newHandle(binding.context, shape, DType.float32, next));
    binding.executeOp("AssignVariableOp", [FLOAT], [resource, id], 0);
    binding.deleteTensor(id);
  };
  const fill = (value: number) => {
    const dims = binding.adopt(newHandle(binding.context, [shape.length], DType.int32, Int32Array.from(shape)));
    const one = binding.adopt(newHandle(binding.context, [], DType.float32, Float32Array.of(value)));
    const attributes = [attribute.type("T", DType.float32), attribute.type("index_type", DType.int32)];
    const [{ id }] = binding.executeOp("Fill", attributes, [dims, one], 1);
    binding.executeOp("AssignVariableOp", [FLOAT], [resource, id], 0);
    [dims, one, id].forEach((tensor) => binding.deleteTensor(tensor));
  };
  if (typeof values === "number") fill(values);
  else write(values);
  return {
    name,
    shape,
    resource,
    value: () => backend.wrap(binding.executeOp("ReadVariableOp", [FLOAT], [resource], 1)[0]),
    assign: (value: tf.Tensor) => {
      binding.executeOp("AssignVariableOp", [FLOAT], [resource, backend.idOf(value)], 0);
    },
    read: () => {
      const [{ id }] = binding.executeOp("ReadVariableOp", [FLOAT], [resource], 1);
      try {
        return Promise.resolve(binding.tensorDataSync(id) as Float32Array<ArrayBuffer>);
      } finally {
        binding.deleteTensor(id);
      }
    },
    write,
    dispose: () => {
      binding.executeOp("DestroyResourceOp", [attribute.bool("ignore_lookup_error", true)], [resource], 0);
      binding.deleteTensor(resource);
    },
  };
}
