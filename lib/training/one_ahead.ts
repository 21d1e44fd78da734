/**
 * Results of some work on items, in their order, with the work on one item begun before that on the one before has ended: what a
 * step does on the host, such as finding the distinct ids of its batch, then costs no time of its own.
 *
 * Begun work is always waited for, also where a result is an error or nobody wants the rest.
 *
 * @example
 * ```ts
 * import { oneAhead } from "recscale/training";
 * import assert from "node:assert/strict";
 *
 * const begun: number[] = [];
 * const work = (item: number) => (begun.push(item), Promise.resolve(10 * item));
 * for await (const result of oneAhead([1, 2, 3], work)) {
 *   if (result === 10) assert.deepEqual(begun, [1, 2]);
 *   if (result === 30) assert.deepEqual(begun, [1, 2, 3]);
 * }
 * ```
 */
export async function* oneAhead<T, R>(items: Iterable<T>, work: (item: T) => Promise<R>): AsyncGenerator<R> {
  let pending: Promise<R> | null = null;
  try {
    for (const item of items) {
      const next = work(item);
      next.catch(() => {}); // it is heard of when its turn comes
      const before = pending;
      pending = next;
      if (before) yield await before;
    }
    if (pending) yield await pending;
  } finally {
    await pending?.catch(() => {});
  }
}
