import { awayFromZero, coefficients } from "../coefficients.ts";
import type { Matrix } from "../structure.ts";
import type { Chunk, TermBuilder } from "./term.ts";

/** A pair of fields with at most so many pairs of ids keeps its vectors: 2 MB at K = 4, and no tanh the second time. */
const CACHED_PAIRS = 1 << 16;

/**
 * `sum_m C_m <h B1, h' B2>`, `h = tanh(1.5 (v1 A1) * (v2 A2))` and h' alike on two other fields: a product of two
 * nonlinear pair interactions, of order 4. `C` is the coefficient kept away from 0.
 */
export const hierarchyTerm: TermBuilder = (config, structure, time) => {
  const K = config.latent;
  const c = coefficients(config, "hier", structure.hierarchies.length, time)
    .map((value) => awayFromZero(config, value));
  const halves = structure.hierarchies.map(({ fields, inner, outer }) => [
    half(config.cardinalities, K, fields[0], fields[1], inner[0], inner[1], outer[0]),
    half(config.cardinalities, K, fields[2], fields[3], inner[2], inner[3], outer[1]),
  ]);
  return (chunk, out) => {
    out.fill(0, 0, chunk.size);
    for (let m = 0; m < halves.length; m++) {
      const [one, other] = halves[m];
      for (let i = 0; i < chunk.size; i++) {
        const a = one.locate(chunk, i);
        const b = other.locate(chunk, i);
        let dot = 0;
        for (let k = 0; k < K; k++) dot += one.vectors[a + k] * other.vectors[b + k];
        out[i] += c[m] * dot;
      }
    }
  };
};

/** `tanh(1.5 (v1 A1) * (v2 A2)) B` for the pairs of ids of two fields. */
interface Half {
  readonly vectors: Float64Array;
  /** Where in `vectors` the example's vector begins. */
  locate(chunk: Chunk, example: number): number;
}

function half(
  cardinalities: readonly number[],
  K: number,
  field1: number,
  field2: number,
  A1: Matrix,
  A2: Matrix,
  B: Matrix,
): Half {
  const F = cardinalities.length;
  const pairs = cardinalities[field1] * cardinalities[field2];
  const cached = pairs <= CACHED_PAIRS;
  const vectors = new Float64Array(cached ? pairs * K : K);
  const known = new Uint8Array(cached ? pairs : 0);
  const [first, second, outer] = [A1, A2, B].map((matrix) => Float64Array.from(matrix.flat())); // [K, K]
  const h = new Float64Array(K);

  function compute(latents: Float32Array, v1: number, v2: number, at: number): void {
    for (let j = 0; j < K; j++) {
      let a = 0;
      let b = 0;
      for (let k = 0; k < K; k++) {
        a += latents[v1 + k] * first[k * K + j];
        b += latents[v2 + k] * second[k * K + j];
      }
      h[j] = Math.tanh(1.5 * a * b);
    }
    for (let j = 0; j < K; j++) {
      let sum = 0;
      for (let k = 0; k < K; k++) sum += h[k] * outer[k * K + j];
      vectors[at + j] = sum;
    }
  }

  function locate({ slots, latents }: Chunk, i: number): number {
    const row = i * F;
    const pair = cached ? slots[row + field1] * cardinalities[field2] + slots[row + field2] : 0;
    if (!cached || known[pair] === 0) {
      compute(latents, (row + field1) * (K + 1), (row + field2) * (K + 1), pair * K);
      if (cached) known[pair] = 1;
    }
    return pair * K;
  }

  return { vectors, locate };
}
