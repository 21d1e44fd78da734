import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { engine } from "./open_test_engine.ts";

// A process has one backend. The tests below hold on all of them, so they run again, each backend in a process of its
// own: wasm and cpu in full, WebGPU without those that take many small steps, which are slow on a software adapter.

const operations = [
  "fused_ops",
  "model_ops",
  "dense_updates",
  "embedding_table",
  "variable",
  "compile_step",
  "finite",
];
const few = [
  ...operations.map((name) => `engine/${name}.test.ts`),
  "training/clip_gradients.test.ts",
  "training/trainer_torch.test.ts",
];
// what is not finite need not stay so in a WebGPU shader, whose language leaves NaN and infinities open
const all = [
  ...few,
  "engine/leaks.test.ts",
  "models/activation_bytes.test.ts",
  "models/dhen.test.ts",
  "models/dhen_gradients.test.ts",
  "models/models.test.ts",
  "models/models_torch.test.ts",
  "training/diverged.test.ts",
  "training/trainer.test.ts",
  "pruning/masked_trainer.test.ts",
];

const adapter = await navigator.gpu?.requestAdapter().catch(() => null);
if (!adapter) console.warn("Tests on WebGPU are SKIPPED: this machine has no WebGPU adapter.");

/** Exit status of a process that ended by abort(): 128 + 6. */
const SIGABRT = 134;

const backends = [
  { name: "wasm", files: all, ignore: false },
  { name: "cpu", files: all, ignore: false },
  { name: "webgpu", files: few, ignore: !adapter },
];

for (const { name, files, ignore } of backends) {
  // where RECSCALE_BACKEND names a backend, all tests run on it anyway
  Deno.test(
    { name: `what holds on the best backend holds on ${name}`, ignore: ignore || engine.name === name },
    async () => {
      const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["test", "-A", "--no-check", ...files],
        cwd: fileURLToPath(new URL("..", import.meta.url)),
        env: { RECSCALE_BACKEND: name, NO_COLOR: "1" },
      }).output();
      const output = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
      const summary = /^ok \| \d+ passed \| 0 failed/m.test(output);
      if (name === "webgpu" && code === SIGABRT && summary) {
        // seen now and then with Mesa's software driver: it aborts while the process ends, after all tests have passed
        console.warn("The WebGPU driver aborted at the end of the process, after its tests had passed.");
      } else assert.equal(code, 0, output);
      const passed = Number(output.match(/^ok \| (\d+) passed \| 0 failed/m)?.[1]);
      assert.ok(passed >= 55, `the tests ran, ${passed} of them:\n${output}`);
      assert.match(output, new RegExp(`on ${name} \\.\\.\\. ok`), "and they ran on that backend");
    },
  );
}
