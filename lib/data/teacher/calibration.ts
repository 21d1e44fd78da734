import { activeTerms, normalizedShares, type TeacherConfig, type TermName } from "./config.ts";
import { CHUNK_EXAMPLES, drawsOf, newChunk } from "./draw.ts";
import { type StateAt, statesOf, type TeacherState } from "./state.ts";
import type { TeacherStructure } from "./structure.ts";

/** What centres and scales the terms, and sets the base rate. Plain JSON, kept with the teacher. */
export interface TeacherCalibration {
  /** b of the logit. */
  readonly bias: number;
  /** Mean and standard deviation of each term that has a share. */
  readonly terms: Readonly<Partial<Record<TermName, { readonly mean: number; readonly sd: number }>>>;
}

/** Examples of the calibration: 2^15 of stream 9. */
const CALIBRATION_EXAMPLES = 1 << 15;
const CALIBRATION_STREAM = 9;

/** Where a concept that walks is calibrated: the terms' variance changes with time, this is its mean over four. */
const CONCEPT_TIMES = [0, 7.3, 19.1, 33.7];

/**
 * Measures each term's mean and standard deviation, then finds the bias b at which the mean click probability at time 0
 * is `config.base`, by bisection. Nothing is random: the same configuration gives the same numbers.
 *
 * @throws {RangeError} when a term with a share does not vary
 */
export function calibrate(config: TeacherConfig, structure: TeacherStructure): TeacherCalibration {
  const stateAt = statesOf(config, structure);
  const names = activeTerms(config);
  const times = config.drift.concept.share > 0 ? CONCEPT_TIMES : [0];
  const values = times.map((time) => termValues(config, stateAt, time));
  const terms: Partial<Record<TermName, { mean: number; sd: number }>> = {};
  for (const name of names) {
    const moments = values.map((value) => momentsOf(value[name]!));
    const mean = average(moments.map((moment) => moment.mean));
    const sd = Math.sqrt(average(moments.map((moment) => moment.variance)));
    if (!(sd > 0)) {
      throw new RangeError(
        `Cannot calibrate teacher ${config.name}: its term "${name}" has a share of ${config.shares[name]}, but is ` +
          `constant over ${CALIBRATION_EXAMPLES} examples; give it fields or columns to work on, or a share of 0`,
      );
    }
    terms[name] = { mean, sd };
  }

  const scales = termScales(config, { bias: 0, terms });
  const logits = new Float64Array(CALIBRATION_EXAMPLES);
  for (const name of names) {
    const [value, scale, mean] = [values[0][name]!, scales[name]!, terms[name]!.mean];
    for (let i = 0; i < logits.length; i++) logits[i] += scale * (value[i] - mean);
  }
  return { bias: biasFor(logits, config.base), terms };
}

/** `sigma sqrt(pi_c) / sd_c`: what multiplies a centred term in the logit. */
export function termScales(config: TeacherConfig, calibration: TeacherCalibration): Partial<Record<TermName, number>> {
  const shares = normalizedShares(config);
  const scales: Partial<Record<TermName, number>> = {};
  for (const name of activeTerms(config)) {
    const moments = calibration.terms[name];
    if (!moments) {
      throw new RangeError(
        `Cannot scale the term "${name}" of teacher ${config.name}: its calibration has only ` +
          `${Object.keys(calibration.terms).join(", ") || "no terms"}`,
      );
    }
    scales[name] = config.sigma * Math.sqrt(shares[name]) / moments.sd;
  }
  return scales;
}

function termValues(config: TeacherConfig, stateAt: StateAt, time: number): Partial<Record<TermName, Float64Array>> {
  const state: TeacherState = stateAt(time);
  const draw = drawsOf(config, CALIBRATION_STREAM);
  const chunk = newChunk(config);
  const numbers = new Float64Array(CHUNK_EXAMPLES);
  const values: Partial<Record<TermName, Float64Array>> = {};
  for (const { name } of state.terms) values[name] = new Float64Array(CALIBRATION_EXAMPLES);
  for (let from = 0; from < CALIBRATION_EXAMPLES; from += CHUNK_EXAMPLES) {
    for (let i = 0; i < CHUNK_EXAMPLES; i++) numbers[i] = from + i;
    draw(chunk, numbers, 0, CHUNK_EXAMPLES, state);
    for (const { name, evaluate } of state.terms) evaluate(chunk, values[name]!.subarray(from));
  }
  return values;
}

function momentsOf(values: Float64Array): { mean: number; variance: number } {
  const mean = average(values);
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  return { mean, variance: squares / values.length };
}

function average(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
}

function biasFor(logits: Float64Array, base: number): number {
  let low = -60;
  let high = 60;
  for (let step = 0; step < 60; step++) {
    const bias = (low + high) / 2;
    let sum = 0;
    for (let i = 0; i < logits.length; i++) sum += 1 / (1 + Math.exp(-bias - logits[i]));
    if (sum / logits.length < base) low = bias;
    else high = bias;
  }
  return (low + high) / 2;
}
