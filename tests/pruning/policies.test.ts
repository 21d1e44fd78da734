import assert from "node:assert/strict";
import type { Stream } from "../../lib/data/batch.ts";
import { openEngine } from "../../lib/engine/open_engine.ts";
import { buildModel } from "../../lib/models/build_model.ts";
import { adaptivePruner } from "../../lib/pruning/adaptive_pruner.ts";
import { automaticRefresh } from "../../lib/pruning/automatic_refresh.ts";
import { pageHinkley } from "../../lib/pruning/drift/page_hinkley.ts";
import { gradualPruner } from "../../lib/pruning/gradual_pruner.ts";
import { magnitudeImportance } from "../../lib/pruning/importance/magnitude.ts";
import { weightRule } from "../../lib/pruning/mask_rule.ts";
import {
  densePolicy,
  denseToSparse,
  dynamicSparsePolicy,
  frozenSparse,
  idealSparse,
  incrementalSparse,
} from "../../lib/pruning/policies.ts";
import type { Policy } from "../../lib/pruning/policy.ts";
import { type PolicyResult, runPolicies, runPolicy } from "../../lib/pruning/run_policies.ts";
import { createMetrics } from "../../lib/training/metrics.ts";
import { createTrainer } from "../../lib/training/trainer.ts";
import { trainingConfigSchema } from "../../lib/training/training_config.ts";
import { signalBatch, signalSchema as schema } from "./signal_batch.ts";

const BATCH = 256, BATCHES = 12, PERIOD = BATCH * BATCHES;
const WARM = 3;

/** A stream in which other columns decide from a period on. */
function streamOf(periods: number, flipAt = Infinity): Stream {
  return {
    schema,
    examples: periods * PERIOD,
    async *read({ from = 0, to = periods * PERIOD }) {
      for (let k = from / BATCH; k < to / BATCH; k++) {
        yield await Promise.resolve(signalBatch(BATCH, k, Math.floor(k / BATCHES) >= flipAt));
      }
    },
  };
}

const engine = await openEngine();
const model = buildModel({ kind: "mlp", dim: 2, hidden: [24, 16] }, schema);
const config = trainingConfigSchema.parse({
  batchSize: BATCH,
  warmupSteps: 0,
  dense: { optimizer: { name: "adam" }, learningRate: 0.01 },
});
const pruner = gradualPruner({ criterion: magnitudeImportance, rule: weightRule(model), share: 0.9, every: 2 });
const common = { engine, model, config, seed: 1, periodExamples: PERIOD, warmupPeriods: WARM, pruner };
const losses = (result: PolicyResult) => result.periods.map(({ lossPercent }) => lossPercent);

Deno.test("the dense model's scores are those of a plain loop that predicts each period and then trains on it", async () => {
  const result = await runPolicy({ ...common, stream: streamOf(5), policy: densePolicy });
  const plain = createTrainer({ engine, model, schema, config, seed: 1 });
  const wanted: number[] = [];
  for (let t = 0; t < 5; t++) {
    const batches = Array.from({ length: BATCHES }, (_, k) => signalBatch(BATCH, t * BATCHES + k));
    const metrics = createMetrics();
    for (const batch of batches) metrics.add(await plain.predict(batch), batch.labels);
    if (t >= WARM) wanted.push(metrics.result().ne);
    for (const batch of batches) await plain.step(batch);
  }
  assert.deepEqual(result.periods.map(({ neDense }) => neDense), wanted);
  assert.deepEqual(losses(result), [0, 0]);
  plain.dispose();
});

Deno.test("each policy refreshes when it says, keeps its mask otherwise, and is billed for what it does", async () => {
  const policies: Policy[] = [
    frozenSparse,
    incrementalSparse,
    denseToSparse(2),
    idealSparse,
    dynamicSparsePolicy({ grow: "gradient", every: 6 }),
    densePolicy,
  ];
  const stream = streamOf(WARM + 4);
  const results = await runPolicies({ ...common, stream, policies });
  const [frozen, incremental, d2s, ideal, dynamic, dense] = results;
  const refreshed = ({ periods }: PolicyResult) => periods.map(({ refreshed }) => refreshed);
  for (const result of [frozen, incremental, dynamic]) assert.deepEqual(refreshed(result), [true, false, false, false]);
  assert.deepEqual(refreshed(d2s), [true, false, true, false]);
  assert.deepEqual(refreshed(ideal), [true, true, true, true]);
  assert.deepEqual(refreshed(dense), [false, false, false, false]);

  for (const result of [frozen, incremental]) {
    assert.ok(result.periods.every(({ overlapWithFirst }) => overlapWithFirst === 1));
  }
  const moves = ({ periods }: PolicyResult) => periods.map(({ overlapWithLast }) => overlapWithLast < 1);
  assert.deepEqual(moves(d2s), [false, false, true, false]);
  assert.deepEqual(moves(dynamic), [false, true, true, true]);
  const weights = 12 * 24 + 24 * 16;
  const kept = weights - Math.round(0.9 * weights);
  for (const { sparsity } of [...d2s.periods, ...dynamic.periods]) assert.equal(sparsity, 1 - kept / weights);

  const forward = 2 * (weights + 16), sparse = 2 * (kept + 16), training = 3 * PERIOD;
  const bill = { dense: 0, derivation: 0, servingPerExample: sparse };
  assert.deepEqual(frozen.periods[1].flops, { ...bill, sparse: 0 });
  assert.deepEqual(incremental.periods[1].flops, { ...bill, sparse: training * sparse });
  assert.deepEqual(d2s.periods[2].flops, {
    dense: training * forward,
    derivation: training * forward,
    sparse: training * sparse,
    servingPerExample: sparse,
  });
  assert.deepEqual(dense.periods[2].flops, {
    dense: training * forward,
    derivation: 0,
    sparse: 0,
    servingPerExample: forward,
  });

  // all begin with the same derived model
  for (const { periods: [first] } of [incremental, d2s, ideal, dynamic]) {
    assert.equal(first.neSparse, frozen.periods[0].neSparse);
  }
  // side by side or alone is the same
  assert.deepEqual(await runPolicy({ ...common, stream, policy: denseToSparse(2) }), d2s);
});

