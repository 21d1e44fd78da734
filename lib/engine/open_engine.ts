import type { BackendName, Engine } from "./engine.ts";
import { openEager } from "./eager/eager_engine.ts";
import { ensureLibrary } from "./library/mod.ts";
import { useRawOps } from "./ops/engine_ops.ts";
import type { ContextOptions } from "./tensorflow/context.ts";

const BACKENDS: readonly BackendName[] = ["tensorflow", "webgpu", "wasm", "cpu"];

/** What can be chosen when the engine opens. */
export interface EngineOptions extends ContextOptions {
  /** Default: environment variable `RECSCALE_BACKEND`, otherwise the best available. */
  readonly backend?: BackendName;
}

let opened: Promise<Engine> | null = null;

/**
 * The process's engine: opened by the first call, the same for all later ones, whose options are then ignored.
 *
 * TensorFlow where its library is installed or can be fetched; otherwise WebGPU where there is an adapter, otherwise
 * WebAssembly. Environment: `RECSCALE_BACKEND` (tensorflow, webgpu, wasm, cpu) and `RECSCALE_THREADS` (threads inside
 * an op; 0 = one a core).
 *
 * @throws {Error} when a backend that was asked for by name cannot be opened.
 */
export function openEngine(options: EngineOptions = {}): Promise<Engine> {
  return opened ??= open(options).catch((error) => {
    opened = null;
    throw error;
  });
}

async function open(options: EngineOptions): Promise<Engine> {
  const wanted = options.backend ?? environmentBackend();
  const threads = options.intraOpThreads ?? environmentThreads();
  let reason: string | undefined;
  if (wanted === undefined || wanted === "tensorflow") {
    const library = await ensureLibrary();
    if (!("unavailable" in library)) {
      const { openTensorFlow } = await import("./tensorflow/tensorflow_engine.ts");
      const engine = await openTensorFlow(library, { ...options, intraOpThreads: threads });
      useRawOps(engine.backend.op, engine.backend.after);
      return engine;
    }
    reason = library.unavailable;
    if (wanted === "tensorflow") throw new Error(`Cannot open the TensorFlow backend: ${reason}`);
  }
  return await openFallback(wanted, reason);
}

async function openFallback(wanted: BackendName | undefined, reason?: string): Promise<Engine> {
  if (wanted === "webgpu" || (wanted === undefined && await hasWebGpu())) {
    await import("@tensorflow/tfjs-backend-webgpu");
    return await openEager("webgpu", reason);
  }
  if (wanted === "cpu") return await openEager("cpu", reason);
  await import("@tensorflow/tfjs-backend-wasm");
  return await openEager("wasm", reason);
}

/** True when this machine has a real WebGPU adapter: a software one is slower than WebAssembly. */
async function hasWebGpu(): Promise<boolean> {
  const adapter = await navigator.gpu?.requestAdapter().catch(() => null);
  return adapter !== null && adapter !== undefined && !adapter.info.isFallbackAdapter;
}

function environmentBackend(): BackendName | undefined {
  const value = Deno.env.get("RECSCALE_BACKEND");
  if (value === undefined || value === "") return undefined;
  if (!BACKENDS.includes(value as BackendName)) {
    throw new Error(`Cannot use RECSCALE_BACKEND="${value}": wanted one of ${BACKENDS.join(", ")}.`);
  }
  return value as BackendName;
}

function environmentThreads(): number {
  const value = Deno.env.get("RECSCALE_THREADS") ?? "0";
  if (!/^\d+$/.test(value)) {
    throw new Error(`Cannot use RECSCALE_THREADS="${value}": wanted a whole number, 0 = one a core.`);
  }
  return Number(value);
}
