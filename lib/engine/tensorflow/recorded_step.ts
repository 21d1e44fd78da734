import * as tf from "@tensorflow/tfjs";
import type { HostTensor, StepArguments, StepInputs, StepOptions, StepResults } from "../engine.ts";
import type { EmbeddingIds } from "../embedding_table.ts";
import { checkFinite, NotFiniteError, watched } from "../not_finite.ts";
import type { StepBody } from "../step_order.ts";
import { cString, readCString } from "./c_api.ts";
import { TensorFlowError } from "./context.ts";
import { DType } from "./dtype.ts";
import { buildFunction, NOT_FINITE } from "./graph_function.ts";
import type { ResourceIds } from "./resource_table.ts";
import { type Handle, newHandle, readHandle } from "./tensor_handle.ts";
import type { TfjsBackend } from "./tfjs_backend.ts";

/** A step recorded for one combination of input shapes. */
interface Recorded {
  readonly functionName: string;
  readonly outputs: readonly string[];
  /** Variables, and tensors made before the recording: further inputs of the function. */
  readonly captured: readonly Handle[];
}

/** One input as the plain tensors that it consists of. */
type Part = { readonly data: HostTensor["data"]; readonly shape: readonly number[] };

const isIds = (input: HostTensor | EmbeddingIds): input is EmbeddingIds => "table" in input;

function partsOf(input: HostTensor | EmbeddingIds): Part[] {
  if (!isIds(input)) return [input];
  const { rows, distinct, positions, order, segments } = input;
  return [rows, distinct, positions, order, segments].map((data) => ({ data, shape: [data.length] }));
}

/** What a recording is good for: inputs of the same names, types and shapes. */
function signatureOf(inputs: StepInputs): string {
  return Object.entries(inputs).map(([name, input]) =>
    isIds(input)
      ? `${name}:${input.table.name} ${input.examples}x${input.positions.length / input.examples}`
      : `${name}:${dtypeOf(input)} ${input.shape.join("x")}`
  ).join(", ");
}

const dtypeOf = (part: Part) => part.data instanceof Float32Array ? DType.float32 : DType.int32;

/** Results of whole numbers and truth values come as float32 too, so that a reader need not know an op's type. */
function floats(values: ArrayLike<number | bigint>): Float32Array<ArrayBuffer> {
  return values instanceof Float32Array ? values as Float32Array<ArrayBuffer> : Float32Array.from(values, Number);
}

/** What `CheckNumericsV2` says that it found. */
function valueIn(message: string): number {
  if (/NaN/.test(message)) return NaN;
  return /-Inf/.test(message) ? -Infinity : Infinity;
}

let steps = 0;

/**
 * Compiles `fn` by recording: the first time a combination of input shapes comes, `fn` runs once while every op is
 * written down; the record becomes one TensorFlow function, which that call and all later ones execute.
 */
