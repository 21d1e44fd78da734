/** TensorFlow's C API (`tensorflow/c/c_api.h`, `tensorflow/c/eager/c_api.h`) through Deno's foreign function interface. */

/** What the engine needs to know of a found libtensorflow. */
export interface LibraryPaths {
  /** `libtensorflow_framework.so.2` */
  readonly frameworkPath: string;
  /** `libtensorflow_cc.so.2` */
  readonly mainPath: string;
  /** Libraries to load before (CUDA), in order. */
  readonly preload: readonly string[];
}

const FRAMEWORK = {
  TF_AllocateTensor: { parameters: ["i32", "buffer", "i32", "usize"], result: "pointer" },
  TF_DeleteTensor: { parameters: ["pointer"], result: "void" },
  TF_TensorData: { parameters: ["pointer"], result: "pointer" },
  TF_TensorByteSize: { parameters: ["pointer"], result: "usize" },
  TF_NewStatus: { parameters: [], result: "pointer" },
  TF_DeleteStatus: { parameters: ["pointer"], result: "void" },
  TF_GetCode: { parameters: ["pointer"], result: "i32" },
  TF_Message: { parameters: ["pointer"], result: "pointer" },
} as const;

const EXECUTE = ["pointer", "buffer", "buffer", "pointer"] as const;

const MAIN = {
  TF_StringInit: { parameters: ["pointer"], result: "void" },
  TF_StringAssignView: { parameters: ["pointer", "pointer", "usize"], result: "void" },
  TF_StringGetDataPointer: { parameters: ["pointer"], result: "pointer" },
  TF_StringGetSize: { parameters: ["pointer"], result: "usize" },
  TF_Version: { parameters: [], result: "pointer" },
  TFE_NewContextOptions: { parameters: [], result: "pointer" },
  TFE_ContextOptionsSetConfig: { parameters: ["pointer", "buffer", "usize", "pointer"], result: "void" },
  TFE_DeleteContextOptions: { parameters: ["pointer"], result: "void" },
  TFE_NewContext: { parameters: ["pointer", "pointer"], result: "pointer" },
  TFE_ContextListDevices: { parameters: ["pointer", "pointer"], result: "pointer" },
  TFE_EnableCollectiveOps: { parameters: ["pointer", "buffer", "usize", "pointer"], result: "void" },
  TF_DeviceListCount: { parameters: ["pointer"], result: "i32" },
  TF_DeviceListName: { parameters: ["pointer", "i32", "pointer"], result: "pointer" },
  TF_DeviceListType: { parameters: ["pointer", "i32", "pointer"], result: "pointer" },
  TF_DeleteDeviceList: { parameters: ["pointer"], result: "void" },
  TFE_NewTensorHandle: { parameters: ["pointer", "pointer"], result: "pointer" },
  TFE_DeleteTensorHandle: { parameters: ["pointer"], result: "void" },
  TFE_TensorHandleCopySharingTensor: { parameters: ["pointer", "pointer"], result: "pointer" },
  TFE_TensorHandleCopyToDevice: { parameters: ["pointer", "pointer", "buffer", "pointer"], result: "pointer" },
  TFE_TensorHandleDataType: { parameters: ["pointer"], result: "i32" },
  TFE_TensorHandleNumDims: { parameters: ["pointer", "pointer"], result: "i32" },
  TFE_TensorHandleDim: { parameters: ["pointer", "i32", "pointer"], result: "i64" },
  TFE_TensorHandleResolve: { parameters: ["pointer", "pointer"], result: "pointer" },
  TFE_NewOp: { parameters: ["pointer", "buffer", "pointer"], result: "pointer" },
  TFE_DeleteOp: { parameters: ["pointer"], result: "void" },
  TFE_OpAddInput: { parameters: ["pointer", "pointer", "pointer"], result: "void" },
  TFE_OpSetAttrBool: { parameters: ["pointer", "buffer", "u8"], result: "void" },
  TFE_OpSetAttrInt: { parameters: ["pointer", "buffer", "i64"], result: "void" },
  TFE_OpSetAttrIntList: { parameters: ["pointer", "buffer", "buffer", "i32"], result: "void" },
  TFE_OpSetAttrFloat: { parameters: ["pointer", "buffer", "f32"], result: "void" },
  TFE_OpSetAttrType: { parameters: ["pointer", "buffer", "i32"], result: "void" },
  TFE_OpSetAttrTypeList: { parameters: ["pointer", "buffer", "buffer", "i32"], result: "void" },
  TFE_OpSetAttrString: { parameters: ["pointer", "buffer", "buffer", "usize"], result: "void" },
  TFE_OpSetAttrShape: { parameters: ["pointer", "buffer", "buffer", "i32", "pointer"], result: "void" },
  TFE_Execute: { parameters: EXECUTE, result: "void" },
  // the same function off the JavaScript thread, so that timers, aborts and watchdogs run during a step
  executeAside: { name: "TFE_Execute", parameters: EXECUTE, result: "void", nonblocking: true },
  TFE_ContextAddFunction: { parameters: ["pointer", "pointer", "pointer"], result: "void" },
  TFE_ContextRemoveFunction: { parameters: ["pointer", "buffer", "pointer"], result: "void" },
  TF_DeleteFunction: { parameters: ["pointer"], result: "void" },
  TF_NewGraph: { parameters: [], result: "pointer" },
  TF_DeleteGraph: { parameters: ["pointer"], result: "void" },
  TF_NewOperation: { parameters: ["pointer", "buffer", "buffer"], result: "pointer" },
  TF_FinishOperation: { parameters: ["pointer", "pointer"], result: "pointer" },
  TF_AddInput: { parameters: ["pointer", { struct: ["pointer", "i32"] }], result: "void" },
  TF_AddInputList: { parameters: ["pointer", "buffer", "i32"], result: "void" },
  TF_AddControlInput: { parameters: ["pointer", "pointer"], result: "void" },
  TF_SetAttrType: { parameters: ["pointer", "buffer", "i32"], result: "void" },
  TF_SetAttrTypeList: { parameters: ["pointer", "buffer", "buffer", "i32"], result: "void" },
  TF_SetAttrInt: { parameters: ["pointer", "buffer", "i64"], result: "void" },
  TF_SetAttrIntList: { parameters: ["pointer", "buffer", "buffer", "i32"], result: "void" },
  TF_SetAttrFloat: { parameters: ["pointer", "buffer", "f32"], result: "void" },
  TF_SetAttrBool: { parameters: ["pointer", "buffer", "u8"], result: "void" },
  TF_SetAttrString: { parameters: ["pointer", "buffer", "buffer", "usize"], result: "void" },
  TF_SetAttrShape: { parameters: ["pointer", "buffer", "buffer", "i32"], result: "void" },
  TF_SetAttrTensor: { parameters: ["pointer", "buffer", "pointer", "pointer"], result: "void" },
  TF_GraphToFunctionWithControlOutputs: {
    parameters: [
      ...["pointer", "buffer", "u8", "i32", "pointer", "i32", "buffer", "i32", "buffer", "pointer"] as const,
      ...["i32", "buffer", "pointer", "pointer", "pointer", "pointer"] as const,
    ],
    result: "pointer",
  },
} as const;

