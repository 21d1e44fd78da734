import { existsSync } from "node:fs";
import { cpus } from "node:os";
import { delimiter, join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import project from "../../deno.json" with { type: "json" };
import {
  cacheFolder,
  findLibrary,
  findPython,
  folderBytes,
  type Library,
  nvidiaDriver,
  type Python,
} from "../engine/library/mod.ts";
import { openEngine } from "../engine/mod.ts";
import { browserProblem, closeBrowser } from "../figures/mod.ts";
import { jupyterDataDir, kernelspec, KERNELSPEC_METADATA } from "./kernelspec.ts";
import { type MatmulSpeed, matmulSpeed } from "../engine/matmul_speed.ts";

/** What is there on this machine of all that the project can use. */
export interface Diagnosis {
  readonly machine: {
    readonly os: string;
    readonly arch: string;
    readonly processor: string;
    readonly cores: number;
    readonly memoryBytes: number;
    readonly availableMemoryBytes: number;
    /** The file by which an NVIDIA driver was noticed. */
    readonly nvidiaDriver: string | null;
  };
  readonly versions: {
    readonly recscale: string;
    readonly deno: string;
    readonly v8: string;
    readonly typescript: string;
    readonly tfjs: string;
  };
  readonly engine: EngineDiagnosis | { readonly problem: string };
  readonly library: Library | null;
  readonly cache: { readonly folder: string; readonly bytes: number };
  readonly python: Python | null;
  /** Why no browser starts that could draw figures as SVG, PDF or PNG; `null` when one does. */
  readonly browserProblem: string | null;
  readonly notebook: {
    /** The `jupyter` program. */
    readonly jupyter: string | null;
    /** The folder of our kernelspec among those of this user. */
    readonly kernelspec: string | null;
    /** Whether that kernelspec starts this copy of the project with this Deno. */
    readonly current: boolean;
  };
}

/** The engine as it opened. */
export interface EngineDiagnosis {
  readonly backend: string;
  readonly description: string;
  readonly version: string;
  readonly device: string;
  readonly threads: { readonly intraOp: number; readonly interOp: number };
  readonly fallbackReason: string | null;
  readonly matmul: MatmulSpeed;
}

/**
 * Looks at everything: opens the engine and times it, starts a browser, asks Python, and adds up the cache. Takes a few
 * seconds. Opening the engine fetches TensorFlow's library if it is not there.
 */
export async function diagnose(): Promise<Diagnosis> {
  const memory = Deno.systemMemoryInfo();
  const engine = await diagnoseEngine();
  const folder = cacheFolder();
  const noBrowser = await browserProblem() ?? null;
  await closeBrowser();
  return {
    machine: {
      os: Deno.build.os,
      arch: Deno.build.arch,
      processor: cpus()[0]?.model.trim() ?? "unknown",
      cores: navigator.hardwareConcurrency,
      memoryBytes: memory.total,
      availableMemoryBytes: memory.available,
      nvidiaDriver: nvidiaDriver() ?? null,
    },
    versions: { recscale: project.version, ...Deno.version, tfjs: tf.version_core },
    engine,
    library: await findLibrary().catch(() => null), // where that fails, so did the engine, and tells why
    cache: { folder, bytes: await folderBytes(folder) },
    python: await findPython(),
    browserProblem: noBrowser,
    notebook: await diagnoseNotebook(),
  };
}

async function diagnoseEngine(): Promise<EngineDiagnosis | { problem: string }> {
  try {
    const { name, description, version, device, threads, fallbackReason } = await openEngine();
    const matmul = await matmulSpeed();
    return { backend: name, description, version, device, threads, fallbackReason: fallbackReason ?? null, matmul };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

async function diagnoseNotebook(): Promise<Diagnosis["notebook"]> {
  const jupyter = findProgram("jupyter");
  const folder = join(jupyterDataDir(), "kernels", KERNELSPEC_METADATA.name);
  try {
    const installed = JSON.parse(await Deno.readTextFile(join(folder, "kernel.json")));
    const current = JSON.stringify(installed.argv) === JSON.stringify(kernelspec().argv);
    return { jupyter, kernelspec: folder, current };
  } catch {
    return { jupyter, kernelspec: null, current: false };
  }
}

function findProgram(name: string): string | null {
  const suffix = Deno.build.os === "windows" ? ".exe" : "";
  const folders = (Deno.env.get("PATH") ?? "").split(delimiter).filter(Boolean);
  return folders.map((folder) => join(folder, name + suffix)).find((path) => existsSync(path)) ?? null;
}
