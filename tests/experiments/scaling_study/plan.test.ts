import assert from "node:assert/strict";
import { runConfig } from "../../../lib/experiments/run.ts";
import { runId } from "../../../lib/experiments/run_config.ts";
import { scalingPlan, START_RATES } from "../../../lib/experiments/scaling_study/plan.ts";
import { scaledModels, SCHEMES } from "../../../lib/experiments/scaling_study/schemes.ts";
import type { Profile } from "../../../lib/experiments/profile.ts";

const plan = (profile: Profile) => scalingPlan(profile, () => START_RATES);

Deno.test("no run is wanted twice, and the teacher that tunes is reported nowhere", async () => {
  for (const profile of ["smoke", "paper"] as const) {
    const wanted = await plan(profile);
    const ids = await Promise.all(wanted.map((run) => runId(runConfig(run.plan))));
    assert.equal(new Set(ids).size, wanted.length);
    assert.ok(wanted.every(({ cell }) => cell.stream !== "tuning"));
  }
});

Deno.test("with each of the paired seeds every model sees the same examples of the main stream", async () => {
  const main = (await plan("paper")).filter(({ cell }) => cell.stream === "main" && !cell.model.unhashed);
  for (const seed of [1, 2, 3, 4]) {
    const own = main.filter(({ cell }) => cell.seed === seed);
    assert.equal(own.length, scaledModels("paper").length);
    assert.equal(new Set(own.map((run) => JSON.stringify(run.plan.data.config))).size, 1);
    assert.ok(own.every((run) => run.plan.seed === seed));
  }
});

Deno.test("the default profile wants the runs of the paper profile, and trains the base and the largest models once", async () => {
  const [paper, byDefault] = await Promise.all([plan("paper"), plan("default")]);
  assert.deepEqual(byDefault.map(({ label }) => label), paper.map(({ label }) => label));
  assert.ok(paper.every(({ trainHere }) => trainHere));
  const here = byDefault.filter(({ trainHere }) => trainHere);
  assert.equal(here.length, 1 + SCHEMES.length - 1, "the largest tables are those of the base");
  assert.ok(here.every(({ cell }) => cell.seed === 1 && cell.stream === "main"));
});
