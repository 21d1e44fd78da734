import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";

/** The machine as the search for TensorFlow sees it. Tests describe other machines with it. */
export interface Host {
  readonly os: string;
  readonly arch: string;
  env(name: string): string | undefined;
  exists(path: string): boolean;
}

/** The machine that this process runs on. */
export const thisHost: Host = {
  os: Deno.build.os,
  arch: Deno.build.arch,
  env: (name) => Deno.env.get(name),
  exists: existsSync,
};

/**
 * The folder of this user for things that can be had again: `RECSCALE_CACHE`, else `recscale` in the operating system's
 * usual place (`XDG_CACHE_HOME` or `~/.cache`; `~/Library/Caches`; `LOCALAPPDATA`). It may not exist yet.
 */
export function cacheFolder(host: Host = thisHost): string {
  const chosen = host.env("RECSCALE_CACHE");
  if (chosen) return chosen;
  const home = host.env("HOME") ?? homedir();
  if (host.os === "darwin") return join(home, "Library", "Caches", "recscale");
  if (host.os === "windows") return join(host.env("LOCALAPPDATA") ?? join(home, "AppData", "Local"), "recscale");
  return join(host.env("XDG_CACHE_HOME") || join(home, ".cache"), "recscale");
}

/** Where libtensorflow of this kind of machine is kept; apart from other kinds, as a home folder may be shared. */
export function libraryFolder(host: Host = thisHost): string {
  return join(cacheFolder(host), "tensorflow", `${host.os}-${host.arch}`);
}

/**
 * Whether CUDA is wanted: an NVIDIA driver is installed and `RECSCALE_DEVICE` is not `cpu`. Only 64-bit x86 Linux, for
 * which alone there are TensorFlow packages with CUDA. Reads no device and starts no program.
 */
export function wantsCuda(host: Host = thisHost): boolean {
  if (host.os !== "linux" || host.arch !== "x86_64") return false;
  return host.env("RECSCALE_DEVICE")?.toLowerCase() !== "cpu" && nvidiaDriver(host) !== undefined;
}

/** The file by which an NVIDIA driver was noticed. */
export function nvidiaDriver(host: Host = thisHost): string | undefined {
  const folders = [
    "/usr/lib/x86_64-linux-gnu",
    "/usr/lib64",
    "/usr/lib",
    "/usr/lib/wsl/lib",
    "/usr/local/nvidia/lib64",
  ];
  const places = ["/proc/driver/nvidia/version", ...folders.map((folder) => join(folder, "libcuda.so.1"))];
  const path = (host.env("PATH") ?? "").split(delimiter).filter(Boolean);
  return [...places, ...path.map((folder) => join(folder, "nvidia-smi"))].find((place) => host.exists(place));
}
