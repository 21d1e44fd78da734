import type { FitLoss } from "./fit.ts";
import type { LogData } from "./laws/log_data.ts";
import type { Law } from "./law.ts";
import type { Observation } from "./observation.ts";
import { groupsOf, replicateNoise } from "./replicate_noise.ts";

/** The part of the options of a fit that says what is minimized. */
export interface LossOptions {
  /** What deviations of `ln L` cost. Default `"huber"`, which a few failed runs do not lead astray. */
  readonly loss?: "huber" | "squared";
  /**
   * Where Huber's loss turns from squares to lines, in units of `ln L`. Default: 2.5 times the noise of replicates where there are
   * any, otherwise 1e-3, which Hoffmann et al. (2022) chose for language models.
   */
  readonly delta?: number;
  /**
   * `"given"` (default): the weights of the observations. `"replicates"`: one over the variance of `ln L` among runs at the same x,
   * shrunk towards the pooled variance (see {@link replicateNoise}).
   */
  readonly weights?: "given" | "replicates";
}

/** Observations that were checked, in the form that searches want. */
export interface Prepared {
  readonly data: LogData;
  readonly loss: FitLoss;
  /** With mean 1. */
  readonly weights: readonly number[];
  /** Geometric mean of each input: the unit of `data.logU`. */
  readonly centre: readonly number[];
  /** Distinct x. */
  readonly distinct: number;
  /** Distinct values of each input. */
  readonly levels: readonly number[];
}

/** Multiple of the seed noise: keeps 99 % of normal deviations in the squares, and costs 1 % in efficiency. */
const NOISE_MULTIPLE = 2.5;
const DEFAULT_DELTA = 1e-3;

/**
 * Checks observations for a law and takes logarithms.
 *
 * @throws {Error} naming the first observation that is not as it should be
 */
export function prepare(law: Law, observations: readonly Observation[], options: LossOptions): Prepared {
  const { loss: kind = "huber", delta, weights: weighting = "given" } = options;
  const m = observations.length;
  const fail = (what: string): never => {
    throw new Error(`Cannot fit ${law.name} to ${m} observations: ${what}.`);
  };
  if (m < 2) fail("wanted at least two");
  if (delta !== undefined && !(delta > 0)) fail(`delta is ${delta}, wanted a number above 0`);
  observations.forEach(({ x, loss, weight = 1 }, i) => {
    const positive = (value: number) => value > 0 && value < Infinity;
    if (x.length !== law.inputs) fail(`observation ${i + 1} has ${x.length} x, wanted ${law.inputs}`);
    const wrong = x.findIndex((value) => !positive(value));
    if (wrong >= 0) fail(`x of observation ${i + 1} is ${x[wrong]}, wanted a number above 0`);
    if (!positive(loss)) fail(`the loss of observation ${i + 1} is ${loss}, wanted a number above 0`);
    if (!positive(weight)) fail(`the weight of observation ${i + 1} is ${weight}, wanted a number above 0`);
  });
  const wantsNoise = weighting === "replicates" || (kind === "huber" && delta === undefined);
  const noise = wantsNoise ? replicateNoise(observations) : undefined;
  if (weighting === "replicates" && !noise) {
    fail(`weights from replicates need runs at the same x whose losses differ, and there are none`);
  }
  const raw = observations.map(({ weight = 1 }, i) => weighting === "replicates" ? 1 / noise!.variances[i] : weight);
  const mean = raw.reduce((sum, weight) => sum + weight, 0) / m;
  const weights = raw.map((weight) => weight / mean);
  const logs = Array.from({ length: law.inputs }, (_, k) => Float64Array.from(observations, ({ x }) => Math.log(x[k])));
  const centre = logs.map((values) => Math.exp(values.reduce((sum, value) => sum + value, 0) / m));
  const huberDelta = delta ?? (noise ? NOISE_MULTIPLE * noise.deviation : DEFAULT_DELTA);
  const source = delta !== undefined ? "given" : noise ? "replicates" : "default";
  return {
    data: {
      m,
      // of the ratio, not the difference of logarithms: x may be 1e20, and the digits are wanted
      logU: centre.map((x0, k) => Float64Array.from(observations, ({ x }) => Math.log(x[k] / x0))),
      logL: Float64Array.from(observations, ({ loss }) => Math.log(loss)),
      roots: Float64Array.from(weights, Math.sqrt),
      delta: kind === "huber" ? huberDelta : Infinity,
    },
    loss: kind === "huber" ? { kind, delta: huberDelta, source } : { kind, delta: Infinity, source: "given" },
    weights,
    centre,
    distinct: groupsOf(observations).count,
    levels: logs.map((values) => new Set(values).size),
  };
}
