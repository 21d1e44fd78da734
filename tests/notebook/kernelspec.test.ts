import assert from "node:assert/strict";
import { isAbsolute } from "node:path";
import { installKernelspec, jupyterDataDir, type Kernelspec, kernelspec } from "../../lib/notebook/kernelspec.ts";

Deno.test("the data folder is the one that jupyter_core names on each system", () => {
  const cases: [Record<string, string>, typeof Deno.build.os, string][] = [
    [{ HOME: "/home/ada" }, "linux", "/home/ada/.local/share/jupyter"],
    [{ HOME: "/home/ada", XDG_DATA_HOME: "/data" }, "linux", "/data/jupyter"],
    [{ HOME: "/Users/ada", XDG_DATA_HOME: "/data" }, "darwin", "/Users/ada/Library/Jupyter"],
    [{ USERPROFILE: "/u", APPDATA: "/u/AppData/Roaming" }, "windows", "/u/AppData/Roaming/jupyter"],
    [{ HOME: "/home/ada", JUPYTER_DATA_DIR: "/mine" }, "linux", "/mine"],
  ];
  for (const [env, os, folder] of cases) assert.equal(jupyterDataDir(env, os).replaceAll("\\", "/"), folder);
  assert.throws(() => jupyterDataDir({}, "linux"), /set HOME or JUPYTER_DATA_DIR/);
});

Deno.test("the kernelspec is installed where asked, starts this Deno on an absolute path and interrupts by message", async () => {
  const dataDir = await Deno.makeTempDir();
  try {
    const folder = await installKernelspec(dataDir);
    await installKernelspec(dataDir); // again: replaces
    const spec: Kernelspec = JSON.parse(await Deno.readTextFile(`${dataDir}/kernels/recscale/kernel.json`));
    assert.equal(folder.replaceAll("\\", "/"), `${dataDir}/kernels/recscale`.replaceAll("\\", "/"));
    assert.deepEqual(spec, kernelspec());
    assert.equal(spec.interrupt_mode, "message");
    assert.equal(spec.argv[0], Deno.execPath());
    assert.equal(spec.argv.at(-1), "{connection_file}");
    const program: string = spec.argv.at(-2)!;
    assert.ok(isAbsolute(program) && (await Deno.stat(program)).isFile);
    const heap = Number(/^--max-old-space-size=(\d+)$/.exec(spec.env.DENO_V8_FLAGS)?.[1]);
    assert.ok(heap >= 4096 && heap <= 16_384, `heap ${heap} MB`);
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
});