Deno.test("no score depends on a later period: a longer stream that goes another way begins with the same results", async () => {
  const policies: Policy[] = [idealSparse, incrementalSparse];
  const short = await runPolicies({ ...common, stream: streamOf(WARM + 2), policies });
  const long = await runPolicies({ ...common, stream: streamOf(WARM + 4, WARM + 2), policies });
  for (const [p, { periods }] of short.entries()) assert.deepEqual(long[p].periods.slice(0, 2), periods);
});

Deno.test("when other columns decide, a fixed mask loses and a refresh recovers; when nothing changes it does not lose", async () => {
  const drift = WARM + 2; // period 2
  const alarm = pageHinkley({ tolerance: 0.01, threshold: 0.1, least: 5 });
  const policies: Policy[] = [
    incrementalSparse,
    denseToSparse(3),
    automaticRefresh({ detector: alarm, budget: 0.5 }),
    denseToSparse(3, "weights"),
  ];
  const [incremental, fixed, automatic, staleMask] = await runPolicies({
    ...common,
    stream: streamOf(WARM + 9, drift),
    policies,
  });
  const last = (result: PolicyResult) => losses(result).slice(-1)[0];
  const text = [incremental, fixed, automatic, staleMask].map((r) =>
    `${r.policy}: ${losses(r).map((x) => x.toFixed(1))}`
  )
    .join("\n");
  assert.ok(last(incremental) > 2 * last(fixed), text);
  assert.ok(last(staleMask) > 2 * last(fixed), text);
  // in period 2 all models are wrong alike; in 3 the dense one has learned and the gap shows; so the refresh is for 4
  const refreshes = automatic.periods.filter(({ refreshed }) => refreshed).map(({ period }) => period);
  assert.deepEqual(refreshes.slice(0, 2), [0, 4], text);
  assert.ok(last(automatic) < last(incremental) / 2, text);

  const [still, quiet] = await runPolicies({
    ...common,
    stream: streamOf(WARM + 6),
    policies: [incrementalSparse, automaticRefresh({ detector: alarm, budget: 0.5 })],
  });
  assert.ok(last(still) < last(incremental) / 2);
  assert.equal(quiet.periods.filter(({ refreshed }) => refreshed).length, 1);
});

Deno.test("neurons are pruned within their budget at each refresh, and serving costs what the smaller model would", async () => {
  const share = 0.6;
  const { periods } = await runPolicy({
    ...common,
    stream: streamOf(WARM + 3),
    pruner: adaptivePruner(model, { share, structure: "neurons" }),
    policy: denseToSparse(2),
  });
  const whole = 2 * (12 * 24 + 24 * 16 + 16);
  const costs = periods.map(({ flops }) => flops.servingPerExample);
  assert.equal(costs[0], costs[1]);
  for (const [t, cost] of costs.entries()) {
    assert.ok(cost <= (1 - share) * whole && cost > (1 - share) * whole - 2 * (12 + 16 + 24), `${cost} of ${whole}`);
    // a model 12-a-b-1 costs 2 (12 a + a b + b)
    const left = (name: string, size: number) => Math.round((1 - periods[t].layerSparsities[name]) * size);
    const [a, b] = [left("overarch/0/bias", 24), left("overarch/1/bias", 16)];
    assert.equal(cost, 2 * (12 * a + a * b + b));
  }
});

Deno.test("a run that ends or is aborted leaves no tensor behind", async () => {
  const run = (signal?: AbortSignal) =>
    runPolicies({ ...common, stream: streamOf(WARM + 2), policies: [idealSparse, incrementalSparse], signal });
  await run();
  const before = engine.tensorCount();
  await run();
  assert.equal(engine.tensorCount(), before);
  const abort = new AbortController();
  abort.abort(new Error("stopped by hand"));
  await assert.rejects(run(abort.signal), /stopped by hand/);
  assert.equal(engine.tensorCount(), before);
});

Deno.test("an alarm beyond the budget waits until the dense model has trained enough", () => {
  const detector = pageHinkley({ tolerance: 0, threshold: 0.5 });
  const policy = automaticRefresh({ detector, budget: 0.25 });
  let state = policy.init(), refreshFlops = 0;
  const refreshes: number[] = [];
  for (let period = 1; period <= 12; period++) {
    const gaps = [0, 0, 1, 1]; // an alarm in every period
    const past = { period, sinceRefresh: 1, gaps, denseFlops: period, refreshFlops, nextRefreshFlops: 1 };
    const decision = policy.decide(state, past);
    state = decision.state;
    if (decision.refresh) refreshes.push(period), refreshFlops++;
  }
  assert.deepEqual(refreshes, [4, 8, 12]);
  assert.throws(() => automaticRefresh({ detector, budget: 0 }), /budget of 0: wanted a positive share/);
});

Deno.test("a run needs a past and a period to score", async () => {
  const run = (warmupPeriods: number) =>
    runPolicy({ ...common, warmupPeriods, stream: streamOf(3), policy: densePolicy });
  await assert.rejects(run(0), /3 periods of 3072 examples with a warm-up of 0: wanted a warm-up of at least one/);
  await assert.rejects(run(3), /one period more than that/);
  assert.throws(() => denseToSparse(0), /every 0 periods: wanted a whole number from 1/);
});