export function recordedStep<I extends StepInputs>(
  backend: TfjsBackend,
  fn: (inputs: StepArguments<I>) => Record<string, tf.Tensor>,
  options: StepOptions,
): StepBody<I> {
  const { binding } = backend;
  const { api } = binding.context;
  const number = ++steps;
  const recorded = new Map<string, Recorded>();

  const argumentsOf = (inputs: I, wrap: (part: Part) => tf.Tensor): StepArguments<I> => {
    const entries = Object.entries(inputs).map(([name, input]) => {
      const tensors = partsOf(input).map(wrap);
      if (!isIds(input)) return [name, tensors[0]];
      const [rows, distinct, positions, order, segments] = tensors;
      return [name, { examples: input.examples, rows, distinct, positions, order, segments } satisfies ResourceIds];
    });
    return Object.fromEntries(entries);
  };

  const upload = (part: Part) => newHandle(binding.context, part.shape, dtypeOf(part), part.data);

  const record = (inputs: I, signature: string): Recorded => {
    const functionName = `${options.name.replace(/\W/g, "_")}_${number}_${recorded.size}`;
    const recording = binding.startRecording();
    const scope = tf.engine();
    scope.startScope(functionName); // not tf.tidy: what comes out is no container of tensors
    try {
      const placeholders: { id: number; dtype: number }[] = [];
      const args = argumentsOf(inputs, (part) => {
        const id = binding.adopt(upload(part));
        recording.addArgument(id);
        placeholders.push({ id, dtype: dtypeOf(part) });
        return backend.wrap({ id, shape: [...part.shape], dtype: dtypeOf(part) });
      });
      const results = fn(args);
      const outputs = Object.keys(results);
      const outputIds = outputs.map((name) => backend.idOf(results[name]));
      const captured = recording.captured(outputIds);
      for (const id of captured) {
        placeholders.push({ id, dtype: api.TFE_TensorHandleDataType(binding.handle(id)) });
      }
      const finite = options.finite === undefined ? undefined : backend.idOf(watched(options.finite, results));
      buildFunction(binding.context, functionName, recording, placeholders, outputIds, finite);
      const step = { functionName, outputs, captured: captured.map((id) => shareHandle(binding.handle(id))) };
      recorded.set(signature, step);
      return step;
    } finally {
      scope.endScope();
      binding.stopRecording();
    }
  };

  /** A handle of its own on the same tensor: the step keeps what it captured although tfjs may dispose it. */
  const shareHandle = (handle: Handle): Handle => {
    const copy = api.TFE_TensorHandleCopySharingTensor(handle, binding.context.status);
    binding.context.check(() => `Cannot keep a tensor that the step "${options.name}" uses`);
    return copy;
  };

  const execute = async (step: Recorded, inputs: I): Promise<StepResults> => {
    const status = api.TF_NewStatus();
    const check = () => {
      if (api.TF_GetCode(status) === 0) return;
      const message = readCString(api.TF_Message(status));
      if (options.finite !== undefined && message.includes(NOT_FINITE)) {
        throw new NotFiniteError(options.finite, valueIn(message));
      }
      throw new TensorFlowError(message);
    };
    const handles: Handle[] = [];
    let op: Deno.PointerValue = null;
    try {
      for (const part of Object.values(inputs).flatMap(partsOf)) handles.push(upload(part));
      op = api.TFE_NewOp(binding.context.handle, cString(step.functionName), status);
      check();
      for (const handle of [...handles, ...step.captured]) api.TFE_OpAddInput(op, handle, status);
      check();
      const out = new BigUint64Array(Math.max(1, step.outputs.length));
      const count = Int32Array.of(step.outputs.length);
      await api.executeAside(op, out, count, status);
      check();
      const results: Record<string, Float32Array<ArrayBuffer>> = {};
      const outputs = step.outputs.map((_, i) => Deno.UnsafePointer.create(out[i]));
      try {
        step.outputs.forEach((name, i) => results[name] = floats(readHandle(binding.context, outputs[i])));
      } finally {
        outputs.forEach((handle) => api.TFE_DeleteTensorHandle(handle));
      }
      return results;
    } finally {
      if (op !== null) api.TFE_DeleteOp(op);
      api.TF_DeleteStatus(status);
      for (const handle of handles) api.TFE_DeleteTensorHandle(handle);
    }
  };

  /** The same function op by op, with no recording: for debugging. */
  const runEagerly = (inputs: I): StepResults =>
    tf.tidy(() => {
      const results = fn(argumentsOf(inputs, (part) =>
        backend.wrap({ id: binding.adopt(upload(part)), shape: [...part.shape], dtype: dtypeOf(part) })));
      const values = Object.fromEntries(
        Object.entries(results).map(([name, tensor]) => [name, floats(tensor.dataSync())]),
      );
      checkFinite(options.finite, values);
      return values;
    });

  return {
    async run(inputs) {
      if (options.eager) return runEagerly(inputs);
      const signature = signatureOf(inputs);
      return await execute(recorded.get(signature) ?? record(inputs, signature), inputs);
    },
    dispose() {
      for (const step of recorded.values()) {
        step.captured.forEach((handle) => api.TFE_DeleteTensorHandle(handle));
        api.TFE_ContextRemoveFunction(binding.context.handle, cString(step.functionName), binding.context.status);
      }
      recorded.clear();
    },
  };
}
