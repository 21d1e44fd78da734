import type { Progress } from "../engine/progress.ts";
import type { RunPlan } from "./run.ts";

/** Shows many runs that go on at once as one piece of work: `3/14 runs · DLRM, seed 2 · MLP, seed 3`. */
export interface GridProgress {
  start(id: string): void;
  update(id: string, share: number): void;
  /** The run has ended, well or not. */
  end(id: string): void;
  /** The run has been put back: another process is at it. */
  wait(id: string): void;
  finish(note?: string): void;
}

/** A run of a grid, for the progress of all. */
export interface GridItem {
  readonly id: string;
  readonly label: string;
  /** Share of the grid's work, in any unit. */
  readonly weight: number;
}

const LABELS_SHOWN = 2, LONGEST_LABEL = 40;

/** Adds up the progress of runs, each by its weight. */
export function gridProgress(grid: readonly GridItem[], progress: Progress): GridProgress {
  const items = [...grid]; // the caller's list may be a queue that empties
  const total = items.reduce((sum, { weight }) => sum + weight, 0);
  const byId = new Map(items.map((item) => [item.id, item]));
  const shares = new Map<string, number>();
  const running = new Set<string>();
  let ended = 0, putBack = 0;
  const show = () => {
    let done = 0;
    for (const [id, share] of shares) done += share * byId.get(id)!.weight;
    const labels = [...running].slice(0, LABELS_SHOWN).map((id) => shortened(byId.get(id)!.label));
    if (running.size > LABELS_SHOWN) labels.push(`${running.size - LABELS_SHOWN} more`);
    const waiting = items.length - ended - running.size;
    if (running.size === 0 && putBack > 0 && waiting > 0) labels.push("waiting for runs of other processes");
    progress.update(done, total, [`${ended}/${items.length} runs`, ...labels].join(" · "));
  };
  return {
    start(id) {
      running.add(id);
      show();
    },
    update(id, share) {
      shares.set(id, share);
      show();
    },
    end(id) {
      running.delete(id);
      shares.set(id, 1);
      ended++;
      show();
    },
    wait(id) {
      running.delete(id);
      putBack++;
      show();
    },
    finish: (note) => progress.finish(note ?? `${ended}/${items.length} runs`),
  };
}

function shortened(label: string): string {
  return label.length <= LONGEST_LABEL ? label : `${label.slice(0, LONGEST_LABEL - 1)}…`;
}

/**
 * How much work each run is, to show progress and to start the longest first: its examples where the config says them, and
 * the mean of those elsewhere.
 */
export function runWeights(plans: readonly RunPlan[]): number[] {
  const known = plans.map(({ data: { config } }) => config.kind === "synthetic" ? config.examples : undefined);
  const counts = known.filter((count) => count !== undefined);
  const usual = counts.length === 0 ? 1 : counts.reduce((sum, count) => sum + count, 0) / counts.length;
  return known.map((count) => count ?? usual);
}
