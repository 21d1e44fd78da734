import type { RunSource } from "./obtain_runs.ts";

/** Where the records of some runs came from, as tables say it: `1 trained, 7 shipped`. */
export function countSources(sources: readonly RunSource[]): string {
  const counted = (["trained", "kept", "shipped"] as const)
    .map((source) => ({ source, count: sources.filter((each) => each === source).length }));
  return counted.filter(({ count }) => count > 0).map(({ source, count }) => `${count} ${source}`).join(", ");
}
