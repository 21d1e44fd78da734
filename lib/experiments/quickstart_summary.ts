import { mean } from "simple-statistics";
import { estimate, pairedPercent } from "./paired.ts";
import { QUICKSTART_MODELS, type QuickstartRun, SYNTHETIC_LOGS } from "./quickstart.ts";
import { countSources } from "./run_sources.ts";
import { describePercent, judgeReduction, type Verdict } from "./verdict.ts";

/** One line of the quickstart's table: means over the seeds. */
export interface QuickstartRow extends Record<string, string | number> {
  readonly log: string;
  readonly model: string;
  /** Expected NE of the test stream where the true probabilities are known, progressive NE otherwise. */
  readonly NE: number;
  readonly "log loss": number;
  readonly AUC: number;
  readonly calibration: number;
  readonly parameters: number;
  /** Forward FLOPs per example. */
  readonly FLOPs: number;
  readonly "examples/s": number;
  readonly seeds: number;
  /** Where the records came from, e.g. "1 trained, 7 shipped". */
  readonly runs: string;
}

/** The scores that a run is judged by: of the test stream where there is one, else of progressive validation. */
export function finalScores(run: QuickstartRun) {
  const { tests, progressive } = run.record.result;
  const metrics = tests.at(-1)?.metrics ?? progressive;
  return { metrics, ne: metrics.expectedNe ?? metrics.ne };
}

/** Runs of one log and model, in order of seed. */
export function runsOf(runs: readonly QuickstartRun[], log: string, model: string): QuickstartRun[] {
  return runs.filter((run) => run.log === log && run.model === model).sort((a, b) => a.seed - b.seed);
}

/** The logs of the runs, in the order in which they came. */
export function logsOf(runs: readonly QuickstartRun[]): string[] {
  return [...new Set(runs.map((run) => run.log))];
}

/** The quickstart's table: a row for each log and model. */
export function quickstartTable(runs: readonly QuickstartRun[]): QuickstartRow[] {
  return logsOf(runs).flatMap((log) =>
    QUICKSTART_MODELS.flatMap((model): QuickstartRow[] => {
      const own = runsOf(runs, log, model);
      if (own.length === 0) return [];
      const average = (value: (run: QuickstartRun) => number) => mean(own.map(value));
      const { totalParameters, totalFlops } = own[0].record.cost;
      return [{
        log,
        model,
        NE: average((run) => finalScores(run).ne),
        "log loss": average((run) => finalScores(run).metrics.logLoss),
        AUC: average((run) => finalScores(run).metrics.auc),
        calibration: average((run) => finalScores(run).metrics.calibration),
        parameters: totalParameters,
        FLOPs: totalFlops,
        "examples/s": average((run) => run.record.result.examplesPerSecond),
        seeds: own.length,
        runs: countSources(own.map(({ source }) => source)),
      }];
    })
  );
}

/** The largest reduction in percent of NE that counts as none in the control of Q1. Fixed before the runs were made. */
const MARGIN = 0.5;

/** The quickstart's verdicts, computed from its runs. */
export function quickstartVerdicts(runs: readonly QuickstartRun[]): Verdict[] {
  return [interactionsPay(runs), nothingBeatsTheOptimum(runs)];
}

/**
 * DLRM has two ways to beat logistic regression on SCALE: interactions, and the response to numeric columns, which bends.
 * The teacher without interactions separates them; with the main effects of ids alone there is nothing left to gain.
 */
function interactionsPay(runs: readonly QuickstartRun[]): Verdict {
  const gain = (log: string) => {
    const [dlrm, linear] = ["DLRM", "Logistic regression"].map((model) => runsOf(runs, log, model));
    return pairedPercent(dlrm.map((run) => finalScores(run).ne), linear.map((run) => finalScores(run).ne));
  };
  const { all, noInteractions, idsOnly } = SYNTHETIC_LOGS;
  const [whole, rest, nothing] = [all, noInteractions, idsOnly].map(gain);
  const due = whole.map((value, i) => value - rest[i]);
  const effect = estimate(due), control = estimate(nothing);
  const effectMinusControl = estimate(due.map((value, i) => value - nothing[i]));
  return {
    id: "Q1",
    claim: "DLRM predicts better than logistic regression where features interact",
    measured: `NE difference on ${all} ${describePercent(estimate(whole))}, without interactions ` +
      `${describePercent(estimate(rest))}; due to interactions ${describePercent(effect)}`,
    control: `main effects of ids only, where no reduction beyond ${MARGIN} % should remain: ${
      describePercent(control)
    }`,
    judgement: judgeReduction(effect, control, effectMinusControl, MARGIN),
    runs: runs.filter(({ log, model }) => log.startsWith(all) && model !== "MLP").map(({ record }) => record.id),
  };
}

function nothingBeatsTheOptimum(runs: readonly QuickstartRun[]): Verdict {
  const synthetic = runs.filter((run) => finalScores(run).metrics.bayesNe !== undefined);
  const excess = synthetic.map((run) => {
    const { metrics, ne } = finalScores(run);
    return 100 * (ne - metrics.bayesNe!) / metrics.bayesNe!;
  });
  const least = Math.min(...excess);
  return {
    id: "Q2",
    claim: "No model scores below the Bayes optimum of the points it is scored on",
    measured: `${synthetic.length} runs; the closest is ${least.toFixed(2)} % above it`,
    control: "none needed: this holds by definition, and an excess below 0 would be a fault of the scoring",
    judgement: least > 0 ? "reproduced" : "not reproduced",
    runs: synthetic.map((run) => run.record.id),
  };
}
