import assert from "node:assert/strict";
import { defaultWorkers } from "../../lib/experiments/default_workers.ts";
import { RunsFailed, runStudy } from "../../lib/experiments/study.ts";
import { smallRuns } from "./grid_process.ts";

/** With environment variables set for the time of `work`. */
async function withEnvironment(values: Record<string, string>, work: () => Promise<void>) {
  const before = Object.keys(values).map((name) => [name, Deno.env.get(name)] as const);
  for (const [name, value] of Object.entries(values)) Deno.env.set(name, value);
  try {
    await work();
  } finally {
    for (const [name, value] of before) value === undefined ? Deno.env.delete(name) : Deno.env.set(name, value);
  }
}

Deno.test("a study gives the same scores from workers as from this process, and reports the runs that failed", async () => {
  const folders = [await Deno.makeTempDir(), await Deno.makeTempDir()];
  const wanted = await smallRuns(4096, 2);
  const scores: unknown[] = [];
  for (const workers of [1, 2]) {
    await withEnvironment({ RECSCALE_RUNS: folders[workers - 1] }, async () => {
      const runs = await runStudy("none", wanted, { profile: "smoke", workers });
      assert.deepEqual(runs.map(({ source }) => source), ["trained", "trained"]);
      scores.push(runs.map(({ record: { id, result: { windows, tests } } }) => ({ id, windows, tests })));
      const again = await runStudy("none", wanted, { profile: "smoke", workers });
      assert.deepEqual(again.map(({ source }) => source), ["kept", "kept"]);
    });
  }
  assert.deepEqual(scores[1], JSON.parse(JSON.stringify(scores[0])));

  const { plan } = wanted[0];
  const wild = { ...plan.training, dense: { ...plan.training.dense, optimizer: { name: "sgd" }, learningRate: 1e30 } };
  const bad = { label: "a wild one", trainHere: true, plan: { ...plan, training: wild as typeof plan.training } };
  const more = await smallRuns(4096, 3);
  await withEnvironment({ RECSCALE_RUNS: folders[1] }, async () => {
    const running = runStudy("some", [bad, more[2]], { profile: "smoke", workers: 2 });
    await assert.rejects(
      running,
      (error) =>
        error instanceof RunsFailed &&
        /^1 of the 2 runs of "some" failed; the others are kept:\n {2}a wild one: /.test(error.message),
    );
    const [kept] = await runStudy("some", [more[2]], { profile: "smoke" });
    assert.equal(kept.source, "kept");
  });
  for (const folder of folders) await Deno.remove(folder, { recursive: true });
});

Deno.test("few runs are trained in this process, and the environment has the last word", async () => {
  await withEnvironment({ RECSCALE_WORKERS: "" }, async () => assert.equal(await defaultWorkers(4), 1));
  await withEnvironment({ RECSCALE_WORKERS: "3" }, async () => assert.equal(await defaultWorkers(1), 3));
  await withEnvironment({ RECSCALE_WORKERS: "two" }, async () => {
    await assert.rejects(defaultWorkers(9), /RECSCALE_WORKERS="two": wanted a whole number from 1/);
  });
});
