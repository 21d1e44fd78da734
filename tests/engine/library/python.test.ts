import assert from "node:assert/strict";
import { join } from "node:path";
import { findPython } from "../../../lib/engine/library/python.ts";
import { fakeHost } from "./fake_host.ts";

const version = pythonVersion();
const ignore = version === undefined || Deno.build.os === "windows";

Deno.test("findPython finds an installed TensorFlow without importing it", { ignore }, async () => {
  await withPython(async ({ host, site }) => {
    const info = join(site, "tensorflow_cpu-2.19.0.dist-info");
    Deno.mkdirSync(join(site, "tensorflow"));
    Deno.writeTextFileSync(join(site, "tensorflow", "__init__.py"), "raise SystemExit('imported')");
    Deno.mkdirSync(info);
    Deno.writeTextFileSync(join(info, "METADATA"), "Metadata-Version: 2.1\nName: tensorflow-cpu\nVersion: 2.19.0\n");
    const python = await findPython(host);
    assert.equal(python?.version, version);
    assert.deepEqual(python?.tensorflow, { folder: join(site, "tensorflow"), version: "2.19.0" });
  });
});

Deno.test("findPython does not mistake a folder of that name for an installed TensorFlow", { ignore }, async () => {
  await withPython(async ({ host, site }) => {
    Deno.mkdirSync(join(site, "tensorflow"));
    Deno.writeTextFileSync(join(site, "tensorflow", "notes.txt"), "");
    assert.equal((await findPython(host))?.tensorflow, null);
  });
});

Deno.test("findPython gives null where RECSCALE_PYTHON names no Python", async () => {
  const host = fakeHost({ python: null });
  assert.equal(await findPython(host), null);
  host.remove();
});

/** This machine's Python with a folder of packages of its own before all others. */
async function withPython(test: (machine: { host: ReturnType<typeof fakeHost>; site: string }) => Promise<void>) {
  const site = Deno.realPathSync(Deno.makeTempDirSync());
  const command = join(site, "python3");
  Deno.writeTextFileSync(command, `#!/bin/sh\nPYTHONPATH="${site}" exec python3 -S "$@"\n`, { mode: 0o755 });
  const host = fakeHost({ env: { RECSCALE_PYTHON: command } });
  try {
    await test({ host, site });
  } finally {
    host.remove();
    Deno.removeSync(site, { recursive: true });
  }
}

function pythonVersion(): string | undefined {
  try {
    const { stdout } = new Deno.Command("python3", { args: ["--version"] }).outputSync();
    return new TextDecoder().decode(stdout).match(/^Python (\S+)/)?.[1];
  } catch {
    return undefined;
  }
}
