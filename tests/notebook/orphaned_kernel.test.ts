import assert from "node:assert/strict";
import process from "node:process";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("../../lib/notebook/wrapper_kernel.ts", import.meta.url));

function alive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Waits until `condition` holds; fails after 20 s. */
async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + 20_000;
  while (!await condition()) {
    assert.ok(performance.now() < end, `waited 20 s for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

Deno.test({
  name: "a kernel ends, with Deno's kernel behind it, when the Jupyter that started it is killed",
  ignore: Deno.build.os !== "linux", // processes are read from /proc
  async fn() {
    const folder = await Deno.makeTempDir();
    const listeners = Array.from({ length: 5 }, () => Deno.listen({ hostname: "127.0.0.1", port: 0 }));
    const [shell_port, iopub_port, stdin_port, control_port, hb_port] = listeners.map(({ addr }) => addr.port);
    for (const listener of listeners) listener.close();
    const ports = { shell_port, iopub_port, stdin_port, control_port, hb_port };
    const connection = { transport: "tcp", ip: "127.0.0.1", key: "k", signature_scheme: "hmac-sha256", ...ports };
    await Deno.writeTextFile(`${folder}/connection.json`, JSON.stringify(connection));
    // a shell in the place of Jupyter, which says by JPY_PARENT_PID that its kernels are not to outlive it
    const script = `"$0" run --allow-all --no-config "$1" "$2" & echo $! > "$3"; wait`;
    const jupyter = new Deno.Command("sh", {
      args: ["-c", script, Deno.execPath(), program, `${folder}/connection.json`, `${folder}/pid`],
      env: { JPY_PARENT_PID: "1" },
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    try {
      let kernel = 0, inner: number[] = [];
      await until("the kernel's start", async () => {
        kernel = Number(await Deno.readTextFile(`${folder}/pid`).catch(() => "0"));
        inner = await children(kernel);
        return inner.length > 0 && await answers(shell_port);
      });
      jupyter.kill("SIGKILL");
      await jupyter.status;
      await until("the kernel's end", () => !alive(kernel));
      assert.ok(!inner.some(alive), "Deno's kernel has ended too");
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

/** The processes that any thread of `pid` has started and that are not over. */
async function children(pid: number): Promise<number[]> {
  const threads = await Array.fromAsync(Deno.readDir(`/proc/${pid}/task`)).catch(() => []);
  const started = threads.map(({ name }) => Deno.readTextFile(`/proc/${pid}/task/${name}/children`).catch(() => ""));
  return (await Promise.all(started)).join(" ").split(" ").filter(Boolean).map(Number);
}

async function answers(port: number): Promise<boolean> {
  try {
    (await Deno.connect({ hostname: "127.0.0.1", port })).close();
    return true;
  } catch {
    return false;
  }
}
