import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import type { RunSource } from "../../lib/experiments/obtain_runs.ts";
import { quickstartPlan, type QuickstartRun, SYNTHETIC_LOGS } from "../../lib/experiments/quickstart.ts";
import { quickstartTable, quickstartVerdicts } from "../../lib/experiments/quickstart_summary.ts";
import { shippedRecords } from "../../lib/experiments/record_store.ts";
import { runConfig } from "../../lib/experiments/run.ts";
import { runId } from "../../lib/experiments/run_config.ts";
import type { MetricsResult } from "../../lib/training/metrics.ts";

const BAYES = 0.66;

/** A run that scored `ne` on a log, with all that the summary reads of it. */
function run(log: string, model: string, seed: number, ne: number, source: RunSource = "trained"): QuickstartRun {
  const metrics = { ne: ne + 0.01, logLoss: ne / 2, auc: 0.7, calibration: 1.1, expectedNe: ne, bayesNe: BAYES };
  const result = {
    tests: [{ examples: 100, metrics: metrics as MetricsResult }],
    progressive: { ...metrics, ne: 2 } as MetricsResult,
    examplesPerSecond: 1000 * seed,
  };
  const cost = { totalParameters: 10, totalFlops: 20 };
  return {
    log,
    model,
    seed,
    label: "",
    source,
    record: { id: `${model}${seed}`, result, cost },
  } as unknown as QuickstartRun;
}

/** Runs of both models for three seeds, from the NE difference in percent on each log, around which seeds scatter. */
function runs(gains: { all: number; noInteractions: number; idsOnly: number }) {
  const LINEAR = 0.8, SCATTER = [-0.02, 0, 0.02];
  return Object.entries(gains).flatMap(([log, gain]) =>
    SCATTER.flatMap((scatter, i) => {
      const name = SYNTHETIC_LOGS[log as keyof typeof gains];
      const dlrm = LINEAR * (1 + (gain + scatter) / 100);
      return [run(name, "DLRM", i + 1, dlrm), run(name, "Logistic regression", i + 1, LINEAR)];
    })
  );
}

Deno.test("the table has means over the seeds and says where the runs came from", () => {
  const table = quickstartTable([
    run("SCALE", "DLRM", 1, 0.7, "trained"),
    run("SCALE", "DLRM", 2, 0.8, "shipped"),
    run("SCALE", "Logistic regression", 1, 0.9, "kept"),
  ]);
  assert.deepEqual(table.map(({ model }) => model), ["Logistic regression", "DLRM"]);
  const [, dlrm] = table;
  assert.ok(Math.abs(dlrm.NE - 0.75) < 1e-12, "expected NE of the test stream, not its sampled or progressive NE");
  assert.equal(dlrm["examples/s"], 1500);
  assert.equal(dlrm.runs, "1 trained, 1 shipped");
});

Deno.test("Q1 counts only what interactions bring, and names the runs that it rests on", () => {
  const [q1] = quickstartVerdicts(runs({ all: -7, noInteractions: -3, idsOnly: 0.1 }));
  assert.equal(q1.judgement, "reproduced");
  assert.equal(q1.runs.length, 18);
  assert.match(q1.measured, /on SCALE -7\.00 % .* without interactions -3\.00 % .* due to interactions -4\.00 %/);
});

Deno.test("Q1 is only partly reproduced when DLRM gains where there is nothing to gain", () => {
  const [q1] = quickstartVerdicts(runs({ all: -7, noInteractions: -3, idsOnly: -2 }));
  assert.equal(q1.judgement, "partly");
});

Deno.test("Q1 is not reproduced when interactions bring a loss", () => {
  const [q1] = quickstartVerdicts(runs({ all: -2, noInteractions: -3, idsOnly: 0 }));
  assert.equal(q1.judgement, "not reproduced");
});

Deno.test("Q2 fails when a score lies below the Bayes optimum", () => {
  const scores = runs({ all: -7, noInteractions: -3, idsOnly: 0 });
  assert.equal(quickstartVerdicts(scores)[1].judgement, "reproduced");
  const below = run(SYNTHETIC_LOGS.all, "MLP", 1, BAYES - 1e-6);
  assert.equal(quickstartVerdicts([...scores, below])[1].judgement, "not reproduced");
});

Deno.test("the default profile finds all its other seeds among the shipped records", async () => {
  const shipped = await shippedRecords(fileURLToPath(new URL("../../data/records/", import.meta.url)));
  const ids = new Set(shipped.map(({ id }) => id));
  const wanted = await quickstartPlan("default");
  assert.ok(wanted.some(({ trainHere }) => trainHere) && wanted.some(({ trainHere }) => !trainHere));
  for (const { label, plan } of wanted) {
    assert.ok(ids.has(await runId(runConfig(plan))), `no shipped record of ${label}: train the paper profile again`);
  }
});

Deno.test("models of one seed see the same data, and other seeds other data of the same teacher", async () => {
  const wanted = (await quickstartPlan("smoke")).filter(({ log }) => log === "SCALE");
  const configs = (seed: number) =>
    wanted.filter((run) => run.seed === seed).map(({ plan }) => JSON.stringify(plan.data.config));
  const [one, two] = [...new Set(wanted.map((run) => run.seed))];
  assert.equal(new Set(configs(one)).size, 1);
  assert.notEqual(configs(one)[0], configs(two)[0]);
  const teacherSeeds = wanted.map(({ plan }) => plan.data.config.kind === "synthetic" && plan.data.config.seed);
  assert.deepEqual([...new Set(teacherSeeds)], [1]);
});
