import assert from "node:assert/strict";
import { oneAhead } from "../../lib/training/mod.ts";

/** Work that tells when it begins and ends, and fails for some items. */
function work(log: string[], fails: readonly number[] = []) {
  return async (item: number) => {
    log.push(`begin ${item}`);
    await new Promise((done) => setTimeout(done, 5));
    log.push(`end ${item}`);
    if (fails.includes(item)) throw new Error(`item ${item}`);
    return item;
  };
}

Deno.test("one piece of work is begun before the one before it has ended, and no more", async () => {
  const log: string[] = [], results: number[] = [];
  for await (const result of oneAhead([1, 2, 3], work(log))) {
    log.push(`result ${result}`);
    results.push(result);
  }
  assert.deepEqual(results, [1, 2, 3]);
  assert.ok(log.indexOf("begin 2") < log.indexOf("end 1"));
  assert.ok(log.indexOf("result 1") < log.indexOf("begin 3"), "3 is not begun while 1 is not taken");
});

Deno.test("an error comes when its turn comes, after what was begun has ended", async () => {
  const log: string[] = [], results: number[] = [];
  await assert.rejects(async () => {
    for await (const result of oneAhead([1, 2, 3, 4], work(log, [2, 3]))) results.push(result);
  }, { message: "item 2" });
  assert.deepEqual(results, [1]);
  assert.ok(log.includes("end 3") && !log.includes("begin 4"), log.join());
});

Deno.test("who leaves early waits for what was begun", async () => {
  const log: string[] = [];
  for await (const _ of oneAhead([1, 2, 3], work(log))) break;
  assert.equal(log.at(-1), "end 2");
});

Deno.test("no items give no results", async () => {
  assert.deepEqual(await Array.fromAsync(oneAhead([], work([]))), []);
});
