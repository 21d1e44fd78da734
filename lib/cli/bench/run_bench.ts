import { noProgress } from "../../engine/progress.ts";
import type { Arena, Bench, Contestant, RunBenchOptions } from "./bench.ts";
import { type BenchResult, benchResult } from "./bench_result.ts";

/** Between two turns: threads that wait for more work by spinning have gone to sleep by then. */
const PAUSE_MS = 20;

/**
 * Runs a bench: one round of each contestant that does not count, then `rounds` rounds in which all take turns, so that
 * whatever else the machine is doing falls on all of them alike.
 *
 * @throws the signal's reason, between two turns, when it is aborted
 */
export async function runBench(bench: Bench, options: RunBenchOptions): Promise<BenchResult> {
  const { rounds, progress = noProgress, signal } = options;
  const preparing = (what: string) => progress.update(0, rounds, what);
  const loadBefore = Deno.loadavg()[0];
  const arena = await bench.open({ preparing, signal });
  try {
    const times = await takeTurns(arena, options);
    const result = benchResult(bench, arena, times, [loadBefore, Deno.loadavg()[0]]);
    progress.finish(`${rounds} rounds of ${arena.contestants.length}`);
    return result;
  } finally {
    await arena.close();
  }
}

/** Seconds a pass of each round, by contestant. */
async function takeTurns(
  { contestants }: Arena,
  { rounds, progress = noProgress, signal }: RunBenchOptions,
): Promise<Map<Contestant, number[]>> {
  const times = new Map<Contestant, number[]>(contestants.map((contestant) => [contestant, []]));
  for (let round = -1; round < rounds; round++) {
    for (const contestant of order(contestants, Math.max(0, round))) {
      signal?.throwIfAborted();
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      const seconds = await contestant.round();
      if (round >= 0) times.get(contestant)!.push(seconds / contestant.passes);
    }
    progress.update(Math.max(0, round + 1), rounds, `round ${round + 1} of ${rounds}`);
  }
  return times;
}

/** Another one begins each round, and every second round goes backwards: nobody always follows the same one. */
function order<T>(items: readonly T[], round: number): T[] {
  const begin = round % items.length;
  const turned = [...items.slice(begin), ...items.slice(0, begin)];
  return round % 2 === 1 ? turned.reverse() : turned;
}
