import { pairedPercent } from "../paired.ts";
import type { Profile } from "../profile.ts";
import { type Reading, select } from "./readings.ts";
import { BASE, enlarged, type ScaledModel, type Scheme, SCHEMES } from "./schemes.ts";
import type { StreamName } from "./streams.ts";

/** Changes of NE in percent, one for each seed that both sides have: negative is better. */
export interface PairedChange {
  readonly seeds: readonly number[];
  readonly percent: readonly number[];
}

/** What one side of a comparison is. */
interface Side {
  readonly stream: StreamName;
  readonly model: ScaledModel;
  readonly examples: number;
}

/** The change of NE from one side to the other, seed by seed, in percent of the first. */
export function pairedChange(all: readonly Reading[], from: Side, to: Side): PairedChange {
  const before = new Map(select(all, from).map(({ seed, ne }) => [seed, ne]));
  const after = select(all, to).filter(({ seed }) => before.has(seed));
  return {
    seeds: after.map(({ seed }) => seed),
    percent: pairedPercent(after.map(({ ne }) => ne), after.map(({ seed }) => before.get(seed)!)),
  };
}

/** What twice the data does to the base model. */
export function doublingData(all: readonly Reading[], stream: StreamName, examples: number): PairedChange {
  const side = { stream, model: BASE };
  return pairedChange(all, { ...side, examples }, { ...side, examples: 2 * examples });
}

/** What at least four times the parameters of a scheme do at the same data (see `enlarged`). */
export function enlarging(
  all: readonly Reading[],
  scheme: Scheme,
  { stream, examples, profile }: { readonly stream: StreamName; readonly examples: number; readonly profile: Profile },
): PairedChange {
  const [from, to] = enlarged(scheme, profile).map((size) => ({ stream, examples, model: { scheme, size } }));
  return pairedChange(all, from, to);
}

/** The change by the scheme that pays most, seed by seed: the hardest comparison for a claim that data pay more. */
export function bestEnlarging(all: readonly Reading[], options: Parameters<typeof enlarging>[2]): PairedChange {
  const changes = SCHEMES.map((scheme) => enlarging(all, scheme, options));
  const seeds = changes[0].seeds.filter((seed) => changes.every((change) => change.seeds.includes(seed)));
  const of = ({ seeds, percent }: PairedChange, seed: number) => percent[seeds.indexOf(seed)];
  return { seeds, percent: seeds.map((seed) => Math.min(...changes.map((change) => of(change, seed)))) };
}
