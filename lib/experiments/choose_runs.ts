import type { RunRecord } from "./run_record.ts";

/** Which records are meant; what is left out is not asked for. */
export interface RunFilter {
  /** Part of the model's name, or of the kind in its config, in any case. */
  readonly model?: string;
  /** Part of the data's description or of its config, in any case. */
  readonly data?: string;
  readonly seed?: number;
  /** Beginning of an id. */
  readonly id?: string;
}

/** The records that fit a filter, in their order. */
export function chooseRuns(records: readonly RunRecord[], filter: RunFilter): RunRecord[] {
  const has = (part: string | undefined, ...texts: string[]) =>
    part === undefined || texts.some((text) => text.toLowerCase().includes(part.toLowerCase()));
  return records.filter(({ id, model, data, config }) =>
    has(filter.model, model, config.model.kind) &&
    has(filter.data, data, JSON.stringify(config.data)) &&
    (filter.seed === undefined || config.seed === filter.seed) &&
    (filter.id === undefined || id.startsWith(filter.id))
  );
}

/** The newest record of each id, in the order of first appearance. */
export function newestRuns(records: readonly RunRecord[]): RunRecord[] {
  return [...new Map(records.map((record) => [record.id, record])).values()];
}

/** The score that a run is judged by: expected NE of the test stream where it is known, its NE, or progressive NE. */
export function scoreOf({ result: { tests, progressive } }: RunRecord): number {
  const metrics = tests.at(-1)?.metrics;
  return metrics?.expectedNe ?? metrics?.ne ?? progressive.ne;
}
