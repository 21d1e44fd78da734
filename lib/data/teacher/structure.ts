import { extendHash, hash, normalFromHash, uniformFromHash } from "../counter_hash.ts";
import type { TeacherConfig, TermName } from "./config.ts";

/** A matrix as rows. Vectors multiply from the left: `(v A)_j = sum_k v_k A[k][j]`. */
export type Matrix = readonly (readonly number[])[];

/** The fixed part of a teacher: who interacts with whom, and through which matrices. Plain JSON. */
export interface TeacherStructure {
  /** w_f of the term `main`, one per field: a permutation of j^-0.7, j = 1..F. */
  readonly mainWeights: readonly number[];
  /** The field pairs (i, j), i < j, of the term `pair`. */
  readonly pairs: readonly (readonly [number, number])[];
  /** The products of the term `cross`: coordinate `coordinates[d]` of field `fields[d]`, 2 or 3 of them. */
  readonly crosses: readonly { readonly fields: readonly number[]; readonly coordinates: readonly number[] }[];
  /** phi of the term `local`, `[4 filters][3 positions][K]`. */
  readonly filters: readonly Matrix[];
  /** The heads of the term `attn`: field `query` asks through `matrix` (K x K); `value` (K) reads. */
  readonly heads: readonly { readonly query: number; readonly matrix: Matrix; readonly value: readonly number[] }[];
  /** The products of the term `hier`: four fields, A1..A4 and B1, B2 (each K x K). */
  readonly hierarchies: readonly {
    readonly fields: readonly [number, number, number, number];
    readonly inner: readonly [Matrix, Matrix, Matrix, Matrix];
    readonly outer: readonly [Matrix, Matrix];
  }[];
}

/** Second counter of each part's draws (the first is the seed). Latents use field numbers, examples 5000 and up. */
const COUNTER = {
  mainWeights: 1001, // (seed, 1001, step)            uniform: Fisher-Yates
  pairs: 1002, //       (seed, 1002, step)            uniform: Fisher-Yates over all allowed pairs
  crossFields: 1003, // (seed, 1003, term, step)      uniform
  coordinates: 1004, // (seed, 1004, term, d)         uniform
  filters: 1005, //     (seed, 1005, filter, position, k)   normal / sqrt(3K)
  queries: 1006, //     (seed, 1006, step)            uniform
  attention: 1007, //   (seed, 1007, head, k, j)      normal / sqrt(K)
  values: 1008, //      (seed, 1008, head, k)         normal / sqrt(K)
  hierFields: 1009, //  (seed, 1009, term, step)      uniform
  inner: 1010, //       (seed, 1010, term, i, k, j)   normal / sqrt(K)
  outer: 1011, //       (seed, 1011, term, i, k, j)   normal / sqrt(K)
};

const FILTERS = 4;
const HEADS = 2;

/**
 * Draws the structure of a teacher by counter hash. It depends on the seed, the fields, K and the numbers of terms, and
 * not on the shares: controls that only change shares keep it.
 *
 * @throws {RangeError} when the restrictions leave too few fields for a term that has a share
 */
export function drawStructure(config: TeacherConfig): TeacherStructure {
  const { seed, cardinalities, latent: K } = config;
  const F = cardinalities.length;
  const all = Array.from({ length: F }, (_, field) => field);
  const interacting = all.filter((field) => cardinalities[field] <= (config.interactionMaxRows ?? Infinity));
  const low = all.filter((field) => cardinalities[field] <= config.highOrderMaxRows);

  const shuffledRanks = choose(all, F, hash(seed, COUNTER.mainWeights));
  const mainWeights = shuffledRanks.map((rank) => Math.pow(rank + 1, -0.7));

  const allowedPairs = interacting.flatMap((i) => interacting.filter((j) => j > i).map((j) => [i, j] as const));
  const pairCount = possible(config, "pair", config.pairs, allowedPairs.length, config.pairs, "field pairs");
  const pairs = choose(allowedPairs, pairCount, hash(seed, COUNTER.pairs));

  const crossCount = possible(config, "cross", config.crosses, Math.min(interacting.length, low.length - 1), 2);
  const crosses = Array.from({ length: crossCount }, (_, term) => {
    const degree = 2 + (term % 2);
    const fields = choose(degree === 3 ? low : interacting, degree, hash(seed, COUNTER.crossFields, term));
    const coordinates = fields.map((_, d) => integer(hash(seed, COUNTER.coordinates, term, d), K));
    return { fields, coordinates };
  });

  const filters = Array.from(
    { length: FILTERS },
    (_, a) => normalMatrix(hash(seed, COUNTER.filters, a), 3, K, 1 / Math.sqrt(3 * K)),
  );

  const scale = 1 / Math.sqrt(K);
  const headCount = possible(config, "attn", HEADS, low.length, HEADS);
  const heads = choose(low, headCount, hash(seed, COUNTER.queries)).map((query, head) => ({
    query,
    matrix: normalMatrix(hash(seed, COUNTER.attention, head), K, K, scale),
    value: normalVector(hash(seed, COUNTER.values, head), K, scale),
  }));

  const hierCount = possible(config, "hier", config.hierarchies, low.length, 4);
  const hierarchies = Array.from({ length: hierCount }, (_, term) => {
    const matrix = (part: number, i: number) => normalMatrix(hash(seed, part, term, i), K, K, scale);
    const [f1, f2, f3, f4] = choose(low, 4, hash(seed, COUNTER.hierFields, term));
    const inner = (i: number) => matrix(COUNTER.inner, i);
    const outer = (i: number) => matrix(COUNTER.outer, i);
    return {
      fields: [f1, f2, f3, f4] as const,
      inner: [inner(0), inner(1), inner(2), inner(3)] as const,
      outer: [outer(0), outer(1)] as const,
    };
  });

  return { mainWeights, pairs, crosses, filters, heads, hierarchies };
}

/** `count` where enough `available` things exist; else 0 for an absent term, an error for one with a share. */
function possible(
  config: TeacherConfig,
  term: TermName,
  count: number,
  available: number,
  needed: number,
  what = "fields of few enough ids",
): number {
  if (available >= needed) return count;
  if (config.shares[term] === 0) return 0;
  throw new RangeError(
    `Cannot draw the term "${term}" of teacher ${config.name}: it needs ${needed} ${what}, and the limits ` +
      `interactionMaxRows = ${config.interactionMaxRows}, highOrderMaxRows = ${config.highOrderMaxRows} leave ` +
      `${Math.max(0, available)}`,
  );
}

/** An integer in `[0, bound)`. */
function integer(state: number, bound: number): number {
  return Math.floor(uniformFromHash(state) * bound);
}

/** `count` different items, in random order: the first steps of a Fisher-Yates shuffle. */
function choose<T>(items: readonly T[], count: number, state: number): T[] {
  const rest = [...items];
  for (let step = 0; step < count; step++) {
    const other = step + integer(extendHash(state, step), rest.length - step);
    [rest[step], rest[other]] = [rest[other], rest[step]];
  }
  return rest.slice(0, count);
}

function normalVector(state: number, length: number, scale: number): number[] {
  return Array.from({ length }, (_, k) => normalFromHash(extendHash(state, k)) * scale);
}

function normalMatrix(state: number, rows: number, columns: number, scale: number): number[][] {
  return Array.from({ length: rows }, (_, row) => normalVector(extendHash(state, row), columns, scale));
}
