import { basename, dirname, join } from "node:path";
import { parseDataConfig } from "../../data/data_config.ts";
import { trainingConfigSchema } from "../../training/training_config.ts";
import { dataSource, loadDataSource } from "../data_source.ts";
import type { ObtainedRun, WantedRun } from "../obtain_runs.ts";
import { PROJECT_ROOT, runStudy, type StudyOptions } from "../study.ts";
import { BASE, dlrmOf } from "./schemes.ts";

/** The real logs that the project ships; none is large enough to say much about scaling. */
const SHIPPED = ["bank-marketing/config.json", "elec2/config.json", "open-bandit/men.json", "open-bandit/women.json"];
const SEEDS = 4;

/** A run on a real log. */
export interface RealLogRun extends ObtainedRun {
  readonly log: string;
  readonly seed: number;
}

/** One point of a learning curve on a real log. */
export interface RealLogPoint {
  readonly log: string;
  readonly examples: number;
  /** Mean over seeds of the NE of the test part. */
  readonly ne: number;
  /** Range over seeds. */
  readonly low: number;
  readonly high: number;
  /** Standard error of NE by the labels of the test part: larger than the differences between points where little is known. */
  readonly labelError: number;
  readonly testExamples: number;
  readonly testClicks: number;
}

/**
 * Trains the base model on real logs in time order, and tests it on their last fifth: at doubling numbers of examples.
 *
 * @param options.data path of a data config of the user's own, in place of the shipped logs
 */
export async function runRealLogs(options: StudyOptions & { readonly data?: string }): Promise<RealLogRun[]> {
  const paths = options.data === undefined ? SHIPPED.map((name) => join(PROJECT_ROOT, "data", name)) : [options.data];
  const wanted: (WantedRun & { log: string; seed: number })[] = [];
  for (const path of paths) {
    const { config, directory } = await loadDataSource(path);
    const source = await dataSource(parseDataConfig({ testFraction: 0.2, ...config }), directory);
    const log = config.kind === "log" ? config.name : basename(dirname(path));
    for (let seed = 1; seed <= SEEDS; seed++) {
      wanted.push({
        log,
        seed,
        label: `base on ${log}, seed ${seed}`,
        trainHere: options.profile === "paper" || options.data !== undefined,
        plan: {
          data: source,
          model: dlrmOf(BASE),
          seed,
          // some ten thousand examples: small batches, so that there are steps enough, and a short average
          training: trainingConfigSchema.parse({ batchSize: 64, warmupSteps: 20, averageDecay: 0.9 }),
          scoring: { windowExamples: 1 << 12, warmupFraction: 0.1 },
        },
      });
    }
  }
  const runs = await runStudy("scaling_laws_real_logs", wanted, options);
  return runs.map((run, i) => ({ ...run, log: wanted[i].log, seed: wanted[i].seed }));
}

/** The learning curves of real logs, from an eighth of the examples on. */
export function realLogCurves(runs: readonly RealLogRun[]): RealLogPoint[] {
  const logs = [...new Set(runs.map(({ log }) => log))];
  return logs.flatMap((log) => {
    const own = runs.filter((run) => run.log === log);
    const tests = own[0].record.result.tests.map(({ examples }) => examples);
    return tests.filter((examples) => examples >= tests.at(-1)! / 8).map((examples): RealLogPoint => {
      const scored = own.map(({ record }) => record.result.tests.find((test) => test.examples === examples)!.metrics);
      const ne = scored.map((metrics) => metrics.ne);
      return {
        log,
        examples,
        ne: ne.reduce((sum, value) => sum + value, 0) / ne.length,
        low: Math.min(...ne),
        high: Math.max(...ne),
        labelError: scored[0].neError!,
        testExamples: scored[0].examples,
        testClicks: Math.round(scored[0].examples * scored[0].baseRate),
      };
    });
  });
}
