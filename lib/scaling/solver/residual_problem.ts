/** Residuals `r_i(theta)` whose robust sum of squares is to be minimal, over typed arrays that the solver owns. */
export interface ResidualProblem {
  /** Residuals. */
  readonly m: number;
  /** Parameters. */
  readonly n: number;
  /** Smallest and largest values, -Infinity and Infinity where there are none. Equal: the parameter is held. */
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  /** Fills `r [m]`. @returns false where a residual is not a finite number */
  evaluate(theta: Float64Array, r: Float64Array): boolean;
  /**
   * Fills `jac [n, m]`, one parameter after the other. Asked only for the `theta` of the call of `evaluate` just before, so that both
   * may share what is costly.
   *
   * @returns false where a derivative is not a finite number
   */
  jacobian(theta: Float64Array, jac: Float64Array): boolean;
}

/** Holds a value between bounds. */
export function clip(value: number, lower: number, upper: number): number {
  return value < lower ? lower : value > upper ? upper : value;
}
