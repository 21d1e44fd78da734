import assert from "node:assert/strict";
import type { Diagnosis } from "../../lib/notebook/diagnosis.ts";
import { diagnosisRows } from "../../lib/notebook/diagnosis_rows.ts";

const complete: Diagnosis = {
  machine: {
    os: "linux",
    arch: "x86_64",
    processor: "Test CPU",
    cores: 8,
    memoryBytes: 32e9,
    availableMemoryBytes: 20e9,
    nvidiaDriver: null,
  },
  versions: { recscale: "0.1.0", deno: "2.9.6", v8: "15", typescript: "6", tfjs: "4.22.0" },
  engine: {
    backend: "tensorflow",
    description: "TensorFlow 2.21.0 on CPU",
    version: "2.21.0",
    device: "CPU",
    threads: { intraOp: 8, interOp: 4 },
    fallbackReason: null,
    matmul: { size: 1024, bestGflops: 426.26, medianGflops: 199.61, products: 40 },
  },
  library: { frameworkPath: "/c/f", mainPath: "/c/m", preload: [], version: "2.21.0", source: "cache", cuda: false },
  cache: { folder: "/c", bytes: 853e6 },
  python: { command: "python3", version: "3.11.7", pip: true, tensorflow: null },
  browserProblem: null,
  notebook: { jupyter: "/bin/jupyter", kernelspec: "/k", current: true },
};

function adviceOf(diagnosis: Diagnosis): Record<string, string> {
  return Object.fromEntries(diagnosisRows(diagnosis).flatMap(({ item, advice }) => advice ? [[item, advice]] : []));
}

Deno.test("diagnosisRows gives no advice where nothing is missing, and both speeds of a product", () => {
  assert.deepEqual(adviceOf(complete), {});
  const values = Object.fromEntries(diagnosisRows(complete).map(({ item, value }) => [item, value]));
  assert.equal(values["Matrix product"], "200 GFLOP/s (best 426) at 1024 x 1024 float32");
  assert.equal(values["TensorFlow"], "2.21.0, CPU build, fetched: /c/m");
  assert.equal(values["Memory"], "20.0 GB of 32.0 GB available");
});

Deno.test("diagnosisRows says how to get each thing that is missing", () => {
  const { engine } = complete;
  assert.ok("backend" in engine);
  const advice = adviceOf({
    ...complete,
    machine: { ...complete.machine, availableMemoryBytes: 1e9 },
    engine: { ...engine, backend: "wasm", fallbackReason: "fetching it needs pip" },
    library: null,
    python: { command: "python3", version: "3.11.7", pip: false, tensorflow: null },
    browserProblem: "no browser starts",
    notebook: { jupyter: null, kernelspec: null, current: false },
  });
  assert.deepEqual(Object.keys(advice), ["Memory", "Engine", "Python", "Static figures", "Jupyter", "Kernel"]);
  assert.match(advice["Engine"], /faster: fetching it needs pip\. Once that is solved, run: deno task setup/);
  assert.match(advice["Python"], /ensurepip/);
  assert.match(advice["Kernel"], /deno task kernel/);
});

Deno.test("diagnosisRows tells an engine that does not open once, and a driver whose GPU is not used", () => {
  assert.deepEqual(Object.keys(adviceOf({ ...complete, engine: { problem: "wrong path" }, library: null })), [
    "Engine",
  ]);
  const machine = { ...complete.machine, nvidiaDriver: "/proc/driver/nvidia/version" };
  assert.match(adviceOf({ ...complete, machine })["Engine"], /NVIDIA driver .* but no GPU is used/);
});

Deno.test("deno task doctor --json prints what it found, and fetches nothing when another backend is asked for", async () => {
  const home = Deno.makeTempDirSync();
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", new URL("../../lib/cli/doctor.ts", import.meta.url).pathname, "--json"],
    env: {
      NO_COLOR: "1",
      RECSCALE_BACKEND: "cpu",
      RECSCALE_CACHE: `${home}/cache`,
      RECSCALE_PYTHON: `${home}/absent`,
      RECSCALE_CHROMIUM: `${home}/absent`,
      RECSCALE_TENSORFLOW_LIB: "",
      JUPYTER_DATA_DIR: home,
    },
  }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  const found = JSON.parse(new TextDecoder().decode(stdout)) as Diagnosis;
  assert.ok("backend" in found.engine);
  assert.equal(found.engine.backend, "cpu");
  const { bestGflops, medianGflops } = found.engine.matmul;
  assert.ok(bestGflops >= medianGflops && medianGflops > 0);
  assert.deepEqual([found.library, found.python, found.cache.bytes], [null, null, 0]);
  assert.match(found.browserProblem ?? "", /no browser starts/);
  assert.equal(found.notebook.kernelspec, null);
  assert.equal(found.versions.deno, Deno.version.deno);
  Deno.removeSync(home, { recursive: true });
});
