import assert from "node:assert/strict";
import { join } from "node:path";
import { undocumentedExports } from "../../lib/cli/docs.ts";

Deno.test("an exported name without a doc comment is found with its place, also behind a re-export; the others are not", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(
      join(folder, "shapes.ts"),
      [
        `/** Told. */`,
        `export const told = 1;`,
        `export interface Untold { a: number }`,
        `/** Told once. */`,
        `export function twice(x: string): string;`,
        `export function twice(x: number): number;`,
        `export function twice(x: unknown): unknown { return x; }`,
        `const inner = 2;`,
        `export { inner as outer };`,
      ].join("\n"),
    );
    const mod = join(folder, "mod.ts");
    await Deno.writeTextFile(mod, `export { outer, told, twice, type Untold } from "./shapes.ts";\n`);
    const found = await undocumentedExports([mod]);
    assert.deepEqual(found.map((place) => place.replace(/^.*shapes/, "shapes")), [
      "shapes.ts:3 Untold",
      "shapes.ts:8 outer",
    ]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("docs writes a page for each folder that can be imported", async () => {
  const parent = await Deno.makeTempDir();
  const folder = join(parent, "made", "on the way");
  try {
    const program = new URL("../../lib/cli/docs.ts", import.meta.url).href;
    const { code, stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--quiet", program, "--output", folder],
      env: { NO_COLOR: "1" },
      stderr: "null",
    }).output();
    assert.ok(code === 0 || code === 1, `status ${code}`); // 1: some name has no doc comment, which is not asked here
    assert.match(new TextDecoder().decode(stdout), /Wrote the API reference: open .*index\.html\n$/);
    assert.match(await Deno.readTextFile(join(folder, "engine", "mod.ts", "index.html")), /openEngine/);
    assert.match(await Deno.readTextFile(join(folder, "data", "mod.ts", "index.html")), /Dataset/);
  } finally {
    await Deno.remove(parent, { recursive: true });
  }
});
