import { mean } from "simple-statistics";
import { extendHash, hash, uniformFromHash } from "../../data/counter_hash.ts";
import { holm } from "../holm.ts";
import { type Estimate, estimate } from "../paired.ts";
import { tTest } from "../t_test.ts";
import type { Profile } from "../profile.ts";
import { type Reading, select, trainingFlops } from "./readings.ts";
import { resourceNeeded, type ResourcePoint } from "./resource_needed.ts";
import { BASE, type Scheme, SCHEMES, sizesOf } from "./schemes.ts";

/** What schemes are compared by. */
export const RESOURCES = ["data", "parameters", "compute"] as const;

/** See {@link RESOURCES}. */
export type Resource = (typeof RESOURCES)[number];

/** How much of each resource a scheme needs for one level of NE, seed by seed. */
export interface SchemeNeeds {
  /** The level: NE of the base model at half of the examples, mean over the seeds. */
  readonly ne: number;
  readonly examples: number;
  readonly seeds: readonly number[];
  /** log2 of the resource, by resource, scheme and seed. */
  readonly log2: Readonly<Record<Resource, Readonly<Record<Scheme, readonly number[]>>>>;
}

/**
 * The resources that each scheme needs to be as good as the base model at half of the examples, when its size is chosen
 * as is best for that resource: examples (over all sizes), all parameters (at all examples), training FLOPs (over all
 * sizes and numbers of examples).
 */
export function schemeNeeds(all: readonly Reading[], examples: number, profile: Profile): SchemeNeeds {
  const main = select(all, { stream: "main" });
  const of = (scheme: Scheme) => sizesOf(scheme, profile).flatMap((size) => select(main, { model: { scheme, size } }));
  const inAll = SCHEMES.map((scheme) =>
    new Set(select(of(scheme), { examples }).filter(({ model }) => model.size !== BASE.size).map(({ seed }) => seed))
  );
  const seeds = [...inAll[0]].filter((seed) => inAll.every((some) => some.has(seed)));
  const level = mean(
    select(main, { model: BASE, examples: examples / 2 }).filter(({ seed }) => seeds.includes(seed)).map(({ ne }) =>
      ne
    ),
  );
  const need = (points: readonly ResourcePoint[]) => Math.log2(resourceNeeded(points, level) ?? Infinity);
  const needs = (points: (own: readonly Reading[]) => readonly ResourcePoint[]) =>
    Object.fromEntries(SCHEMES.map((scheme) => {
      const own = of(scheme).filter((reading) => reading.examples <= examples);
      return [scheme, seeds.map((seed) => need(points(own.filter((reading) => reading.seed === seed))))];
    })) as Record<Scheme, number[]>;
  return {
    ne: level,
    examples,
    seeds,
    log2: {
      data: needs((own) => own.map((reading) => ({ resource: reading.examples, ne: reading.ne }))),
      parameters: needs((own) =>
        select(own, { examples }).map(({ cost, ne }) => ({ resource: cost.totalParameters, ne }))
      ),
      compute: needs((own) =>
        own.map((reading) => ({ resource: trainingFlops(reading) * reading.examples, ne: reading.ne }))
      ),
    },
  };
}

/** One pair of schemes that trade places: `winner` needs less of `on`, and `loser` less of `but`. */
export interface Reversal {
  readonly winner: Scheme;
  readonly loser: Scheme;
  readonly on: Resource;
  readonly but: Resource;
  /** log2 of how many times more the other needs, on either. */
  readonly onLog2: Estimate;
  readonly butLog2: Estimate;
}

/** All pairs of schemes that trade places, by paired t tests of log2 resources with Holm's correction over all of them. */
export function reversals({ log2 }: Pick<SchemeNeeds, "log2">): Reversal[] {
  const comparisons = RESOURCES.flatMap((resource) =>
    SCHEMES.flatMap((a, i) =>
      SCHEMES.slice(i + 1).map((b) => ({
        resource,
        a,
        b,
        log2: log2[resource][b].map((need, s) => need - log2[resource][a][s]),
      }))
    )
  );
  const usable = comparisons.filter(({ log2 }) => log2.length > 1 && log2.every(Number.isFinite));
  const p = holm(usable.map(({ log2 }) => tTest(log2).p));
  const told = usable.filter((_, k) => p[k] < 0.05).map((each) => {
    const ahead = mean(each.log2) > 0; // b needs more than a
    const more = each.log2.map((value) => ahead ? value : -value);
    return {
      resource: each.resource,
      winner: ahead ? each.a : each.b,
      loser: ahead ? each.b : each.a,
      more: estimate(more),
    };
  });
  return told.flatMap((one) =>
    told.filter((other) => other.winner === one.loser && other.loser === one.winner && one.winner < one.loser)
      .map((other) => ({
        winner: one.winner,
        loser: one.loser,
        on: one.resource,
        but: other.resource,
        onLog2: one.more,
        butLog2: other.more,
      }))
  );
}

/**
 * The control of a reversal: the share of random relabellings of the schemes, seed by seed and resource by resource, in which
 * one is found. The labels as they are count as one of them, as in every permutation test.
 */
export function relabelledReversals({ log2, seeds }: SchemeNeeds, relabellings = 400): number {
  let found = 1;
  for (let k = 1; k < relabellings; k++) {
    const relabelled = Object.fromEntries(RESOURCES.map((resource, r) => {
      const orders = seeds.map((_, s) => shuffled(SCHEMES, hash(k, r, s)));
      return [
        resource,
        Object.fromEntries(SCHEMES.map((scheme, i) => [scheme, seeds.map((_, s) => log2[resource][orders[s][i]][s])])),
      ];
    })) as unknown as SchemeNeeds["log2"];
    if (reversals({ log2: relabelled }).length > 0) found++;
  }
  return found / relabellings;
}

/** Fisher and Yates, with uniforms from a hash state. */
function shuffled<T>(items: readonly T[], state: number): T[] {
  const result = [...items];
  for (let i = result.length - 1; i > 0; i--) {
    const j = Math.floor(uniformFromHash(extendHash(state, i)) * (i + 1));
    [result[i], result[j]] = [result[j], result[i]];
  }
  return result;
}
