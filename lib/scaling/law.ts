/** The laws that come with the library, by name. */
export type LawName =
  | "powerLawConstant"
  | "powerLaw"
  | "logarithmic"
  | "brokenPowerLaw"
  | "m4"
  | "joint"
  | "interaction";

/**
 * How loss depends on one resource (data, parameters, compute) or on two (parameters and data).
 *
 * A law is a function of `u = x / x0`, the resource in units of a reference `x0` that a {@link Fit} states. Amplitudes are then
 * loss at the reference and not at one example or one parameter, which is far outside of every experiment.
 */
export interface Law {
  readonly name: LawName;
  /** The formula as text, in the names of {@link parameters} and `u`, or `n` and `d` for two inputs. */
  readonly formula: string;
  /** Where it comes from. */
  readonly source: string;
  readonly inputs: 1 | 2;
  /** Names, in the order of `theta`. */
  readonly parameters: readonly string[];
  /** The parameters among them that multiply a term that falls: input by input. */
  readonly amplitudes: readonly string[];
  /** The parameters among them that say how fast loss falls: input by input. Empty for the logarithmic law, which has none. */
  readonly exponents: readonly string[];
  /** The parameter that is the loss at infinite resources; `null` where loss falls to zero or below. */
  readonly floor: string | null;
  /** Loss at `u`. */
  loss(theta: ArrayLike<number>, u: ArrayLike<number>): number;
  /** Derivatives of the loss by the parameters, in their order. */
  gradient(theta: ArrayLike<number>, u: ArrayLike<number>): number[];
  /**
   * The same curve in other units: parameters for `x / x1`, from those for `x / x0`.
   *
   * @param ratio `x1 / x0`, input by input
   */
  rescale(theta: ArrayLike<number>, ratio: ArrayLike<number>): number[];
}
