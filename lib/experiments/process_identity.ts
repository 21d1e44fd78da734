import process from "node:process";

/** A process as others on the same file system can tell it. */
export interface ProcessIdentity {
  /** The host, this boot of it, and the container: where the same number means the same process. */
  readonly host: string;
  readonly pid: number;
}

let known: ProcessIdentity | undefined;

/** The identity of this process. */
export function thisHost(): ProcessIdentity {
  return known ??= { host: [Deno.hostname(), bootId(), pidNamespace()].join("/"), pid: Deno.pid };
}

/** Whether a process has surely ended: it ran here, and here is none of its number. */
export function processIsGone({ host, pid }: ProcessIdentity): boolean {
  if (host !== thisHost().host) return false;
  try {
    process.kill(pid, 0); // asks only
    return false;
  } catch (error) {
    return (error as { code?: string }).code === "ESRCH";
  }
}

/** Another after each start of the machine, where numbers of processes begin anew. */
function bootId(): string {
  try {
    return Deno.readTextFileSync("/proc/sys/kernel/random/boot_id").trim();
  } catch {
    return "";
  }
}

/** Containers of one host may share its name, but not its processes. */
function pidNamespace(): string {
  try {
    return Deno.readLinkSync("/proc/self/ns/pid");
  } catch {
    return "";
  }
}
