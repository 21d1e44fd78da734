import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { onTensorFlow } from "./open_test_engine.ts";

// Without its library pinned (see c_api.ts) such a process may end in SIGSEGV instead.

async function run(how: "idle" | "inFlight"): Promise<Deno.CommandOutput> {
  const entry = fileURLToPath(new URL("./uncaught_error_process.ts", import.meta.url));
  return await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", entry, how],
    env: { RECSCALE_BACKEND: "tensorflow", NO_COLOR: "1" },
  }).output();
}

for (const [how, what] of [["idle", "with nothing running"], ["inFlight", "while a step runs"]] as const) {
  const name = `an uncaught error ${what} ends the process with its message and status 1`;
  Deno.test({ name, ignore: !onTensorFlow }, async () => {
    const { code, signal, stdout, stderr } = await run(how);
    assert.equal(signal, null);
    assert.equal(code, 1);
    assert.match(new TextDecoder().decode(stderr), /Error: nobody catches this/);
    assert.equal(new TextDecoder().decode(stdout), "", "it ended before the step did");
  });
}
