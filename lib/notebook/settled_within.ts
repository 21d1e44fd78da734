/**
 * Waits for a promise, but no longer than `ms` milliseconds (`Infinity` waits without end).
 *
 * @returns whether it settled in time, fulfilled or rejected; it is left to the caller to look at its outcome.
 *
 * @example
 * ```ts
 * import { settledWithin } from "recscale/notebook";
 * import assert from "node:assert/strict";
 *
 * assert.equal(await settledWithin(Promise.resolve(), 1000), true);
 * assert.equal(await settledWithin(new Promise(() => {}), 1), false);
 * ```
 */
export async function settledWithin(promise: Promise<unknown>, ms: number): Promise<boolean> {
  const settled = promise.then(() => true, () => true);
  if (ms === Infinity) return await settled;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<boolean>((resolve) => timer = setTimeout(() => resolve(false), Math.min(ms, MAX_TIMER_MS)));
  try {
    return await Promise.race([settled, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Timers count in 32-bit milliseconds (24.8 days); a longer one would fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;
