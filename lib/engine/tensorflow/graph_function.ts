import { cString } from "./c_api.ts";
import type { Context } from "./context.ts";
import { type Attribute, attribute, setGraphAttributes } from "./op.ts";
import { newTensor } from "./tensor_handle.ts";
import { withStringTensor } from "./string_tensor.ts";
import { onlyReads, type RecordedConstant, type RecordedOp, type Recording } from "./recording.ts";

/** An output of a graph operation (`TF_Output`): pointer, then an int32 index, padded to 16 bytes. */
interface Output {
  readonly operation: bigint;
  readonly index: number;
}

const OUTPUT_BYTES = 16;

function packOutputs(outputs: readonly Output[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(OUTPUT_BYTES * Math.max(1, outputs.length));
  const view = new DataView(bytes.buffer);
  outputs.forEach(({ operation, index }, i) => {
    view.setBigUint64(OUTPUT_BYTES * i, operation, true);
    view.setInt32(OUTPUT_BYTES * i + 8, index, true);
  });
  return bytes;
}

/** How many of an op's inputs form its list input, which comes first. All other ops here have none. */
function listInputLength(op: RecordedOp): number {
  switch (op.name) {
    case "ConcatV2":
      return op.inputs.length - 1;
    case "Pack":
    case "AddN":
    case "Einsum":
      return op.inputs.length;
    default:
      return 0;
  }
}

/** Collectives end in a list input, the ordering token, which a recorded step leaves empty. */
const ORDERING_TOKEN = new Set(["CollectiveReduceV2", "CollectiveGatherV2", "CollectiveAllToAllV2"]);

/**
 * Turns a recording into a TensorFlow function of the given name.
 *
 * Ops on the same variable keep the order in which they were recorded: a write waits for all earlier reads and writes
 * of that variable, a read for the last write (TensorFlow's automatic control dependencies). Other ops run as soon as
 * their inputs are there.
 *
 * @param inputs tensors that become the function's arguments, in order, with their types
 * @param outputs tensors that become its results, in order
 * @param finite a float32 tensor that must be finite: where it is not, the function fails with a message that holds
 * {@link NOT_FINITE} before it changes any variable
 * @throws {Error} when a variable is changed before `finite` is known
 */
export function buildFunction(
  context: Context,
  name: string,
  recording: Recording,
  inputs: readonly { id: number; dtype: number }[],
  outputs: readonly number[],
  finite?: number,
): void {
  const graph = context.api.TF_NewGraph();
  try {
    fillGraph(context, graph, name, recording, inputs, outputs, finite);
  } finally {
    context.api.TF_DeleteGraph(graph);
  }
}

/** In the message of a function whose `finite` tensor was not. */
export const NOT_FINITE = "recscale: the watched result is not finite";

function fillGraph(
  context: Context,
  graph: Deno.PointerValue,
  name: string,
  recording: Recording,
  inputs: readonly { id: number; dtype: number }[],
  outputs: readonly number[],
  finite: number | undefined,
): void {
  const { api, status, check } = context;
  const where = new Map<number, Output>();

  const start = (op: string, label: string) => api.TF_NewOperation(graph, cString(op), cString(label));
  const finish = (description: Deno.PointerValue, what: string): bigint => {
    const operation = api.TF_FinishOperation(description, status);
    check(() => `Cannot add ${what} to the recorded step`);
    return Deno.UnsafePointer.value(operation);
  };

  const placeholders = inputs.map(({ id, dtype }, i) => {
    const description = start("Placeholder", `argument_${i}`);
    api.TF_SetAttrType(description, cString("dtype"), dtype);
    const output = { operation: finish(description, `argument ${i}`), index: 0 };
    where.set(id, output);
    return output;
  });

  const output = (id: number): Output => {
    const known = where.get(id);
    if (known) return known;
    const constant = recording.constants.get(id);
    if (!constant) throw new Error(`Cannot build the recorded step: tensor ${id} comes from nowhere.`);
    const description = start("Const", `constant_${id}`);
    api.TF_SetAttrType(description, cString("dtype"), constant.dtype);
    withConstant(context, constant, (tensor) => api.TF_SetAttrTensor(description, cString("value"), tensor, status));
    const made = { operation: finish(description, `a constant of shape [${constant.shape}]`), index: 0 };
    where.set(id, made);
    return made;
  };

  const order = new VariableOrder();
  const effects: bigint[] = [];
  /** The check that changes of variables wait for. */
  let checked: bigint | null = null;
  const checkNumerics = (tensor: number): bigint => {
    const description = start("CheckNumericsV2", "finite");
    api.TF_AddInput(description, packOutputs([output(tensor)]));
    setGraphAttributes(api, description, [attribute.string("message", NOT_FINITE)]);
    return finish(description, "the check of a result");
  };

  recording.ops.forEach((op, i) => {
    const sources = op.inputs.map(output);
    const description = start(op.name, `op_${i}_${op.name}`);
    const listed = listInputLength(op);
    if (listed > 0) api.TF_AddInputList(description, packOutputs(sources.slice(0, listed)), listed);
    for (const source of sources.slice(listed)) api.TF_AddInput(description, packOutputs([source]));
    if (ORDERING_TOKEN.has(op.name)) api.TF_AddInputList(description, packOutputs([]), 0);
    const before = new Set([...order.before(op), ...op.after.map((id) => output(id).operation)]);
    if (op.outputs.length === 0 && finite !== undefined) {
      if (checked === null) {
        throw new Error(
          `Cannot watch a result of the recorded step: ${op.name} changes a variable before it is known.`,
        );
      }
      before.add(checked);
    }
    for (const operation of before) api.TF_AddControlInput(description, Deno.UnsafePointer.create(operation));
    setGraphAttributes(api, description, graphAttributes(op, listed > 0));
    const operation = finish(description, op.name);
    order.add(op, operation);
    op.outputs.forEach((id, index) => where.set(id, { operation, index }));
    if (finite !== undefined && op.outputs.includes(finite)) effects.push(checked = checkNumerics(finite));
    if (op.outputs.length === 0) effects.push(operation);
  });

  const results = outputs.map(output);
  const fn = api.TF_GraphToFunctionWithControlOutputs(
    graph,
    cString(name),
    0,
    -1, // the body is every operation that is not an argument
    null,
    placeholders.length,
    packOutputs(placeholders),
    results.length,
    packOutputs(results),
    null,
    effects.length,
    BigUint64Array.from(effects.length > 0 ? effects : [0n]),
    null,
    null,
    null,
    status,
  );
  check(() => `Cannot make a function of the recorded step ${name}`);
  api.TFE_ContextAddFunction(context.handle, fn, status);
  api.TF_DeleteFunction(fn);
  check(() => `Cannot register the recorded step ${name}`);
}

/** Calls `use` with the tensor of a constant, which the attribute of a graph copies. */
function withConstant(
  context: Context,
  { shape, dtype, values }: RecordedConstant,
  use: (tensor: Deno.PointerValue) => void,
): void {
  if (!ArrayBuffer.isView(values)) return withStringTensor(context, shape, values, use);
  const tensor = newTensor(context, shape, dtype, values);
  try {
    use(tensor);
  } finally {
    context.api.TF_DeleteTensor(tensor);
  }
}

/** A graph counts the inputs of a list itself and refuses the `N` that an eager op needs. */
function graphAttributes(op: RecordedOp, hasList: boolean): readonly Attribute[] {
  return hasList ? op.attributes.filter(({ name }) => name !== "N") : op.attributes;
}

/** Which operations must come before the next one on the same variable. */
class VariableOrder {
  readonly #lastWrite = new Map<number, bigint>();
  readonly #readsSince = new Map<number, bigint[]>();

  before(op: RecordedOp): Set<bigint> {
    const earlier = new Set<bigint>();
    for (const resource of op.resources) {
      const write = this.#lastWrite.get(resource);
      if (write !== undefined) earlier.add(write);
      if (!onlyReads(op)) { for (const read of this.#readsSince.get(resource) ?? []) earlier.add(read); }
    }
    return earlier;
  }

  add(op: RecordedOp, operation: bigint): void {
    for (const resource of op.resources) {
      if (onlyReads(op)) {
        this.#readsSince.set(resource, [...this.#readsSince.get(resource) ?? [], operation]);
      } else {
        this.#lastWrite.set(resource, operation);
        this.#readsSince.set(resource, []);
      }
    }
  }
}
