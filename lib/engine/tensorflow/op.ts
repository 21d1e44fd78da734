import { cString, type TensorFlowApi } from "./c_api.ts";
import type { Context } from "./context.ts";
import { type Handle, int64Shape } from "./tensor_handle.ts";

/** An op's attribute, in the form that tfjs's kernels give it (`TFEOpAttr`). */
export interface Attribute {
  readonly name: string;
  readonly type: number;
  readonly value: unknown;
}

/** `TF_AttrType`, as tfjs's kernels expect to find them on the binding. */
export const AttributeType = { string: 0, int: 1, float: 2, bool: 3, type: 4, shape: 5, resource: 20 } as const;

/** Shorthand for the attributes of ops that are called directly. */
export const attribute = {
  string: (name: string, value: string): Attribute => ({ name, type: AttributeType.string, value }),
  int: (name: string, value: number | readonly number[]): Attribute => ({ name, type: AttributeType.int, value }),
  float: (name: string, value: number): Attribute => ({ name, type: AttributeType.float, value }),
  bool: (name: string, value: boolean): Attribute => ({ name, type: AttributeType.bool, value }),
  type: (name: string, value: number): Attribute => ({ name, type: AttributeType.type, value }),
  shape: (name: string, value: readonly number[]): Attribute => ({ name, type: AttributeType.shape, value }),
};

const encoder = new TextEncoder();

/** The two C functions families that set attributes: on an eager op, and on an operation of a graph. */
interface AttributeSetter {
  bool(name: Uint8Array<ArrayBuffer>, value: number): void;
  int(name: Uint8Array<ArrayBuffer>, value: bigint): void;
  intList(name: Uint8Array<ArrayBuffer>, values: BigInt64Array<ArrayBuffer>, count: number): void;
  float(name: Uint8Array<ArrayBuffer>, value: number): void;
  type(name: Uint8Array<ArrayBuffer>, value: number): void;
  typeList(name: Uint8Array<ArrayBuffer>, values: Int32Array<ArrayBuffer>, count: number): void;
  string(name: Uint8Array<ArrayBuffer>, value: Uint8Array<ArrayBuffer>): void;
  shape(name: Uint8Array<ArrayBuffer>, dims: BigInt64Array<ArrayBuffer>, count: number): void;
}

function setAttributes(set: AttributeSetter, attributes: readonly Attribute[]): void {
  for (const { name, type, value } of attributes) {
    const key = cString(name);
    if (type === AttributeType.string) {
      set.string(key, typeof value === "string" ? encoder.encode(value) : value as Uint8Array<ArrayBuffer>);
    } else if (type === AttributeType.int) {
      if (Array.isArray(value)) set.intList(key, int64Shape(value), value.length);
      else set.int(key, BigInt(value as number));
    } else if (type === AttributeType.float) set.float(key, value as number);
    else if (type === AttributeType.bool) set.bool(key, value ? 1 : 0);
    else if (type === AttributeType.type) {
      if (Array.isArray(value)) set.typeList(key, Int32Array.from(value), value.length);
      else set.type(key, value as number);
    } else if (type === AttributeType.shape) {
      const dims = value as readonly number[];
      set.shape(key, int64Shape(dims), dims.length);
    } else throw new Error(`Cannot set attribute "${name}": no attribute has type ${type}.`);
  }
}

export function setEagerAttributes(context: Context, op: Deno.PointerValue, attributes: readonly Attribute[]): void {
  const { api, status } = context;
  setAttributes({
    bool: (name, value) => api.TFE_OpSetAttrBool(op, name, value),
    int: (name, value) => api.TFE_OpSetAttrInt(op, name, value),
    intList: (name, values, count) => api.TFE_OpSetAttrIntList(op, name, values, count),
    float: (name, value) => api.TFE_OpSetAttrFloat(op, name, value),
    type: (name, value) => api.TFE_OpSetAttrType(op, name, value),
    typeList: (name, values, count) => api.TFE_OpSetAttrTypeList(op, name, values, count),
    string: (name, value) => api.TFE_OpSetAttrString(op, name, value, BigInt(value.length)),
    shape: (name, dims, count) => api.TFE_OpSetAttrShape(op, name, dims, count, status),
  }, attributes);
}

export function setGraphAttributes(api: TensorFlowApi, op: Deno.PointerValue, attributes: readonly Attribute[]): void {
  setAttributes({
    bool: (name, value) => api.TF_SetAttrBool(op, name, value),
    int: (name, value) => api.TF_SetAttrInt(op, name, value),
    intList: (name, values, count) => api.TF_SetAttrIntList(op, name, values, count),
    float: (name, value) => api.TF_SetAttrFloat(op, name, value),
    type: (name, value) => api.TF_SetAttrType(op, name, value),
    typeList: (name, values, count) => api.TF_SetAttrTypeList(op, name, values, count),
    string: (name, value) => api.TF_SetAttrString(op, name, value, BigInt(value.length)),
    shape: (name, dims, count) => api.TF_SetAttrShape(op, name, dims, count),
  }, attributes);
}

const MOST_OUTPUTS = 64;
const outputs = new BigUint64Array(MOST_OUTPUTS);
const outputCount = new Int32Array(1);

/** Runs one op now and returns its output handles, which the caller owns. */
export function executeOp(
  context: Context,
  name: string,
  attributes: readonly Attribute[],
  inputs: readonly Handle[],
  numOutputs: number,
  describeInputs: () => string,
): Handle[] {
  const { api, status, check } = context;
  const what = () => `${name}(${describeInputs()})`;
  const op = api.TFE_NewOp(context.handle, cString(name), status);
  check(what);
  try {
    for (const input of inputs) api.TFE_OpAddInput(op, input, status);
    setEagerAttributes(context, op, attributes);
    const out = numOutputs > MOST_OUTPUTS ? new BigUint64Array(numOutputs) : outputs;
    outputCount[0] = numOutputs;
    api.TFE_Execute(op, out, outputCount, status);
    check(what);
    return Array.from({ length: outputCount[0] }, (_, i) => Deno.UnsafePointer.create(out[i]));
  } finally {
    api.TFE_DeleteOp(op);
  }
}
