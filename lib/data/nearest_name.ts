/**
 * The name of a list that a misspelt one most likely stands for: the smallest edit distance (insertions, deletions and
 * substitutions, upper and lower case taken as equal), if at most a third of the longer name's letters, or two, differ.
 *
 * @returns the nearest name, or `undefined` when none is near
 *
 * @example
 * ```ts
 * import { nearestName } from "recscale/data";
 * import assert from "node:assert/strict";
 *
 * assert.equal(nearestName("catgory", ["price", "category"]), "category");
 * assert.equal(nearestName("user", ["price", "category"]), undefined);
 * ```
 */
export function nearestName(name: string, names: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Infinity;
  for (const candidate of names) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    const allowed = Math.max(2, Math.floor(Math.max(name.length, candidate.length) / 3));
    if (distance < bestDistance && distance <= allowed && distance < candidate.length) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** Levenshtein's distance, one row of the table at a time. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[b.length];
}
