import type { Fit } from "./fit.ts";
import type { Law, LawName } from "./law.ts";
import type { Observation } from "./observation.ts";

export interface FitOptions {
  /** Default `"huber"`. */
  readonly loss?: "huber" | "squared";
  /** Default: 2.5 times the noise of replicates where there are any, otherwise 1e-3 (Hoffmann et al. 2022). */
  readonly delta?: number;
  /**
   * `"given"` (default): those of the observations. `"replicates"`: one over the variance of `ln L` among runs at the same x, shrunk
   * towards the pooled variance.
   */
  readonly weights?: "given" | "replicates";
  /** Units of the inputs. Default: the geometric mean of each. Give 1 for the raw form of the literature. */
  readonly x0?: number | readonly number[];
  /** Parameters (in the law's order, in units of `x0`) to begin from. A refit of a resample is then several times as fast. */
  readonly warmStart?: readonly number[];
  /** Local searches from the best cells of the grid. Default 8, or 3 beside a warm start. */
  readonly starts?: number;
}

/** Fits a law to observations. */
export function fitLaw(law: Law | LawName, observations: readonly Observation[], options: FitOptions = {}): Fit {
  void options;
  throw new Error(`Cannot fit ${typeof law === "string" ? law : law.name} to ${observations.length} observations yet.`);
}
