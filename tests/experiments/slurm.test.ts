import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { recordFile } from "../../lib/experiments/record_store.ts";
import { executeRun } from "../../lib/experiments/run.ts";
import type { RunRecord } from "../../lib/experiments/run_record.ts";
import { arrayScript, submitToSlurm } from "../../lib/experiments/slurm.ts";
import { smallRuns } from "./grid_process.ts";
import { startSlurm } from "./slurm_node.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

async function inFolder(work: (folder: string) => Promise<void>) {
  const folder = await Deno.makeTempDir();
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const scores = ({ id, result: { windows, tests, progressive } }: RunRecord) => ({ id, windows, tests, progressive });

Deno.test("the script of a job array has one task a run, a thread a CPU, time to save, and quotes its paths", async () => {
  const script = arrayScript({ folder: "/data/my runs/a", runs: "/data/it's", name: "scan", count: 12, atOnce: 3 });
  const lines = script.split("\n");
  assert.equal(lines[0], "#!/bin/bash");
  assert.ok(lines.includes("#SBATCH --array=0-11%3"));
  assert.ok(lines.includes("#SBATCH --signal=B:TERM@60"));
  assert.ok(lines.includes('#SBATCH --output="/data/my runs/a/%a.log"'));
  // what the shell makes of the last command, word by word
  const shown = script.replace(/^exec .*? run /m, "printf '%s\\n' run ");
  const { stdout } = await new Deno.Command("bash", {
    args: ["-c", shown + 'echo "$RECSCALE_THREADS"'],
    env: { SLURM_ARRAY_TASK_ID: "7", SLURM_CPUS_PER_TASK: "2" },
  }).output();
  const words = new TextDecoder().decode(stdout).trim().split("\n");
  assert.deepEqual(words.slice(-4), ["/data/my runs/a/wanted.jsonl", "/data/it's", "7", "2"]);
});

Deno.test("where there is no Slurm, submitting says so", () =>
  inFolder(async (folder) => {
    const path = Deno.env.get("PATH")!;
    Deno.env.set("PATH", folder);
    try {
      const wanted = await smallRuns(4096, 1);
      await assert.rejects(submitToSlurm(wanted, { folder }), /no sbatch on this machine's PATH/);
    } finally {
      Deno.env.set("PATH", path);
    }
  }));

Deno.test("a Slurm job array on one node", (t) =>
  inFolder(async (folder) => {
    const node = await startSlurm(folder);
    const why = "unavailable" in node ? ` (SKIPPED: ${node.unavailable})` : "";
    if (why) console.error(`Slurm is not tested${why}`);
    try {
      await t.step({
        name: `makes all runs with the scores of this process, and finds them kept afterwards${why}`,
        ignore: "unavailable" in node,
        async fn() {
          if ("unavailable" in node) return;
          const wanted = await smallRuns(8192, 3);
          const plan = join(folder, "small.json"), runs = join(folder, "runs");
          await Deno.writeTextFile(
            plan,
            JSON.stringify({
              data: [{ kind: "synthetic", preset: "PAIR", examples: 8192, testExamples: 2048 }],
              models: [{ model: wanted[0].plan.model, training: { batchSize: 256 } }],
              seeds: [1, 2, 3],
              scoring: { windowExamples: 2048 },
            }),
          );
          const grid = async (...args: string[]) => {
            const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
              args: ["run", "--allow-all", "--no-check", join(root, "lib/cli/grid.ts"), plan, ...args],
              cwd: root,
              env: { ...node.env, RECSCALE_RUNS: runs },
            }).output();
            return { code, text: new TextDecoder().decode(stdout), errors: new TextDecoder().decode(stderr) };
          };
          const first = await grid("--slurm", "--wait", "--at-once", "2");
          assert.equal(first.code, 0, first.text + first.errors);
          assert.match(first.text, /Job \d+: 3 of 3 runs/);
          assert.match(first.text, /3 of 3 runs made/);
          const records = await recordFile(join(runs, "runs.jsonl")).all();
          assert.equal(records.length, 3);
          const one = records.find(({ config }) => config.seed === 1)!;
          assert.equal(one.origin.threads, 1);
          const { data } = wanted[0].plan;
          const stream = { ...data, config: { ...data.config, stream: 1 } as typeof data.config };
          const here = await executeRun({ ...wanted[0].plan, data: stream });
          assert.deepEqual(scores(one), scores(JSON.parse(JSON.stringify(here))));
          assert.match((await grid("--slurm")).text, /All 3 runs are kept/);
          assert.match((await grid()).text, /0 runs made, 3 kept, 0 failed/);
        },
      });
    } finally {
      if ("env" in node) await node.stop();
    }
  }));
