import { quantileSorted } from "simple-statistics";
import type { Arena, Bench, Contestant } from "./bench.ts";

/** What a bench measured, as plain JSON. */
export interface BenchResult {
  readonly name: string;
  readonly summary: string;
  readonly pass: string;
  readonly counted: string;
  readonly rounds: number;
  readonly contestants: readonly ContestantResult[];
  readonly ratios: readonly Ratio[];
  readonly notes: readonly string[];
  readonly facts: Readonly<Record<string, unknown>>;
  /** Processes that wanted a core, on average over a minute, before and after. Beyond the cores all times are too long. */
  readonly load: readonly [before: number, after: number];
  readonly cores: number;
}

/** Smallest, median and largest of the rounds. */
export interface Spread {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

export interface ContestantResult {
  readonly name: string;
  readonly work: string;
  readonly side: string;
  /** Examples and passes of one round. */
  readonly examples: number;
  readonly passes: number;
  /** Seconds a pass, round by round. */
  readonly rounds: readonly number[];
  readonly seconds: Spread;
  /** In the fastest round. */
  readonly examplesPerSecond: number;
  /** 10^9 floating-point operations a second in the fastest round; null where they are not counted. */
  readonly gflops: number | null;
  /** Time of the contestant that bounds this one over its own, both in their fastest rounds; null where none does. */
  readonly shareOfBound: number | null;
}

/** How many times as fast the reference is: above 1, the reference takes less time. */
export interface Ratio {
  readonly work: string;
  /** The fastest contestant of the reference's side, and of the other. */
  readonly reference: string;
  readonly other: string;
  readonly otherSide: string;
  /** Fastest round over fastest round: what counts on a machine that others use too. */
  readonly best: number;
  /** Of the ratios round by round, where both ran within seconds of each other. */
  readonly paired: Spread;
}

/** Sums up the rounds. `times` holds seconds a pass. */
export function benchResult(
  bench: Bench,
  arena: Arena,
  times: ReadonlyMap<Contestant, readonly number[]>,
  load: readonly [number, number],
): BenchResult {
  const bestOf = (name: string) => Math.min(...times.get(arena.contestants.find((c) => c.name === name)!)!);
  const contestants = arena.contestants.map((contestant): ContestantResult => {
    const { name, work, side, examples, passes, flops, bound } = contestant;
    const rounds = times.get(contestant)!;
    const seconds = spread(rounds);
    return {
      name,
      work,
      side,
      examples,
      passes,
      rounds,
      seconds,
      examplesPerSecond: examples / seconds.min,
      gflops: flops === undefined ? null : flops / seconds.min / 1e9,
      shareOfBound: bound === undefined ? null : bestOf(bound) / seconds.min,
    };
  });
  return {
    name: bench.name,
    summary: bench.summary,
    pass: bench.pass,
    counted: bench.counted,
    rounds: contestants[0]?.rounds.length ?? 0,
    contestants,
    ratios: ratiosOf(contestants, arena.reference),
    notes: arena.notes,
    facts: arena.facts,
    load,
    cores: navigator.hardwareConcurrency,
  };
}

/** The reference's side against every other side, work by work. */
export function ratiosOf(contestants: readonly ContestantResult[], reference: string): Ratio[] {
  return [...new Set(contestants.map(({ work }) => work))].flatMap((work) => {
    const alike = contestants.filter((contestant) => contestant.work === work);
    const ours = fastest(alike.filter(({ side }) => side === reference));
    if (!ours) return [];
    const others = [...new Set(alike.map(({ side }) => side))].filter((side) => side !== reference);
    return others.map((otherSide): Ratio => {
      const other = fastest(alike.filter(({ side }) => side === otherSide))!;
      // per example: two contestants need not have equally many in a pass
      const scale = ours.examples / other.examples;
      return {
        work,
        reference: ours.name,
        other: other.name,
        otherSide,
        best: scale * other.seconds.min / ours.seconds.min,
        paired: spread(other.rounds.map((seconds, round) => scale * seconds / ours.rounds[round])),
      };
    });
  });
}

function fastest(contestants: readonly ContestantResult[]): ContestantResult | undefined {
  return contestants.toSorted((a, b) => b.examplesPerSecond - a.examplesPerSecond)[0];
}

function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  return { min: sorted[0], median: quantileSorted(sorted, 0.5), max: sorted[sorted.length - 1] };
}
