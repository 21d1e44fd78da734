import type { DynamicSparseOptions } from "./dynamic_sparse.ts";

/** What a policy knows when a period begins: the past, and nothing of the period. Costs are in FLOPs since the first sparse model. */
export interface PastPeriods {
  /** The period that begins, counted from the first one with a sparse model. */
  readonly period: number;
  /** Periods since the sparse model was last derived. */
  readonly sinceRefresh: number;
  /** Mean log loss of the sparse model less that of the dense one on each batch of the period before, in nats. */
  readonly gaps: readonly number[];
  /** Training of the dense model. */
  readonly denseFlops: number;
  /** Refreshes, with the first derivation left out: every policy pays that. */
  readonly refreshFlops: number;
  /** What a refresh now would cost. */
  readonly nextRefreshFlops: number;
}

/** Whether to derive a new sparse model, and the state to go on from. */
export interface Decision<State> {
  readonly state: State;
  readonly refresh: boolean;
}

/** How a sparse model is kept up to date on a stream: a pair of functions over plain state. */
export interface Policy<State = unknown> {
  readonly name: string;
  /**
   * What trains between refreshes: `"dense"`, only the dense model, which is served as well; `"frozen"`, nothing; `"incremental"`,
   * the weights that the mask keeps; options of dynamic sparse training, these weights while the mask is rewired.
   */
  readonly training: "dense" | "frozen" | "incremental" | DynamicSparseOptions;
  /**
   * What a refresh takes from the derivation. `"both"` (default): weights and mask. `"mask"`: the new mask over the sparse model's own
   * weights. `"weights"`: fresh dense weights, trained under the old mask; the control for the mask's age.
   */
  readonly takes?: "both" | "mask" | "weights";
  /** Whether the dense model has to be trained on for this policy, beyond the first derivation. */
  readonly keepsDense: boolean;
  init(): State;
  decide(state: State, past: PastPeriods): Decision<State>;
}
