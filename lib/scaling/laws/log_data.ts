import type { ResidualProblem } from "../solver/residual_problem.ts";
import type { Law } from "../law.ts";

/** Observations as the searches want them. */
export interface LogData {
  readonly m: number;
  /** `ln(x / x0)`, input by input; x0 is the geometric mean. */
  readonly logU: readonly Float64Array[];
  readonly logL: Float64Array;
  /** Square roots of the weights. */
  readonly roots: Float64Array;
  /** Huber's delta; infinite for squares. */
  readonly delta: number;
}

/**
 * A law with what it takes to fit it: other parameters, called inner, in which it is well scaled (logarithms of amplitudes, the
 * floor and exponents as they are), and a search for places to begin.
 */
export interface SearchableLaw extends Law {
  /** Inner parameters, from those in units of the geometric mean. */
  toInner(theta: ArrayLike<number>): Float64Array;
  toTheta(inner: ArrayLike<number>): number[];
  /** Residuals `sqrt(w) (ln(predicted) - ln(observed))` by inner parameters. */
  problem(data: LogData): ResidualProblem;
  /** Places to begin, most promising first: about `count` inner vectors. */
  starts(data: LogData, count: number): Float64Array[];
}

/** Smallest and largest of an array that is not empty. */
export function extent(values: Float64Array): [number, number] {
  let low = Infinity, high = -Infinity;
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}

/** Logarithms of an amplitude run that far below and above the loss: beyond, a term no longer shows in double precision. */
export const AMPLITUDE_ROOM = 45;

/** Exponents run from here, where a law is a logarithm, to here, where it is a step. */
export const SMALLEST_EXPONENT = 1e-6, LARGEST_EXPONENT = 200;

/** Exponents whose term changes by factors of e^least to e^most over the observed range, evenly in logarithms. */
export function exponentGrid(logU: Float64Array, least: number, most: number, count: number): number[] {
  const [low, high] = extent(logU);
  const range = Math.max(high - low, 1e-3);
  return Array.from({ length: count }, (_, k) => least * (most / least) ** (k / (count - 1)) / range);
}
