import assert from "node:assert/strict";
import { betweenTimes } from "../../lib/data/stream_between_times.ts";
import { inMemory } from "../../lib/data/stream_in_memory.ts";
import { shuffled } from "../../lib/data/stream_shuffled.ts";
import { assertPositions, countingStream, range } from "./counting_stream.ts";

/** Seven examples at each half: 0, 0.5, 1, ... */
const timeOf = (i: number) => Math.floor(i / 7) / 2;

Deno.test("a window of time has the examples of its times, found either way", async () => {
  const N = 20_000;
  for (const search of ["binary", "pass"] as const) {
    for (
      const [from, to] of [[0, 1], [3.2, 700], [3.5, 3.5], [1000, 5000], [-5, -1], [9999, 10_000], [
        -Infinity,
        Infinity,
      ]]
    ) {
      const part = await betweenTimes(countingStream(N, { timeOf }), from, to, { search });
      const wanted = range(0, N).filter((i) => timeOf(i) >= from && timeOf(i) < to);
      await assertPositions(part, wanted, { timeOf });
    }
  }
  await assertPositions(await betweenTimes(countingStream(0), 0, 1), []);
});

Deno.test("the binary search reads 2 log2(N) single examples, and the pass stops at the window's end", async () => {
  const stream = countingStream(2 ** 16, { timeOf });
  await betweenTimes(stream, 5, 9);
  assert.ok(stream.reads.length <= 2 * 17, `${stream.reads.length} reads`);
  assert.ok(stream.reads.every(({ from, to }) => to! - from! === 1));
  const passed = countingStream(2 ** 16, { timeOf: (i) => i < 9000 ? i : 0 }); // falls behind the window
  assert.equal((await betweenTimes(passed, 100, 200, { search: "pass" })).examples, 100);
});

Deno.test("times that fall are reported, from the search or from the reading", async () => {
  const falling = countingStream(1000, { timeOf: (i) => i === 600 ? 3 : i });
  await assert.rejects(betweenTimes(falling, 100, 700, { search: "pass" }), {
    message:
      "Cannot take a window of time of counting: wanted times that never fall, but example 600 has time 3 after " +
      "one of 599. Take the window before the stream is shuffled or concatenated.",
  });
  const part = await betweenTimes(falling, 100, 700, { search: "binary" });
  await assert.rejects(
    Array.fromAsync(part.read({ batchSize: 64 })),
    /example 600 has time 3 between others of the window/,
  );
  const control = shuffled(await inMemory(countingStream(1000)), { seed: 1 });
  await assert.rejects(async () => {
    await Array.fromAsync((await betweenTimes(control, 10, 60)).read({ batchSize: 64 }));
  }, /Cannot take a window of time of counting/);
});

Deno.test("a window that ends before it starts is refused", async () => {
  await assert.rejects(betweenTimes(countingStream(10), 2, 1), {
    name: "RangeError",
    message: "Cannot take counting from time 2 to 1: wanted from <= to.",
  });
});
