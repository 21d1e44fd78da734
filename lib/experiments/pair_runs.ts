import { scoreOf } from "./choose_runs.ts";
import { type Estimate, estimate, pairedPercent } from "./paired.ts";
import { canonicalJson } from "./run_config.ts";
import type { RunRecord } from "./run_record.ts";
import { type TTest, tTest } from "./t_test.ts";

/** Two models on the same data, seed by seed. */
export interface PairedRuns {
  /** What the two have in common: the data, without the stream that goes with the seed. */
  readonly data: string;
  readonly seeds: readonly number[];
  /** Scores in order of seed (see `scoreOf`). */
  readonly a: readonly number[];
  readonly b: readonly number[];
  /** `100 (a - b) / b`. */
  readonly difference: Estimate;
  /** Null for a single pair. */
  readonly test: TTest | null;
}

/**
 * Pairs the runs of two models that saw the same examples in the same order with the same seed and scoring, by data set.
 * Runs without a partner are left out.
 *
 * @throws {Error} when a seed of one data set has several runs of a model: which is meant is not known
 */
export function pairRuns(a: readonly RunRecord[], b: readonly RunRecord[]): PairedRuns[] {
  const partners = new Map<string, RunRecord[]>();
  for (const record of b) partners.set(pairKey(record), [...partners.get(pairKey(record)) ?? [], record]);
  const taken = new Set<string>();
  const groups = new Map<string, { a: RunRecord; b: RunRecord }[]>();
  for (const record of a) {
    const key = pairKey(record);
    const found = partners.get(key)?.filter(({ id }) => id !== record.id) ?? [];
    if (found.length === 0) continue;
    if (found.length > 1 || taken.has(key)) {
      throw new Error(
        `Cannot pair the runs of seed ${record.config.seed} on "${record.data}": there are several of one model ` +
          `(${
            [record.id, ...found.map(({ id }) => id)].join(", ")
          }). Choose among them by a longer name, the data or ids.`,
      );
    }
    taken.add(key);
    const group = groupKey(record);
    groups.set(group, [...groups.get(group) ?? [], { a: record, b: found[0] }]);
  }
  return [...groups.values()].map((pairs) => {
    pairs.sort((x, y) => x.a.config.seed - y.a.config.seed);
    const [as, bs] = [pairs.map((pair) => scoreOf(pair.a)), pairs.map((pair) => scoreOf(pair.b))];
    const percent = pairedPercent(as, bs);
    return {
      data: pairs[0].a.data,
      seeds: pairs.map((pair) => pair.a.config.seed),
      a: as,
      b: bs,
      difference: estimate(percent),
      test: percent.length > 1 ? tTest(percent) : null,
    };
  });
}

function pairKey({ config: { data, dataFingerprint, scoring, seed } }: RunRecord): string {
  return canonicalJson({ data, dataFingerprint, scoring, seed });
}

function groupKey({ config: { data, dataFingerprint, scoring } }: RunRecord): string {
  return canonicalJson({ data: { ...data, stream: undefined }, dataFingerprint, scoring });
}
