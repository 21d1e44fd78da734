import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Host } from "../../../lib/engine/library/host.ts";
import { buildWheel, type FakeWheel } from "./build_wheel.ts";

/** A 64-bit x86 Linux machine all of whose files lie in a temporary folder, with a Python that is a shell script. */
export interface FakeHost extends Host {
  readonly folder: string;
  /** Where its libraries are kept. */
  readonly libraries: string;
  /** The requirements that its pip was asked to download, in order. */
  pipCalls(): string[];
  /** The names below a folder of it, sorted; none when it does not exist. */
  list(path: string): string[];
  remove(): void;
}

export interface FakeHostOptions {
  /** What its Python says of itself; `null` for a machine without Python. */
  python?: { pip?: boolean; tensorflow?: { folder: string; version: string } } | null;
  /** What its pip downloads, by package name. */
  wheels?: Record<string, FakeWheel | Uint8Array>;
  /** Commands of the script before it copies a package, e.g. `sleep 1`. `$TMPDIR` is pip's folder for temporary files. */
  beforeDownload?: string;
  env?: Record<string, string>;
  /** Files outside its folder that exist, e.g. those of a driver. */
  existing?: string[];
}

/** The two libraries of a TensorFlow package, with contents that can be told apart. */
export const TENSORFLOW_FILES = {
  "tensorflow/libtensorflow_cc.so.2": "the main library ".repeat(10_000),
  "tensorflow/libtensorflow_framework.so.2": "the framework ".repeat(1_000),
  "tensorflow/__init__.py": "raise ImportError()",
};

export function fakeHost(options: FakeHostOptions = {}): FakeHost {
  const folder = Deno.makeTempDirSync({ prefix: "recscale-host-" });
  const python = options.python === null ? join(folder, "absent") : writePython(folder, options);
  const env: Record<string, string> = {
    RECSCALE_CACHE: join(folder, "cache"),
    RECSCALE_PYTHON: python,
    PATH: "",
    ...options.env,
  };
  return {
    os: "linux",
    arch: "x86_64",
    folder,
    libraries: join(folder, "cache", "tensorflow", "linux-x86_64"),
    env: (name) => env[name],
    exists: (path) => path.startsWith(folder) ? existsSync(path) : (options.existing ?? []).includes(path),
    pipCalls: () => {
      const log = join(folder, "pip.log");
      return existsSync(log) ? Deno.readTextFileSync(log).trimEnd().split("\n") : [];
    },
    list: (path) => existsSync(path) ? [...Deno.readDirSync(path)].map(({ name }) => name).sort() : [],
    remove: () => Deno.removeSync(folder, { recursive: true }),
  };
}

/** Progress that is kept, to be looked at afterwards. */
export function recordedProgress() {
  const updates: { done: number; total: number; note: string }[] = [];
  const finished: string[] = [];
  return {
    updates,
    finished,
    update: (done: number, total: number, note = "") => void updates.push({ done, total, note }),
    finish: (note = "") => void finished.push(note),
  };
}

function writePython(folder: string, { python = {}, wheels = {}, beforeDownload = "" }: FakeHostOptions): string {
  const answer = { version: "3.12.1", pip: python?.pip ?? true, tensorflow: python?.tensorflow ?? null };
  Deno.writeTextFileSync(join(folder, "answer.json"), JSON.stringify(answer));
  Deno.mkdirSync(join(folder, "wheels"));
  for (const [name, wheel] of Object.entries(wheels)) {
    Deno.writeFileSync(join(folder, "wheels", `${name}.whl`), wheel instanceof Uint8Array ? wheel : buildWheel(wheel));
  }
  // Called as: python -c PROBE, and: python -m pip download REQUIREMENT --dest FOLDER ...
  const script = `#!/bin/sh
if [ "$1" = -c ]; then exec cat "${folder}/answer.json"; fi
echo "$4" >> "${folder}/pip.log"
echo "$*" >> "${folder}/arguments.log"
name=\${4%%[<>=!]*}
echo "Collecting $4"
if [ ! -f "${folder}/wheels/$name.whl" ]; then
  echo "WARNING: Retrying after connection broken" >&2
  echo "ERROR: No matching distribution found for $4" >&2
  exit 1
fi
echo "  Downloading $name-1.0-py3-none-any.whl (2.5 kB)"
${beforeDownload}
cp "${folder}/wheels/$name.whl" "$6/$name.whl"
`;
  const path = join(folder, "python3");
  Deno.writeTextFileSync(path, script, { mode: 0o755 });
  return path;
}
