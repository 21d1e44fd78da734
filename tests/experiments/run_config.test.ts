import assert from "node:assert/strict";
import { join } from "node:path";
import { parseDataConfig } from "../../lib/data/data_config.ts";
import { dataSource, loadDataSource } from "../../lib/experiments/data_source.ts";
import { canonicalJson, runId } from "../../lib/experiments/run_config.ts";
import { runConfig, type RunPlan } from "../../lib/experiments/run.ts";
import { trainingConfigSchema } from "../../lib/training/training_config.ts";

const plan = async (change: Partial<RunPlan> = {}): Promise<RunPlan> => ({
  data: await dataSource(parseDataConfig({ kind: "synthetic", preset: "SCALE", examples: 1000 })),
  model: { kind: "logisticRegression" },
  training: trainingConfigSchema.parse({}),
  scoring: { windowExamples: 100, warmupFraction: 0.1 },
  seed: 1,
  ...change,
});
const idOf = async (change?: Partial<RunPlan>) => await runId(runConfig(await plan(change)));

Deno.test("canonical JSON does not depend on the order of keys, and keeps the order of lists", () => {
  assert.equal(canonicalJson({ b: [2, 1], a: null }), canonicalJson({ a: null, b: [2, 1] }));
  assert.notEqual(canonicalJson([1, 2]), canonicalJson([2, 1]));
});

Deno.test("equal configs name the same run, whatever was written out or left to its default", async () => {
  const written = trainingConfigSchema.parse({ batchSize: 1024, averageDecay: 0.99 });
  assert.equal(await idOf(), await idOf({ training: written }));
});

Deno.test("every change of a setting names another run", async () => {
  const base = await idOf();
  assert.match(base, /^[0-9a-f]{16}$/);
  assert.notEqual(base, await idOf({ seed: 2 }));
  assert.notEqual(base, await idOf({ training: trainingConfigSchema.parse({ warmupSteps: 50 }) }));
  assert.notEqual(base, await idOf({ scoring: { windowExamples: 200, warmupFraction: 0.1 } }));
  assert.notEqual(base, await idOf({ model: { kind: "logisticRegression", maxRows: 10 } }));
});

Deno.test("where synthetic examples are generated does not name another run", async () => {
  const config = parseDataConfig({ kind: "synthetic", preset: "SCALE", examples: 1000, worker: true });
  assert.equal(await idOf(), await idOf({ data: await dataSource(config) }));
});

Deno.test("a log whose file has other content under the same name is another run", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const config = join(folder, "log.json");
    await Deno.writeTextFile(
      config,
      JSON.stringify({
        kind: "log",
        name: "log",
        files: ["log.csv"],
        format: "csv",
        label: { column: "y", positive: 1 },
        categorical: [{ column: "a", rows: 8 }],
      }),
    );
    const ids: string[] = [];
    for (const last of ["x,1", "x,0", "x,1"]) {
      await Deno.writeTextFile(join(folder, "log.csv"), `a,y\nw,0\n${last}\n`);
      ids.push(await idOf({ data: await loadDataSource(config) }));
    }
    assert.notEqual(ids[0], ids[1]);
    assert.equal(ids[0], ids[2]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