type Symbols<T extends Deno.ForeignLibraryInterface> = Deno.DynamicLibrary<T>["symbols"];

/** The functions of both libraries as one record. */
export type TensorFlowApi = Symbols<typeof FRAMEWORK> & Symbols<typeof MAIN>;

/**
 * Keeps a library in memory until the process has ended. Without it libtensorflow is unloaded while its own threads
 * still run, and a process that ends by an uncaught error ends in a segmentation fault instead.
 */
function pin(libc: Libc, path: string): void {
  const RTLD_NOW = 0x2, RTLD_NODELETE = Deno.build.os === "darwin" ? 0x80 : 0x1000;
  libc.symbols.dlopen(cString(path), RTLD_NOW | RTLD_NODELETE);
}

const LIBC = {
  dlopen: { parameters: ["buffer", "i32"], result: "pointer" },
  setenv: { parameters: ["buffer", "buffer", "i32"], result: "i32" },
  open: { parameters: ["buffer", "i32"], result: "i32" },
  dup: { parameters: ["i32"], result: "i32" },
  dup2: { parameters: ["i32", "i32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
} as const;
type Libc = Deno.DynamicLibrary<typeof LIBC>;

const STDERR = 2, WRITE_ONLY = 1;

/** Runs `load` with standard error closed: libtensorflow logs while it is loaded, before it reads its log level. */
function silently(libc: Libc, load: () => void): void {
  const { open, dup, dup2, close } = libc.symbols;
  const saved = dup(STDERR), nowhere = open(cString("/dev/null"), WRITE_ONLY);
  dup2(nowhere, STDERR);
  try {
    load();
  } finally {
    dup2(saved, STDERR);
    close(saved);
    close(nowhere);
  }
}

/**
 * Pins the libraries and silences TensorFlow's start-up log, unless the user wants more of it than errors: level 3 is
 * also what a process inherits from one that has prepared itself.
 */
function prepareProcess(library: LibraryPaths): void {
  const libc = Deno.dlopen(Deno.build.os === "darwin" ? "/usr/lib/libSystem.B.dylib" : "libc.so.6", LIBC);
  const pinAll = () => [...library.preload, library.frameworkPath, library.mainPath].forEach((path) => pin(libc, path));
  const level = Deno.env.get("TF_CPP_MIN_LOG_LEVEL") ?? "3";
  if (level !== "3") return pinAll();
  libc.symbols.setenv(cString("TF_CPP_MIN_LOG_LEVEL"), cString("3"), 0);
  silently(libc, pinAll);
}

/**
 * Loads libtensorflow.
 *
 * @throws {Error} when a library cannot be loaded; the message names the file and the loader's own words.
 */
export function loadTensorFlow(library: LibraryPaths): TensorFlowApi {
  if (Deno.build.os !== "windows") prepareProcess(library);
  try {
    const framework = Deno.dlopen(library.frameworkPath, FRAMEWORK);
    const main = Deno.dlopen(library.mainPath, MAIN);
    return { ...framework.symbols, ...main.symbols };
  } catch (error) {
    throw new Error(
      `Cannot load TensorFlow from ${library.mainPath}: ${error instanceof Error ? error.message : error}. ` +
        `Wanted: the libtensorflow of TensorFlow 2.16 or later.`,
      { cause: error },
    );
  }
}

const encoder = new TextEncoder();
const names = new Map<string, Uint8Array<ArrayBuffer>>();

/** A NUL-terminated copy of a name, made once. */
export function cString(text: string): Uint8Array<ArrayBuffer> {
  let bytes = names.get(text);
  if (!bytes) names.set(text, bytes = encoder.encode(text + "\0"));
  return bytes;
}

/** The text behind a `char *`. */
export function readCString(pointer: Deno.PointerValue): string {
  return pointer === null ? "" : new Deno.UnsafePointerView(pointer).getCString();
}
