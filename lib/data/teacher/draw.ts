import { extendHash, hash, normalFromHash } from "../counter_hash.ts";
import type { TeacherConfig } from "./config.ts";
import type { TeacherState } from "./state.ts";
import type { Chunk } from "./terms/term.ts";
import { sampleRank, zipfSampler } from "./zipf.ts";

/** Examples worked on at once: their latents (12 fields, K = 4: 60 kB) stay in the processor's cache. */
export const CHUNK_EXAMPLES = 256;

/** Buffers for the examples of one chunk. */
export function newChunk(config: TeacherConfig): Chunk {
  const F = config.cardinalities.length;
  return {
    size: 0,
    slots: new Int32Array(CHUNK_EXAMPLES * F),
    dense: new Float32Array(CHUNK_EXAMPLES * config.dense),
    latents: new Float32Array(CHUNK_EXAMPLES * F * (config.latent + 1)),
  };
}

/** Fills a chunk with the examples `numbers[from .. from + count)` as they are in a state of the teacher. */
export type Draw = (chunk: Chunk, numbers: Float64Array, from: number, count: number, state: TeacherState) => void;

/**
 * Draws of one stream (0 to 999; another stream is independent data of the same teacher). For example n
 *
 * ```text
 * slot_f = zipf(uniform(seed, 5000 + stream, n, f));   x_j = normal(seed, 6000 + stream, n, j)
 * covariate drift: slot_f = (rank_f + floor(covariate sqrt(R_f) t)) mod R_f
 * ```
 */
export function drawsOf(config: TeacherConfig, stream: number): Draw {
  const { seed, cardinalities, dense: Nd, drift: { covariate } } = config;
  const F = cardinalities.length;
  const samplers = cardinalities.map((cardinality) => zipfSampler(cardinality, config.zipf));
  const slotKey = hash(seed, 5000 + stream);
  const denseKey = hash(seed, 6000 + stream);
  const shifts = new Float64Array(F);

  return (chunk, numbers, from, count, { time, latents }) => {
    for (let f = 0; f < F; f++) shifts[f] = Math.floor(covariate * Math.sqrt(cardinalities[f]) * time);
    const { slots, dense } = chunk;
    const width = latents.width;
    chunk.size = count;
    for (let i = 0; i < count; i++) {
      const n = numbers[from + i];
      const slotState = extendHash(slotKey, n);
      for (let f = 0, at = i * F; f < F; f++, at++) {
        const rank = sampleRank(samplers[f], extendHash(slotState, f));
        const slot = covariate > 0 ? (rank + shifts[f]) % cardinalities[f] : rank;
        slots[at] = slot;
        latents.copy(f, slot, chunk.latents, at * width);
      }
      const denseState = extendHash(denseKey, n);
      for (let j = 0; j < Nd; j++) dense[i * Nd + j] = normalFromHash(extendHash(denseState, j));
    }
  };
}
