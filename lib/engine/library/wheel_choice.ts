import { type Host, libraryFolder, thisHost, wantsCuda } from "./host.ts";
import { libraryNames, TENSORFLOW_VERSION } from "./library.ts";

/** What to ask pip for on a machine. */
export interface WheelChoice {
  /** The package with its version. */
  readonly requirement: string;
  /** Values of pip's `--platform`, newest first: a package is taken when it is built for any of them. */
  readonly platforms: readonly string[];
  /** Files in the package, framework first. */
  readonly files: readonly [framework: string, main: string];
  readonly cuda: boolean;
}

/**
 * The Python release whose packages are asked for. The libraries do not depend on it, so that the Python which runs pip
 * may be any; TensorFlow publishes for this one on every platform.
 */
export const WHEEL_PYTHON = "3.11";

/** glibc releases by which packages for Linux name what they need; TensorFlow's own need 2.27. */
const MANYLINUX = ["_2_27", "_2_24", "_2_17", "2014", "_2_12", "2010", "_2_5", "1"];

/** What to fetch for a machine, or why nothing can be fetched. */
export function chooseWheel(host: Host = thisHost, cuda = wantsCuda(host)): WheelChoice | { unavailable: string } {
  const { framework, main } = libraryNames(host.os);
  const files = [`tensorflow/${framework}`, `tensorflow/${main[0]}`] as const;
  const machine = `${host.os} on ${host.arch}`;
  if (host.os === "linux" && (host.arch === "x86_64" || host.arch === "aarch64")) {
    if (usesMusl(host)) {
      return { unavailable: "TensorFlow has no package for musl libc (Alpine Linux); a system with glibc has one" };
    }
    const name = host.arch === "x86_64" && !cuda ? "tensorflow-cpu" : "tensorflow";
    const platforms = MANYLINUX.map((tag) => `manylinux${tag}_${host.arch}`);
    return { requirement: `${name}==${TENSORFLOW_VERSION}`, platforms, files, cuda: cuda && host.arch === "x86_64" };
  }
  if (host.os === "darwin" && host.arch === "aarch64") {
    return { requirement: `tensorflow==${TENSORFLOW_VERSION}`, platforms: ["macosx_12_0_arm64"], files, cuda: false };
  }
  if (host.os === "windows") return { unavailable: "TensorFlow's package for Windows does not hold the C library" };
  return { unavailable: `TensorFlow ${TENSORFLOW_VERSION} has no package for ${machine}` };
}

/** The folder that a choice is unpacked into. */
export function choiceFolder(choice: WheelChoice, host: Host = thisHost): string {
  return `${libraryFolder(host)}/${TENSORFLOW_VERSION}-${choice.cuda ? "cuda" : "cpu"}`;
}

function usesMusl(host: Host): boolean {
  if (host.exists("/etc/alpine-release")) return true;
  const folders = ["/lib", "/lib64", "/usr/lib", "/usr/lib64", `/lib/${host.arch}-linux-gnu`];
  return host.exists(`/lib/ld-musl-${host.arch}.so.1`) && !folders.some((folder) => host.exists(`${folder}/libc.so.6`));
}
