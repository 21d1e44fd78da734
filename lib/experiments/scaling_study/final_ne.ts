import type { ObtainedRun } from "../obtain_runs.ts";

/** Expected NE of the test stream at the end of a run. */
export function finalNe({ label, record }: ObtainedRun): number {
  const ne = record.result.tests.at(-1)?.metrics.expectedNe;
  if (ne === undefined) {
    throw new Error(`Cannot score the run "${label}": it has no test with known click probabilities.`);
  }
  return ne;
}
