import { extendHash, hash, uniformFromHash } from "../counter_hash.ts";
import { termScales } from "./calibration.ts";
import { CHUNK_EXAMPLES } from "./draw.ts";
import type { TeacherState } from "./state.ts";
import type { Teacher } from "./teacher.ts";
import type { Chunk } from "./terms/term.ts";

/** Writes the logits of a chunk's examples to `out`. */
export type Score = (chunk: Chunk, state: TeacherState, out: Float64Array) => void;

/** The logit of a teacher: bias (with label drift `A sin(2 pi t / P)`) plus the centred, scaled terms. */
export function scoresOf(teacher: Teacher): Score {
  const { calibration, config } = teacher;
  const { amplitude, period } = config.drift.label;
  const scales = termScales(config, calibration);
  const values = new Float64Array(CHUNK_EXAMPLES);
  return (chunk, state, out) => {
    const bias = calibration.bias + amplitude * Math.sin(2 * Math.PI * state.time / period);
    out.fill(bias, 0, chunk.size);
    for (const { name, evaluate } of state.terms) {
      const scale = scales[name]!;
      const mean = calibration.terms[name]!.mean;
      evaluate(chunk, values);
      for (let i = 0; i < chunk.size; i++) out[i] += scale * (values[i] - mean);
    }
  };
}

/** The click of example n: `uniform(seed, 7000 + stream, n, 3) < p`, as 1 or 0. */
export type Label = (n: number, p: number) => 0 | 1;

/** The labels of one stream of a teacher. */
export function labelsOf(seed: number, stream: number): Label {
  const key = hash(seed, 7000 + stream);
  return (n, p) => uniformFromHash(extendHash(extendHash(key, n), 3)) < p ? 1 : 0;
}

/** `1 / (1 + exp(-logit))`. */
export function sigmoid(logit: number): number {
  return 1 / (1 + Math.exp(-logit));
}
