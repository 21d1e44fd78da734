import type { TeacherConfig } from "../config.ts";
import type { TeacherStructure } from "../structure.ts";

/** A few hundred examples with their latents, row by row. The buffers are reused: read, do not keep. */
export interface Chunk {
  /** Examples in use. */
  size: number;
  /** Slots, `[size, F]`: 0-based ranks, before any hashing into smaller tables. */
  readonly slots: Int32Array;
  /** Numeric columns, `[size, Nd]`. */
  readonly dense: Float32Array;
  /** Latents of the slots, `[size, F, K + 1]`: v, then the main effect. */
  readonly latents: Float32Array;
}

/** One term of the logit at one time: writes T_c of each example of the chunk, before centring and scaling. */
export type Term = (chunk: Chunk, out: Float64Array) => void;

/** Makes a term from the teacher's fixed parts and the time in periods. */
export type TermBuilder = (config: TeacherConfig, structure: TeacherStructure, time: number) => Term;
