import type { Batch, Stream } from "../data/batch.ts";
import type { Engine } from "../engine/engine.ts";
import { noProgress, type Progress } from "../engine/progress.ts";
import type { Model } from "../models/block.ts";
import { createTrainer } from "../training/trainer.ts";
import type { TrainingConfig } from "../training/training_config.ts";
import { type DerivedModel, deriveSparse, type PastModel } from "./derivation.ts";
import { trainingFlops } from "./model_flops.ts";
import type { Policy } from "./policy.ts";
import { type PeriodResult, policyModel } from "./policy_model.ts";
import { scorePeriod } from "./period_score.ts";
import type { Pruner } from "./pruner.ts";

/** What is compared, on which stream. */
export interface PolicyRunOptions {
  readonly engine: Engine;
  readonly model: Model;
  readonly config: TrainingConfig;
  /** Determines the initial weights. */
  readonly seed: number;
  /** In time order; what does not fill a period at its end is left out. */
  readonly stream: Stream;
  /** Examples in a period. */
  readonly periodExamples: number;
  /** Periods that the dense model trains on before the first sparse model; at least 1, as that is derived from the past. */
  readonly warmupPeriods: number;
  readonly policies: readonly Policy[];
  /** Derives sparse models. */
  readonly pruner: Pruner;
  readonly progress?: Progress;
  readonly signal?: AbortSignal;
}

/** All periods of a policy. */
export interface PolicyResult {
  readonly policy: string;
  readonly pruner: string;
  readonly periods: readonly PeriodResult[];
}

/**
 * Runs policies side by side over the periods of a stream with progressive validation: each period is scored by every model before any
 * is trained on it. All policies share one dense model and its derivations, so they are compared on the same examples and
 * weights.
 *
 * A derivation for period t uses the past only: the dense model as it was before period t - 1 is copied, trained and pruned on period t -
 * 1 and deployed. The sparse model has its own copy of the embeddings, which trains with it.
 *
 * @example
 * ```ts
 * import { openDataset } from "recscale/data";
 * import { openEngine } from "recscale/engine";
 * import { buildModel } from "recscale/models";
 * import { adaptivePruner, denseToSparse, incrementalSparse, runPolicies } from "recscale/pruning";
 * import { trainingConfigSchema } from "recscale/training";
 * import assert from "node:assert/strict";
 *
 * const { train, schema } = await openDataset({
 *   kind: "synthetic",
 *   preset: "DRIFT",
 *   examples: 8 * 1024,
 *   periodExamples: 1024, // the teacher's periods are those of the run
 * });
 * const model = buildModel({ kind: "dlrm", dim: 4, bottom: [8], overarch: [16, 8] }, schema);
 * const [incremental, d2s] = await runPolicies({
 *   engine: await openEngine(),
 *   model,
 *   config: trainingConfigSchema.parse({ batchSize: 128 }),
 *   seed: 1,
 *   stream: train,
 *   periodExamples: 1024,
 *   warmupPeriods: 4,
 *   policies: [incrementalSparse, denseToSparse(2)],
 *   pruner: adaptivePruner(model, { share: 0.8 }),
 * });
 * assert.deepEqual(d2s.periods.map(({ refreshed }) => refreshed), [true, false, true, false]);
 * assert.equal(incremental.periods[1].neSparse, d2s.periods[1].neSparse); // the same until D2S refreshes
 * assert.notEqual(incremental.periods[2].neSparse, d2s.periods[2].neSparse);
 * ```
 *
 * @throws {RangeError} when no period is left after the warm-up, or the warm-up is shorter than one period
 * @throws the signal's reason when aborted, between two periods
 */
export async function runPolicies(options: PolicyRunOptions): Promise<PolicyResult[]> {
  const { engine, model, config, seed, stream, policies, pruner, progress = noProgress, signal } = options;
  const total = periodsOf(options);
  const common = { engine, model, config, seed, schema: stream.schema };
  const dense = createTrainer(common);
  const deriver = pruner.attach(common);
  const runs = policies.map((policy) => policyModel(policy, { ...common, matrices: deriver.model.matrices }));
  const derivationFlops = trainingFlops(model, null, options.periodExamples);
  try {
    let past: PastModel | null = null;
    for (let t = 0; t < total; t++) {
      signal?.throwIfAborted();
      const batches = await readPeriod(options, t);
      const period = t - options.warmupPeriods;
      if (period >= 0 && past) {
        let fresh: DerivedModel | null = null; // the same for all policies, so it is made once
        for (const run of runs.filter((run) => run.isDue(period, derivationFlops))) {
          const oldMask = run.policy.takes === "weights" && period > 0 ? run.model?.mask : undefined;
          if (oldMask) await run.take(await deriveSparse(deriver, past, period, oldMask));
          else await run.take(fresh ??= await deriveSparse(deriver, past, period));
        }
        const reference = await scorePeriod(dense, batches);
        for (const run of runs) {
          run.record(period, reference, run.model ? await scorePeriod(run.model.trainer, batches) : reference);
        }
      }
      past = { state: await dense.state(), batches };
      for (const batch of batches) await dense.step(batch);
      if (period >= 0) { for (const run of runs) await run.train(batches); }
      progress.update((t + 1) * options.periodExamples, total * options.periodExamples, `period ${t + 1} of ${total}`);
    }
    progress.finish(`${total} periods`);
    return runs.map(({ policy, periods }) => ({ policy: policy.name, pruner: pruner.name, periods }));
  } finally {
    for (const run of runs) run.dispose();
    deriver.dispose();
    dense.dispose();
  }
}

/** {@link runPolicies} for a single policy. */
export async function runPolicy(
  { policy, ...options }: Omit<PolicyRunOptions, "policies"> & { readonly policy: Policy },
): Promise<PolicyResult> {
  const [result] = await runPolicies({ ...options, policies: [policy] });
  return result;
}

function periodsOf({ stream, periodExamples, warmupPeriods }: PolicyRunOptions): number {
  const total = Math.floor(stream.examples / periodExamples);
  if (!(warmupPeriods >= 1 && total > warmupPeriods)) {
    throw new RangeError(
      `Cannot compare policies over ${total} periods of ${periodExamples} examples with a warm-up of ${warmupPeriods}: ` +
        `wanted a warm-up of at least one period, and one period more than that.`,
    );
  }
  return total;
}

async function readPeriod({ stream, periodExamples, config }: PolicyRunOptions, t: number): Promise<Batch[]> {
  const [from, to] = [t * periodExamples, (t + 1) * periodExamples];
  return await Array.fromAsync(stream.read({ batchSize: config.batchSize, from, to }));
}
