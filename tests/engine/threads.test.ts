import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { assertClose } from "./assert_close.ts";
import { onTensorFlow } from "./open_test_engine.ts";

interface Outcome {
  readonly threads: { readonly intraOp: number; readonly interOp: number };
  readonly losses: number[];
}

/** Trains in a process of its own, since an engine keeps its threads for the life of its process. */
async function trainWith(env: Record<string, string>, interOp = 0): Promise<Outcome> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", fileURLToPath(new URL("./threads_process.ts", import.meta.url)), String(interOp)],
    env: { RECSCALE_BACKEND: "tensorflow", NO_COLOR: "1", ...env },
  }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

Deno.test({
  name: "RECSCALE_THREADS sets the threads inside an op, and losses agree for every count",
  ignore: !onTensorFlow,
  async fn() {
    const cores = navigator.hardwareConcurrency;
    const one = await trainWith({ RECSCALE_THREADS: "1" });
    assert.deepEqual(one.threads, { intraOp: 1, interOp: cores });
    const three = await trainWith({ RECSCALE_THREADS: "3" }, 2);
    assert.deepEqual(three.threads, { intraOp: 3, interOp: 2 });
    const all = await trainWith({ RECSCALE_THREADS: "0" });
    assert.deepEqual(all.threads, { intraOp: cores, interOp: cores });
    // sums of floats in another order: 2^-24 each, over 20 updates
    assertClose(three.losses, one.losses, { relative: 1e-4, what: "losses on three threads" });
    assertClose(all.losses, one.losses, { relative: 1e-4, what: "losses on all cores" });
    assert.deepEqual(await trainWith({ RECSCALE_THREADS: "1" }, 1).then(({ losses }) => losses), one.losses);
  },
});

Deno.test({
  name: "a count of threads that is no count is refused before anything is opened",
  ignore: !onTensorFlow,
  async fn() {
    await assert.rejects(trainWith({ RECSCALE_THREADS: "two" }), (error: Error) => {
      assert.match(error.message, /Cannot use RECSCALE_THREADS="two": wanted a whole number, 0 = one a core\./);
      return true;
    });
  },
});
