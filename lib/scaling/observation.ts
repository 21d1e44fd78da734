/** What one run, or the mean of several alike, measured. */
export interface Observation {
  /** The resources in raw units: examples, parameters, FLOPs. One number for each input of the law, each above 0. */
  readonly x: readonly number[];
  /** Above 0: the laws are fitted on its logarithm. */
  readonly loss: number;
  /** How much it counts, above 0: proportional to one over its variance. Default 1. */
  readonly weight?: number;
  /** Which observations belong together: those of one run, or of runs on the same examples, are not independent. */
  readonly seed?: string | number;
}
