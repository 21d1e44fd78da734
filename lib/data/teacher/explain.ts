import { activeTerms, type TermName } from "./config.ts";
import { CHUNK_EXAMPLES, drawsOf, newChunk } from "./draw.ts";
import { labelsOf, scoresOf, sigmoid } from "./score.ts";
import { statesOf } from "./state.ts";
import type { Teacher } from "./teacher.ts";

/** Examples with everything the teacher knows about them, in float64. */
export interface ExplainedExamples {
  readonly examples: number;
  /** Slots `[examples, F]`: ids before any hashing into smaller tables. */
  readonly slots: Int32Array<ArrayBuffer>;
  /** `[examples, Nd]`. */
  readonly dense: Float32Array<ArrayBuffer>;
  /** T_c `[examples]` of the terms with a share, before centring and scaling. */
  readonly terms: Readonly<Partial<Record<TermName, Float64Array<ArrayBuffer>>>>;
  readonly logits: Float64Array<ArrayBuffer>;
  readonly p: Float64Array<ArrayBuffer>;
  readonly labels: Float32Array<ArrayBuffer>;
}

/** Which examples to explain. */
export interface ExplainOptions {
  readonly examples: number;
  /** First example. Default 0. */
  readonly from?: number;
  /** Default 1. */
  readonly stream?: number;
  /** The moment, in periods, at which the teacher sees all of them. Default 0. */
  readonly time?: number;
}

/**
 * Looks inside a teacher: the terms behind the click probabilities of some examples, all at one moment.
 *
 * @example
 * ```ts
 * import { explainExamples, makeTeacher, teacherPreset } from "recscale/data";
 * import assert from "node:assert/strict";
 *
 * const { terms, logits, p } = explainExamples(makeTeacher(teacherPreset("PAIR", 1)), { examples: 3 });
 * assert.deepEqual(Object.keys(terms), ["dense", "main", "pair"]);
 * assert.equal(p[0], 1 / (1 + Math.exp(-logits[0])));
 * ```
 */
export function explainExamples(teacher: Teacher, options: ExplainOptions): ExplainedExamples {
  const { examples, from = 0, stream = 1, time = 0 } = options;
  const { config, structure } = teacher;
  const F = config.cardinalities.length;
  const state = statesOf(config, structure)(time);
  const draw = drawsOf(config, stream);
  const score = scoresOf(teacher);
  const label = labelsOf(config.seed, stream);
  const chunk = newChunk(config);
  const numbers = new Float64Array(CHUNK_EXAMPLES);

  const slots = new Int32Array(examples * F);
  const dense = new Float32Array(examples * config.dense);
  const logits = new Float64Array(examples);
  const labels = new Float32Array(examples);
  const terms: Partial<Record<TermName, Float64Array<ArrayBuffer>>> = {};
  for (const name of activeTerms(config)) terms[name] = new Float64Array(examples);

  for (let done = 0; done < examples; done += chunk.size) {
    const count = Math.min(CHUNK_EXAMPLES, examples - done);
    for (let i = 0; i < count; i++) numbers[i] = from + done + i;
    draw(chunk, numbers, 0, count, state);
    score(chunk, state, logits.subarray(done));
    for (const { name, evaluate } of state.terms) evaluate(chunk, terms[name]!.subarray(done));
    slots.set(chunk.slots.subarray(0, count * F), done * F);
    dense.set(chunk.dense.subarray(0, count * config.dense), done * config.dense);
  }
  const p = logits.map(sigmoid);
  for (let i = 0; i < examples; i++) labels[i] = label(from + i, p[i]);
  return { examples, slots, dense, terms, logits, p, labels };
}
