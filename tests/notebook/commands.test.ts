import assert from "node:assert/strict";
import { codeNotebook } from "./code_notebook.ts";

async function task(name: string, args: string[]) {
  const program = new URL(`../../lib/cli/${name}.ts`, import.meta.url).href;
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", program, ...args],
    env: { NO_COLOR: "1" },
  });
  const { code, stdout, stderr } = await command.output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("check fails on a notebook with a type error, naming the place, and passes one without", async () => {
  await inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/bad.ipynb`, JSON.stringify(codeNotebook("1", `const n: number = "one"`)));
    await Deno.writeTextFile(`${folder}/good.ipynb`, JSON.stringify(codeNotebook("const n: number = 1; n")));
    const bad = await task("check", [`${folder}/good.ipynb`, `${folder}/bad.ipynb`]);
    assert.equal(bad.code, 1);
    assert.match(bad.stderr, /^bad\.ipynb cell 1 \(a1\) 1:7 TS2322 .*\n$/);
    assert.deepEqual(await task("check", [`${folder}/good.ipynb`]), { code: 0, stdout: "", stderr: "" });
  });
});

Deno.test("kernel installs into the environment that --prefix names and says where", async () => {
  await inFolder(async (folder) => {
    const { code, stdout } = await task("kernel", ["--prefix", folder]);
    assert.equal(code, 0);
    const [, place] = /Installed the kernel "recscale \(Deno\)" in (.*)\n/.exec(stdout)!;
    const spec = JSON.parse(await Deno.readTextFile(`${place}/kernel.json`));
    assert.equal(spec.display_name, "recscale (Deno)");
    assert.ok(place.startsWith(folder));
  });
});

Deno.test("lab refuses a notebook outside the project and a port that is none, before it sets anything up", async () => {
  await inFolder(async (folder) => {
    const outside = await task("lab", [`${folder}/other.ipynb`]);
    assert.equal(outside.code, 1);
    assert.match(outside.stderr, /Cannot open .*other\.ipynb: it is outside the project/);
    const port = await task("lab", ["--port", "http"]);
    assert.equal(port.code, 1);
    assert.match(port.stderr, /Cannot serve on port "http": wanted a number from 1 to 65535/);
  });
});
