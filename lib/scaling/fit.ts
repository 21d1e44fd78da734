import type { Law } from "./law.ts";

/**
 * - `converged`: the gradient is zero inside of the bounds, and the data determine the parameters.
 * - `at a bound`: the best curve has a parameter at the end of its range, such as a floor of zero.
 * - `not converged`: no start arrived at a point where the gradient is zero.
 * - `not identified`: many parameters fit about as well, so there is no exponent to report.
 */
export type FitStatus = "converged" | "at a bound" | "not converged" | "not identified";

/** Numbers by the names of a law's parameters. */
export type ByParameter = Readonly<Record<string, number>>;

/** What deviations cost. `delta` is in units of `ln L`. */
export interface FitLoss {
  readonly kind: "huber" | "squared";
  /** Where Huber's loss turns from squares to lines; infinite for `squared`. */
  readonly delta: number;
  /** Where delta comes from: the option, a multiple of the replicates' noise, or the default of the library. */
  readonly source: "given" | "replicates" | "default";
}

/** The best objective that is possible when one parameter is held at each of several values. */
export interface Profile {
  readonly parameter: string;
  /** Rising; in the units of the fit's `x0`. One of them is the estimate. */
  readonly values: readonly number[];
  readonly objectives: readonly number[];
}

/** How much a doubling of one input buys beyond the largest observed, as a share of the loss. */
export interface GainPerDoubling {
  /** By the fitted curve. 0.01 is one per cent. */
  readonly estimate: number;
  /**
   * Upper confidence bound that needs no law, only that returns do not increase: of the slope of `ln L` on `log2 x`, on all points
   * and on the half with the largest x, each at `1 - (1 - confidence) / 2`, the smaller counts.
   */
  readonly upper: number;
  /** One-sided. */
  readonly confidence: number;
}

/** What every fit says, identified or not. */
export interface FitReport {
  readonly law: Law;
  /** Units of the inputs: the law is a function of `x / x0`. */
  readonly x0: readonly number[];
  /** Observations that were fitted. */
  readonly count: number;
  /** Distinct x among them. */
  readonly distinct: number;
  /** The best parameters that were found, in full precision, also where they are not identified. */
  readonly best: ByParameter;
  /** The same in the law's order. */
  readonly theta: readonly number[];
  /** Parameters that were given and not fitted. */
  readonly held: readonly string[];
  /** Plain sentences: why the status is what it is. Empty for `converged`. */
  readonly reasons: readonly string[];
  readonly loss: FitLoss;
  /** `sum_i rho(sqrt(w_i) r_i)`, `rho(r) = r^2/2` up to delta and `delta (|r| - delta/2)` beyond. A sum, never a mean. */
  readonly objective: number;
  /** `r_i = ln(predicted) - ln(observed)`, in the order of the observations. */
  readonly residuals: readonly number[];
  /** Weights as used, with mean 1. */
  readonly weights: readonly number[];
  /** `sqrt(2 objective / (count - fitted parameters))`: about the noise of `ln L`. Not a number where there are no degrees of freedom. */
  readonly residualDeviation: number;
  /** Local searches that were made, and how many of them ended within 1 % of the best objective. */
  readonly starts: { readonly count: number; readonly agreeing: number };
  /**
   * Length of the objective's gradient at the optimum, over parameters that are not at a bound, each scaled by its column of the
   * Jacobian, divided by the length of the residuals: the cosine of the angle between them. 0 at an exact optimum.
   */
  readonly gradientNorm: number;
  /** Of the Jacobian with columns of length 1: how many digits the parameters lose against the data. */
  readonly conditionNumber: number;
  /** From the Jacobian at the optimum, with Huber's correction; infinite where it is singular, 0 for a parameter at a bound or held. */
  readonly standardErrors: ByParameter;
  /** Covariance of the parameters, in the law's order. */
  readonly covariance: readonly (readonly number[])[];
  /** Over the floor and every exponent that is not held, by parameter. Computed when first read. */
  readonly profiles: Readonly<Record<string, Profile>>;
  /** Akaike's criterion and its small-sample form, from `2 objective` as residual sum of squares. Only for the same data and loss. */
  readonly aic: number;
  readonly aicc: number;
  /** Input by input. */
  readonly gainPerDoubling: readonly GainPerDoubling[];
  /** Loss at raw x, by the best parameters. */
  predict(x: readonly number[]): number;
}

/** A fit whose parameters the data determine. */
export interface IdentifiedFit extends FitReport {
  readonly status: Exclude<FitStatus, "not identified">;
  /** In full precision: rounding them to two digits moves the curve by more than its noise (Besiroglu et al. 2024). */
  readonly parameters: ByParameter;
}

/** A fit that has no exponent to report; `gainPerDoubling` bounds what more of the resource can buy. */
export interface UnidentifiedFit extends FitReport {
  readonly status: "not identified";
  readonly parameters: null;
}

/** A law fitted to observations. */
export type Fit = IdentifiedFit | UnidentifiedFit;
