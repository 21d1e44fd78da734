import assert from "node:assert/strict";
import { hash, uniformFromHash } from "../../../lib/data/counter_hash.ts";
import { sampleRank, zipfProbability, zipfRank, zipfSampler } from "../../../lib/data/teacher/zipf.ts";

const FIELDS = [[8, 1.1], [100, 1.1], [100, 1], [1_000_000, 1.1], [1000, 1.5], [50, 0.7]] as const;

Deno.test("the probabilities of all ranks sum to 1 and fall", () => {
  for (const [R, s] of FIELDS) {
    let total = 0;
    let last = 1;
    for (let rank = 0; rank < R; rank++) {
      const p = zipfProbability(rank, R, s);
      assert.ok(p > 0 && p < last);
      total += last = p;
    }
    assert.ok(Math.abs(total - 1) < 1e-9, `R = ${R}, s = ${s}: ${total}`);
  }
});

Deno.test("sampleRank is zipfRank, for every hash tried and at the ends", () => {
  for (const [R, s] of FIELDS) {
    const sampler = zipfSampler(R, s);
    const states = [0, 1, 0xffffffff, 0x7fffffff, 0x80000000];
    for (let i = 0; i < 20_000; i++) states.push(hash(3, i));
    // Around the guide's borders, where a wrong bucket would show.
    for (let bucket = 1; bucket < 4096; bucket++) states.push(bucket * 2 ** 20 - 1, bucket * 2 ** 20);
    for (const state of states) assert.equal(sampleRank(sampler, state), zipfRank(uniformFromHash(state), R, s));
  }
});

Deno.test("ids occur as often as their exact probabilities say (chi-square)", () => {
  const n = 100_000;
  for (const [R, s] of FIELDS) {
    const sampler = zipfSampler(R, s);
    const head = Math.min(R, 60); // ranks of their own; all later ones are one class
    const counts = new Float64Array(head + 1);
    for (let i = 0; i < n; i++) {
      const rank = sampleRank(sampler, hash(21, R, i));
      assert.ok(rank >= 0 && rank < R);
      counts[Math.min(rank, head)]++;
    }
    let tail = 1;
    let chiSquare = 0;
    let classes = 0;
    for (let rank = 0; rank <= head; rank++) {
      const p = rank < head ? zipfProbability(rank, R, s) : tail;
      tail -= p;
      if (n * p < 5) continue;
      chiSquare += (counts[rank] - n * p) ** 2 / (n * p);
      classes++;
    }
    const freedom = classes - 1;
    assert.ok(chiSquare < freedom + 5 * Math.sqrt(2 * freedom), `R = ${R}, s = ${s}: ${chiSquare} on ${freedom}`);
  }
});
