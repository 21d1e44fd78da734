import * as tf from "@tensorflow/tfjs";
import { checkCount } from "../check_count.ts";
import type {
  BackendName,
  DenseUpdates,
  Engine,
  HostTensor,
  StepArguments,
  StepInputs,
  StepOptions,
  Variable,
} from "../engine.ts";
import type { EmbeddingIds } from "../embedding_table.ts";
import { type StepBody, StepOrder } from "../step_order.ts";
import { checkFinite } from "../not_finite.ts";
import { type HostIds, type HostTable, hostTable } from "./host_table.ts";
import { Undo } from "./undo.ts";

/**
 * The engine on one of tfjs's own backends. Steps run op by op; embedding tables live in host memory, and only the
 * rows of a batch travel to the backend and back.
 */
export async function openEager(name: Exclude<BackendName, "tensorflow">, fallbackReason?: string): Promise<Engine> {
  // tfjs would print advice to install its native add-on, which is what this engine replaces
  tf.env().set("IS_NODE", false);
  // the threaded WebAssembly module starts Node workers from source text, which Deno refuses
  if (name === "wasm") tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", false);
  if (!await tf.setBackend(name)) throw new Error(`Cannot open tfjs's backend "${name}": it did not initialise.`);
  await tf.ready();
  const order = new StepOrder();
  const undo = new Undo();
  return {
    name,
    description: `tfjs ${tf.version_core} on ${name}`,
    version: tf.version_core,
    device: name === "webgpu" ? "GPU" : "CPU",
    threads: { intraOp: 1, interOp: 1 },
    fallbackReason,
    updates,
    variable: (name, shape, values) => eagerVariable(undo, name, shape, values),
    embeddingTable: hostTable,
    compileStep: (fn, options) => order.step(eagerStep(undo, fn, options), options),
    tensorCount: () => tf.memory().numTensors,
  };
}

function eagerVariable(
  undo: Undo,
  name: string,
  shape: readonly number[],
  values: Float32Array<ArrayBuffer>,
): Variable {
  const tensorOf = (values: Float32Array<ArrayBuffer>) => {
    checkCount(`variable ${name}`, shape, values);
    return tf.tensor(values.slice(), [...shape], "float32"); // tfjs would keep the caller's array itself
  };
  let current = tf.keep(tensorOf(values));
  const variable: Variable = {
    name,
    shape,
    value: () => tf.clone(current),
    assign(value) {
      const old = current;
      current = tf.keep(tf.clone(value));
      undo.take(variable, old, (old) => {
        current.dispose();
        current = old;
      });
    },
    read: async () => Float32Array.from(await current.data<"float32">()),
    write(next) {
      const written = tf.keep(tensorOf(next));
      current.dispose();
      current = written;
    },
    dispose: () => current.dispose(),
  };
  return variable;
}

/** The same formulas as TensorFlow's fused updates, written out. */
const updates: DenseUpdates = {
  sgd: (parameter, learningRate, gradient) =>
    parameter.assign(tf.sub(parameter.value(), tf.mul(learningRate, gradient))),
  adagrad(parameter, accumulator, learningRate, epsilon, gradient) {
    const a = tf.add(accumulator.value(), tf.square(gradient));
    accumulator.assign(a);
    parameter.assign(tf.sub(parameter.value(), tf.div(tf.mul(learningRate, gradient), tf.add(tf.sqrt(a), epsilon))));
  },
  adam(parameter, mean, variance, learningRate, { beta1, beta2, epsilon, beta1Power, beta2Power }, gradient) {
    const m = tf.add(tf.mul(mean.value(), beta1), tf.mul(gradient, 1 - beta1));
    const v = tf.add(tf.mul(variance.value(), beta2), tf.mul(tf.square(gradient), 1 - beta2));
    mean.assign(m);
    variance.assign(v);
    const rate = tf.div(tf.mul(learningRate, tf.sqrt(tf.sub(1, beta2Power))), tf.sub(1, beta1Power));
    parameter.assign(tf.sub(parameter.value(), tf.div(tf.mul(rate, m), tf.add(tf.sqrt(v), epsilon))));
  },
};

function eagerStep<I extends StepInputs>(
  undo: Undo,
  fn: (inputs: StepArguments<I>) => Record<string, tf.Tensor>,
  options: StepOptions,
): StepBody<I> {
  return {
    async run(inputs) {
      const tables = new Set<HostTable>();
      let results: Record<string, tf.Tensor> = {};
      undo.begin();
      try {
        results = tf.tidy(() => {
          const args = Object.fromEntries(
            Object.entries(inputs).map(([key, input]) => {
              if (!("table" in input)) return [key, uploaded(input)];
              tables.add(input.table as HostTable);
              return [key, { examples: input.examples, ids: input as EmbeddingIds } satisfies HostIds];
            }),
          );
          return fn(args as StepArguments<I>);
        });
        const out: Record<string, Float32Array<ArrayBuffer>> = {};
        for (const [key, tensor] of Object.entries(results)) {
          out[key] = Float32Array.from(await tensor.data<"float32">());
        }
        checkFinite(options.finite, out);
        for (const table of tables) await table.applyPending();
        undo.commit();
        return out;
      } catch (error) {
        for (const table of tables) table.dropPending();
        undo.rollBack();
        throw error;
      } finally {
        tf.dispose(results);
      }
    },
    dispose() {},
  };
}

function uploaded({ data, shape }: HostTensor): tf.Tensor {
  return tf.tensor(data, [...shape], data instanceof Float32Array ? "float32" : "int32");
}
