import { join } from "node:path";
import { folderBytes } from "./folder_bytes.ts";
import { WHEEL_PYTHON } from "./wheel_choice.ts";

/** One package to download. */
export interface PipRequest {
  /** The Python program whose pip is run. */
  python: string;
  requirement: string;
  platforms: readonly string[];
  /** An empty folder of ours: gets the package and pip's temporary files. */
  folder: string;
  /** Told several times a second; the total is 0 until pip has said it. */
  onProgress?(doneBytes: number, totalBytes: number): void;
}

const WATCH_MS = 200;

/**
 * Downloads one package (a wheel), without its dependencies, through pip, whose own configuration says where from.
 * Returns its path. The download ends with this process.
 *
 * @throws {Error} when pip fails; the message is pip's.
 */
export async function pipDownload({ python, requirement, platforms, folder, onProgress }: PipRequest): Promise<string> {
  const wheels = join(folder, "wheels");
  const temporary = join(folder, "temporary");
  await Promise.all([wheels, temporary].map((path) => Deno.mkdir(path, { recursive: true })));
  const child = new Deno.Command(python, {
    args: [
      ...["-m", "pip", "download", requirement, "--dest", wheels, "--no-deps", "--only-binary=:all:"],
      ...["--python-version", WHEEL_PYTHON, ...platforms.flatMap((platform) => ["--platform", platform])],
      ...["--no-cache-dir", "--progress-bar", "off", "--retries", "2"],
    ],
    // Temporary files go beside the package: /tmp may be small, and their growth is the only sign of progress that every
    // release of pip gives. A package is not installed, so no virtual environment is needed.
    env: {
      TMPDIR: temporary,
      PIP_REQUIRE_VIRTUALENV: "0",
      PIP_DISABLE_PIP_VERSION_CHECK: "1",
      PIP_NO_INPUT: "1",
      PYTHONUNBUFFERED: "1",
    },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const stop = () => child.kill();
  addEventListener("unload", stop);
  let total = 0;
  const watch = setInterval(
    () => void folderBytes(folder).then((bytes) => onProgress?.(Math.min(bytes, total || bytes), total)),
    WATCH_MS,
  );
  try {
    const said = readLines(child.stdout, (line) => total = announcedBytes(line) ?? total);
    const complaints: string[] = [];
    const complained = readLines(child.stderr, (line) => complaints.push(line));
    const [{ success, code }] = await Promise.all([child.status, said, complained]);
    if (!success) {
      throw new Error(`pip cannot download ${requirement}: ${lastError(complaints) ?? `it ended with ${code}`}`);
    }
  } finally {
    clearInterval(watch);
    removeEventListener("unload", stop);
  }
  const [wheel] = (await Array.fromAsync(Deno.readDir(wheels))).filter(({ name }) => name.endsWith(".whl"));
  if (!wheel) throw new Error(`pip ended well but left no package for ${requirement}.`);
  return join(wheels, wheel.name);
}

/** The size in a line of pip such as `Downloading tensorflow_cpu-2.21.0-….whl (273.8 MB)`, to the digits given there. */
export function announcedBytes(line: string): number | undefined {
  const match = line.match(/Downloading .*\((\d+(?:\.\d+)?) *(bytes|[kMG]?B)\)/);
  const unit: Record<string, number> = { bytes: 1, B: 1, kB: 1e3, MB: 1e6, GB: 1e9 };
  return match ? Number(match[1]) * unit[match[2]] : undefined;
}

async function readLines(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  onLine: (line: string) => void,
): Promise<void> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    lines.forEach(onLine);
  }
  if (rest) onLine(rest);
}

function lastError(lines: string[]): string | undefined {
  const text = lines.map((line) => line.trim()).filter(Boolean);
  return (text.findLast((line) => line.startsWith("ERROR:")) ?? text.at(-1))?.replace(/^ERROR: */, "");
}
