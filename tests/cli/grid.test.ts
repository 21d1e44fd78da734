import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readGridPlan } from "../../lib/cli/grid_plan.ts";
import { recordFile } from "../../lib/experiments/record_store.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

async function inFolder(work: (folder: string) => Promise<void>) {
  const folder = await Deno.makeTempDir();
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const grid = (folder: string, ...args: string[]) =>
  new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", "--no-check", join(root, "lib", "cli", "grid.ts"), ...args],
    cwd: root,
    env: { NO_COLOR: "1", RECSCALE_RUNS: folder },
    stdout: "piped",
    stderr: "piped",
  });

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

async function writePlan(folder: string, plan: object): Promise<string> {
  const path = join(folder, "plan.json");
  await Deno.writeTextFile(path, JSON.stringify(plan));
  return path;
}

const log = { kind: "synthetic", preset: "PAIR", examples: 8192, testExamples: 1024 };

Deno.test("a plan becomes every model on every log with every seed; models of one seed share their examples", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "log.json"), JSON.stringify(log));
    const mlp = { model: { kind: "mlp", dim: 4, hidden: [8] } };
    await Deno.writeTextFile(join(folder, "own.json"), JSON.stringify(mlp));
    const path = await writePlan(folder, {
      data: ["log.json", log],
      models: ["dlrm", "./own.json", mlp],
      seeds: [1, 5],
    });
    const wanted = await readGridPlan(path);
    assert.equal(wanted.length, 12);
    assert.deepEqual(wanted.slice(0, 3).map(({ label }) => label), [
      "dlrm on log, seed 1",
      "own on log, seed 1",
      "mlp on log, seed 1",
    ]);
    for (const { plan } of wanted) assert.equal((plan.data.config as { stream?: number }).stream, plan.seed);
    assert.deepEqual(wanted[1].plan.model, wanted[2].plan.model);
    assert.equal(wanted[0].plan.scoring.windowExamples, 8192);
  }));

Deno.test("a plan with a slip is refused with file and key", () =>
  inFolder(async (folder) => {
    const wrong: [object, RegExp][] = [
      [{ data: [log], models: ["dlrm"], seeds: [] }, /plan\.json[^]*seeds/],
      [{ data: [log], models: ["dlrm"], seeds: [1], scorng: {} }, /scorng/],
      [{ data: ["none.json"], models: ["dlrm"], seeds: [1] }, /Cannot read the data config .*none\.json/],
      [{ data: [log], models: ["dlmr"], seeds: [1] }, /no model config .*dlmr/],
    ];
    for (const [plan, message] of wrong) await assert.rejects(readGridPlan(await writePlan(folder, plan)), message);
    await assert.rejects(readGridPlan(join(folder, "nowhere.json")), /Cannot read the plan .*nowhere\.json/);
  }));

Deno.test("grid makes its runs, reports one that diverges with its error, exits 1, and keeps the others", () =>
  inFolder(async (folder) => {
    const good = { model: { kind: "mlp", dim: 4, hidden: [8] }, training: { batchSize: 256 } };
    const bad = { ...good, training: { batchSize: 256, dense: { optimizer: { name: "sgd" }, learningRate: 1e30 } } };
    const plan = await writePlan(folder, { data: [log], models: [good, bad], seeds: [1, 2] });
    const { code, stdout, stderr } = await grid(folder, plan, "--workers", "2").output();
    assert.equal(code, 1, text(stderr));
    assert.match(text(stdout), /2 runs made, 0 kept, 2 failed/);
    assert.match(
      text(stderr),
      /FAILED mlp on PAIR, 8,192 examples, seed 1 \(run [0-9a-f]{16}\): Training of MLP diverged/,
    );
    assert.match(text(stderr), /^ +at .*one_pass\.ts/m);
    assert.equal((await recordFile(join(folder, "runs.jsonl")).all()).length, 2);
    const again = await grid(folder, plan, "--workers", "1").output();
    assert.match(text(again.stdout), /0 runs made, 2 kept, 2 failed/);
  }));

Deno.test({
  name: "Ctrl-C stops a grid with its state saved, and the same command goes on from there",
  ignore: Deno.build.os === "windows", // cannot send SIGINT
  fn: () =>
    inFolder(async (folder) => {
      const model = { model: { kind: "mlp", dim: 4, hidden: [16] }, training: { batchSize: 128 } };
      const plan = await writePlan(folder, {
        data: [{ ...log, examples: 524_288 }],
        models: [model],
        seeds: [1, 2],
        scoring: { windowExamples: 2048 },
      });
      const entries = (name: string) => Array.fromAsync(Deno.readDir(join(folder, name))).catch(() => []);
      // stopped before its first window a run has no state to save: then it is given more time
      for (let seconds = 1; (await entries("checkpoints")).length === 0; seconds *= 2) {
        const child = grid(folder, plan, "--workers", "2").spawn();
        const output = Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
        while ((await entries("leases")).length === 0) await new Promise((done) => setTimeout(done, 20));
        await new Promise((done) => setTimeout(done, 1000 * seconds));
        child.kill("SIGINT");
        const { code } = await child.status;
        assert.equal(code, 130, (await output)[1]);
      }
      const finished = (await recordFile(join(folder, "runs.jsonl")).all()).length;
      assert.ok(finished < 2, "both runs had ended before Ctrl-C");
      assert.deepEqual((await entries("leases")).filter(({ name }) => name.endsWith(".lease")), []);
      const rest = await grid(folder, plan, "--workers", "2").output();
      assert.equal(rest.code, 0, text(rest.stderr));
      assert.match(text(rest.stderr), /Resumed after [\d,]+ examples/);
      assert.equal((await recordFile(join(folder, "runs.jsonl")).all()).length, 2);
    }),
});
