import { type Observation, replicateNoise } from "../../scaling/mod.ts";
import type { Profile } from "../profile.ts";
import { type ComputeCount, type Reading, scaledParameters, select, trainingFlops } from "./readings.ts";
import { BASE, type Scheme, SCHEMES, sizesOf } from "./schemes.ts";
import type { StreamName } from "./streams.ts";

/**
 * Learning curves are read from this share of the examples on: 2^15 of 2^21. Before it models still leave the plateau on which
 * they know little more than the click rate.
 */
const EARLIEST = 1 / 64;

/** The numbers of examples at which curves are read: doublings from a share of `examples` on, up to `most`. */
export function readAt(all: readonly Reading[], examples: number, most = examples): number[] {
  const tested = new Set(all.map((reading) => reading.examples));
  return [...tested].filter((count) => count >= EARLIEST * examples && count <= most).sort((a, b) => a - b);
}

/**
 * NE of the base model against examples, a list a seed.
 *
 * @param examples of most runs: curves are read from a share of them on
 * @param most examples to read; more than `examples` for the long runs. Default `examples`
 */
export function dataObservations(
  all: readonly Reading[],
  stream: StreamName,
  examples: number,
  most = examples,
): Observation[][] {
  const counts = new Set(readAt(all, examples, most));
  const own = select(all, { stream, model: BASE }).filter((reading) => counts.has(reading.examples));
  return bySeed(own).map((curve) => curve.map(({ examples, ne, seed }) => ({ x: [examples], loss: ne, seed })));
}

/** NE after `examples` against the parameters that a scheme scales, a list a seed. */
export function parameterObservations(
  all: readonly Reading[],
  scheme: Scheme,
  { examples, profile }: { readonly examples: number; readonly profile: Profile },
): Observation[][] {
  const sizes = sizesOf(scheme, profile);
  const own = sizes.flatMap((size) => select(all, { stream: "main", model: { scheme, size }, examples }));
  return bySeed(own).filter((curve) => curve.length === sizes.length)
    .map((curve) => curve.map(({ cost, ne, seed }) => ({ x: [scaledParameters(cost, scheme)], loss: ne, seed })));
}

/** The lower envelope of NE against training FLOPs over all schemes, sizes and examples (see `envelope`), a list a seed. */
export function computeObservations(
  all: readonly Reading[],
  { examples, profile, count = "products" }: {
    readonly examples: number;
    readonly profile: Profile;
    readonly count?: ComputeCount;
  },
): Observation[][] {
  const counts = new Set(readAt(all, examples));
  const models = SCHEMES.flatMap((scheme) => sizesOf(scheme, profile).map((size) => ({ scheme, size })));
  const own = models.flatMap((model) => select(all, { stream: "main", model }));
  const complete = seedsOfAll(own, models.length);
  return bySeed(own.filter((reading) => counts.has(reading.examples) && complete.has(reading.seed)))
    .map((cells) =>
      envelope(
        cells.map((reading) => ({ flops: trainingFlops(reading, count) * reading.examples, reading })),
        examples,
      )
    );
}

interface ComputeCell {
  readonly flops: number;
  readonly reading: Reading;
}

/**
 * The best cell in each doubling of compute, of those that no smaller compute reaches. It ends where the best model has seen
 * all examples: with more compute one could only have made the model larger, and not have learned from more.
 */
function envelope(cells: readonly ComputeCell[], allExamples: number): Observation[] {
  const best = new Map<number, ComputeCell>();
  for (const cell of cells) {
    const octave = Math.floor(Math.log2(cell.flops));
    if (cell.reading.ne < (best.get(octave)?.reading.ne ?? Infinity)) best.set(octave, cell);
  }
  const rising = [...best.values()].sort((a, b) => a.flops - b.flops)
    .filter(({ reading }, i, all) => all.slice(0, i).every((smaller) => smaller.reading.ne > reading.ne));
  const end = rising.findIndex(({ reading }) => reading.examples === allExamples);
  return rising.slice(0, end < 0 ? undefined : end + 1)
    .map(({ flops, reading: { ne, seed } }) => ({ x: [flops], loss: ne, seed }));
}

/** Seeds with which all models were trained; the base model counts once in every scheme. */
function seedsOfAll(own: readonly Reading[], models: number): Set<number> {
  const runs = new Map<number, Set<string>>();
  for (const { seed, run } of own) runs.set(seed, (runs.get(seed) ?? new Set()).add(run));
  const distinct = models - (SCHEMES.length - 1);
  return new Set([...runs].filter(([, ids]) => ids.size === distinct).map(([seed]) => seed));
}

function bySeed(own: readonly Reading[]): Reading[][] {
  const groups = Map.groupBy(own, ({ seed }) => seed);
  return [...groups.keys()].sort((a, b) => a - b).map((seed) => groups.get(seed)!);
}

/** What seeds say of the noise of ln NE, as an option of fits to one seed: Huber's loss turns at 2.5 standard deviations. */
export function noiseOption(bySeed: readonly (readonly Observation[])[]): { readonly delta?: number } {
  const noise = replicateNoise(bySeed.flat());
  return noise ? { delta: 2.5 * noise.deviation } : {};
}
