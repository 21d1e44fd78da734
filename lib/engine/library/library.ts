/** The release that is fetched where no TensorFlow is installed. */
export const TENSORFLOW_VERSION = "2.21.0";

/** The oldest installed TensorFlow that is taken: the first whose package holds the C API in libtensorflow_cc. */
export const OLDEST_TENSORFLOW = "2.16";

/** The shared libraries of a TensorFlow, ready to be loaded. */
export interface Library {
  /** `libtensorflow_framework`: to be loaded before {@link mainPath}. */
  readonly frameworkPath: string;
  /** `libtensorflow_cc` (or `libtensorflow` of a C release): with the framework it has the whole C API. */
  readonly mainPath: string;
  /** CUDA's shared libraries, to be loaded before the two in this order; empty for a CPU build or CUDA of the system. */
  readonly preload: readonly string[];
  /** Release, e.g. `"2.21.0"`; `"unknown"` for a folder that `RECSCALE_TENSORFLOW_LIB` names and that does not say. */
  readonly version: string;
  /**
   * Where it was found: named by `RECSCALE_TENSORFLOW_LIB`, in a Python installation, fetched by an earlier process, or
   * fetched just now.
   */
  readonly source: "environment" | "python" | "cache" | "fetched";
  /** Whether it was built with CUDA; it runs on the CPU as well. */
  readonly cuda: boolean;
}

/** File names of the shared libraries on an operating system, the main one first by preference. */
export function libraryNames(os: string): { framework: string; main: readonly string[] } {
  return os === "darwin"
    ? { framework: "libtensorflow_framework.2.dylib", main: ["libtensorflow_cc.2.dylib", "libtensorflow.2.dylib"] }
    : { framework: "libtensorflow_framework.so.2", main: ["libtensorflow_cc.so.2", "libtensorflow.so.2"] };
}
