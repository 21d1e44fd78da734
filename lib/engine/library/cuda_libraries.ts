import { join } from "node:path";

/**
 * CUDA's libraries in NVIDIA's Python packages, in the order in which they need one another: the folder below `nvidia/`
 * and the library. What these load themselves (the parts of cuDNN) they find beside them.
 */
const LOAD_ORDER: readonly (readonly [folder: string, library: string])[] = [
  ["cuda_runtime", "libcudart"],
  ["cuda_nvrtc", "libnvrtc"],
  ["nvjitlink", "libnvJitLink"],
  ["cublas", "libcublasLt"],
  ["cublas", "libcublas"],
  ["cuda_cupti", "libcupti"],
  ["cufft", "libcufft"],
  ["curand", "libcurand"],
  ["cusparse", "libcusparse"],
  ["cusolver", "libcusolver"],
  ["cudnn", "libcudnn"],
  ["nccl", "libnccl"],
];

/**
 * The shared libraries of NVIDIA's Python packages below a folder (`site-packages`, or ours laid out like it), in the
 * order to load them; empty when there are none. Untested on a machine with a GPU.
 */
export async function cudaLibraries(folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const [part, library] of LOAD_ORDER) {
    const libraries = join(folder, "nvidia", part, "lib");
    const names = await namesIn(libraries);
    const name = names.find((name) =>
      name.startsWith(`${library}.so.`) && /^\d+$/.test(name.slice(library.length + 4))
    );
    if (name) found.push(join(libraries, name));
  }
  return found;
}

/** The NVIDIA packages in TensorFlow's extra `and-cuda`, from its package's `METADATA`, e.g. `nvidia-nccl-cu12<3.0,>=2.27`. */
export function cudaRequirements(metadata: string): string[] {
  const lines = metadata.split(/\r?\n/).map((line) =>
    line.match(/^Requires-Dist: *([^;]+);.*extra *== *["']and-cuda["']/)
  );
  return lines.flatMap((match) => match ? [match[1].replace(/[\s()]/g, "")] : []).filter((name) =>
    name.startsWith("nvidia-")
  );
}

/** What an NVIDIA package needs to have unpacked: shared libraries, the assembler and its data; not headers and archives. */
export function isCudaRuntimeFile(name: string): boolean {
  return name.startsWith("nvidia/") && !name.includes("/include/") && !/\.(a|py|h|txt)$/.test(name);
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return [];
    throw error;
  }
}
