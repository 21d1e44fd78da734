import type { Batch } from "../data/batch.ts";
import { dynamicSparseStep } from "./dynamic_sparse.ts";
import type { DerivedModel } from "./derivation.ts";
import { denseMask, layerSparsities, maskOverlap, type MaskSet, sparsityOf } from "./mask.ts";
import { createMaskedTrainer, type MaskedTrainer, type MaskedTrainerOptions } from "./masked_trainer.ts";
import { forwardFlops, trainingFlops } from "./model_flops.ts";
import type { PeriodScore } from "./period_score.ts";
import type { Policy } from "./policy.ts";

/** What a policy cost in a period, in FLOPs. */
export interface PeriodFlops {
  /** Training of the dense model, where the policy keeps it. */
  readonly dense: number;
  /** Incremental training of the sparse model, removed weights and the dense gradients of RigL's few rewirings not counted. */
  readonly sparse: number;
  /** Derivation: training of a dense copy on a period. */
  readonly derivation: number;
  /** One prediction with the deployed model. */
  readonly servingPerExample: number;
}

/** One period of one policy: scored before any model was trained on it. */
export interface PeriodResult {
  /** From 0, the first with a sparse model. */
  readonly period: number;
  /** Normalized entropy of the dense model; free of label noise where the stream knows the true probabilities. */
  readonly neDense: number;
  readonly neSparse: number;
  /** `100 (neSparse - neDense) / neDense` */
  readonly lossPercent: number;
  /** Whether a sparse model was derived for this period. */
  readonly refreshed: boolean;
  /** Jaccard overlap of the deployed mask with that of the period before; 1 in the first. */
  readonly overlapWithLast: number;
  /** The same with the mask of the first period. */
  readonly overlapWithFirst: number;
  readonly sparsity: number;
  /** Share of removed weights by matrix. */
  readonly layerSparsities: Readonly<Record<string, number>>;
  readonly flops: PeriodFlops;
}

/** A policy under way: its sparse model, if it has one, and what was recorded. */
export interface PolicyModel {
  readonly policy: Policy;
  /** Null for the dense policy, which serves the shared dense model. */
  readonly model: MaskedTrainer | null;
  readonly periods: readonly PeriodResult[];
  /** Asks the policy, once at the beginning of each period; the first is always due. */
  isDue(period: number, derivationFlops: number): boolean;
  /** Deploys what was derived, or the part of it that the policy takes. */
  take(derived: DerivedModel): Promise<void>;
  /** Notes the scores of a period. */
  record(period: number, dense: PeriodScore, own: PeriodScore): void;
  /** Trains on a period that was scored. */
  train(batches: readonly Batch[]): Promise<void>;
  dispose(): void;
}

/** Begins a policy. */
export function policyModel(policy: Policy, options: MaskedTrainerOptions): PolicyModel {
  const { training, takes = "both" } = policy;
  const model = training === "dense" ? null : createMaskedTrainer(options);
  const periods: PeriodResult[] = [];
  let state = policy.init();
  let [sinceRefresh, denseFlops, refreshFlops, steps] = [0, 0, 0, 0];
  let gaps: number[] = [];
  let derivation = 0; // FLOPs spent for this period
  let first: MaskSet | null = null, last: MaskSet | null = null;

  return {
    policy,
    model,
    periods,
    isDue(period, derivationFlops) {
      derivation = 0;
      if (!model) return false;
      if (period > 0) {
        const past = { period, sinceRefresh, gaps, denseFlops, refreshFlops, nextRefreshFlops: derivationFlops };
        const decision = policy.decide(state, past);
        state = decision.state;
        if (!decision.refresh) return false;
        refreshFlops += derivationFlops;
      }
      derivation = derivationFlops;
      sinceRefresh = 0;
      return true;
    },
    async take({ state, mask }) {
      if (takes === "mask" && first) await model?.setMask(mask);
      else model?.restore(state, mask);
    },
    record(period, dense, own) {
      const mask = model?.mask ?? denseMask(options.matrices ?? []);
      const spent = trainingFlops(options.model, null, own.examples);
      denseFlops += spent;
      periods.push({
        period,
        neDense: dense.ne,
        neSparse: own.ne,
        lossPercent: 100 * (own.ne - dense.ne) / dense.ne,
        refreshed: derivation > 0,
        overlapWithLast: maskOverlap(mask, last ??= mask),
        overlapWithFirst: maskOverlap(mask, first ??= mask),
        sparsity: sparsityOf(mask),
        layerSparsities: layerSparsities(mask),
        flops: {
          dense: policy.keepsDense ? spent : 0,
          sparse: model && training !== "frozen" ? trainingFlops(options.model, mask, own.examples) : 0,
          derivation,
          servingPerExample: forwardFlops(options.model, model ? mask : null),
        },
      });
      gaps = own.losses.map((loss, k) => loss - dense.losses[k]);
      last = mask;
    },
    async train(batches) {
      sinceRefresh++;
      if (!model || training === "frozen") return;
      for (const batch of batches) {
        steps++;
        if (typeof training === "object") await dynamicSparseStep(model, batch, training, steps);
        else await model.trainer.step(batch);
      }
    },
    dispose() {
      model?.dispose();
    },
  };
}
