import assert from "node:assert/strict";
import { prepareLab } from "../../lib/notebook/lab_environment.ts";

Deno.test("a Python that cannot make an environment is an error that says what was tried, and is tried again next time", async () => {
  const cacheFolder = await Deno.makeTempDir();
  try {
    const steps: string[] = [];
    // Deno stands for a Python that refuses: it knows no -m
    const prepare = () => prepareLab({ python: Deno.execPath(), cacheFolder, onStep: (step) => steps.push(step) });
    await assert.rejects(prepare, /Cannot make a Python environment: ".*deno.* -m venv .*" failed and said:\n.*-m/s);
    await assert.rejects(prepare, /Cannot make a Python environment/);
    assert.equal(steps.length, 2);
    assert.match(steps[0], /Setting up JupyterLab in .*lab \(once/);
  } finally {
    await Deno.remove(cacheFolder, { recursive: true });
  }
});
