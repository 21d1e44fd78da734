import assert from "node:assert/strict";
import { join } from "node:path";
import { withFileLock } from "../../../lib/engine/library/file_lock.ts";
import { chooseWheel } from "../../../lib/engine/library/wheel_choice.ts";
import { fakeHost, TENSORFLOW_FILES } from "./fake_host.ts";

const setup = new URL("../../../lib/cli/setup.ts", import.meta.url).pathname;

/** Where nothing can be fetched, nothing can be interrupted. */
const ignore = "unavailable" in chooseWheel();

async function until(condition: () => boolean, what: string): Promise<void> {
  for (let i = 0; i < 400; i++) {
    if (condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`after 10 s still not: ${what}`);
}

Deno.test("Ctrl-C during a fetch ends pip, leaves nothing half done, and exits 130", { ignore }, async () => {
  const place = Deno.makeTempDirSync();
  const pidFile = join(place, "pip.pid");
  const host = fakeHost({
    wheels: { "tensorflow-cpu": { files: TENSORFLOW_FILES }, "tensorflow": { files: TENSORFLOW_FILES } },
    beforeDownload: `echo part > "$TMPDIR/part"; echo $$ > "${pidFile}"; exec sleep 60`,
  });
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", setup],
    // The same kind of machine as the fake one, whatever this one is.
    env: {
      RECSCALE_CACHE: host.env("RECSCALE_CACHE")!,
      RECSCALE_PYTHON: host.env("RECSCALE_PYTHON")!,
      RECSCALE_DEVICE: "cpu",
      RECSCALE_TENSORFLOW_LIB: "",
    },
    stdout: "null",
    stderr: "null",
  }).spawn();
  await until(() => host.list(place).includes("pip.pid") && Deno.readTextFileSync(pidFile).endsWith("\n"), "pip runs");
  const pip = Number(Deno.readTextFileSync(pidFile));
  assert.ok(isAlive(pip));
  child.kill("SIGINT");
  assert.equal((await child.status).code, 130);
  await until(() => !isAlive(pip), "pip has ended");
  const kind = join(host.env("RECSCALE_CACHE")!, "tensorflow", `${Deno.build.os}-${Deno.build.arch}`);
  assert.deepEqual(host.list(kind), ["fetch.lock"]);
  host.remove();
  Deno.removeSync(place, { recursive: true });
});

Deno.test("withFileLock waits for a process that holds the lock and goes on once that was killed", async () => {
  const path = Deno.makeTempFileSync();
  const holder = new Deno.Command(Deno.execPath(), {
    args: [
      "eval",
      `const f = await Deno.open(${JSON.stringify(path)}, { write: true }); await f.lock(true);
       console.log("held"); setTimeout(() => {}, 60_000);`,
    ],
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const reader = holder.stdout.getReader();
  assert.match(new TextDecoder().decode((await reader.read()).value), /held/);
  const events: string[] = [];
  const work = withFileLock(path, (alone) => {
    events.push(alone ? "alone" : "not alone");
    return Promise.resolve(42);
  }, () => {
    events.push("waiting");
    holder.kill("SIGKILL");
  });
  assert.equal(await work, 42);
  assert.deepEqual(events, ["waiting", "alone"]);
  await reader.cancel();
  await holder.status;
  Deno.removeSync(path);
});

function isAlive(pid: number): boolean {
  try {
    Deno.kill(pid, "SIGCONT");
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
