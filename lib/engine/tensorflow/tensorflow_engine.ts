import type { Engine } from "../engine.ts";
import { Binding } from "./binding.ts";
import { StepOrder } from "../step_order.ts";
import type { LibraryPaths } from "./c_api.ts";
import { type ContextOptions, openContext } from "./context.ts";
import { resourceUpdates } from "./dense_updates.ts";
import { recordedStep } from "./recorded_step.ts";
import { resourceTable } from "./resource_table.ts";
import { registerTfjsBackend, type TfjsBackend } from "./tfjs_backend.ts";
import { resourceVariable } from "./variable.ts";

/** The engine on libtensorflow. */
export interface TensorFlowEngine extends Engine {
  readonly name: "tensorflow";
  /** For ops that tfjs does not have: the engine's own fast paths and collectives. */
  readonly backend: TfjsBackend;
}

/** Opens the engine on a libtensorflow. One per process. */
export async function openTensorFlow(library: LibraryPaths, options: ContextOptions = {}): Promise<TensorFlowEngine> {
  const context = openContext(library, options);
  const backend = await registerTfjsBackend(new Binding(context));
  const order = new StepOrder();
  const cores = navigator.hardwareConcurrency;
  const device = context.gpu === null ? "CPU" : context.gpu.replace(/^.*device:/, "");
  return {
    name: "tensorflow",
    description: `TensorFlow ${context.version} on ${device}`,
    version: context.version,
    device,
    threads: { intraOp: options.intraOpThreads || cores, interOp: options.interOpThreads || cores },
    backend,
    updates: resourceUpdates(backend),
    variable: (name, shape, values) => resourceVariable(backend, name, shape, values),
    embeddingTable: (tableOptions) => resourceTable(backend, tableOptions),
    compileStep: (fn, stepOptions) => order.step(recordedStep(backend, fn, stepOptions), stepOptions),
    tensorCount: () => backend.binding.getNumOfTensors(),
  };
}
