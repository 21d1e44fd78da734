import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

Deno.test("recscale/scaling stands alone: of the project it loads hashing, text cells and statistics, and nothing else", async () => {
  const entry = fileURLToPath(new URL("../../lib/scaling/mod.ts", import.meta.url));
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json", entry] }).output();
  const { modules } = JSON.parse(new TextDecoder().decode(stdout)) as { modules: { specifier: string }[] };
  const outside = modules.map(({ specifier }) => specifier.split("/lib/")[1])
    .filter((path) => path !== undefined && !path.startsWith("scaling/") && path.endsWith(".ts"));
  assert.deepEqual(outside.sort(), [
    "data/counter_hash.ts",
    "data/header_line.ts",
    "data/nearest_name.ts",
    "statistics/bootstrap_ends.ts",
    "statistics/distributions.ts",
    "statistics/jackknife_error.ts",
    "statistics/standard_normal.ts",
  ]);
});
