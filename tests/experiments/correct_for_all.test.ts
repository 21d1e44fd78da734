import assert from "node:assert/strict";
import { correctForAll, type Judgement, type Verdict } from "../../lib/experiments/mod.ts";

const verdict = (id: string, judgement: Judgement): Verdict => ({
  id,
  claim: "",
  measured: "so much",
  control: "",
  judgement,
  runs: [],
});

Deno.test("a claim that holds alone but not among all is undecided, and the others stay", () => {
  const tested = [
    { verdict: verdict("A", "reproduced"), p: 0.001 },
    { verdict: verdict("B", "reproduced"), p: 0.06 },
    { verdict: verdict("C", "not reproduced"), p: 0.001 },
    { verdict: verdict("D", "not testable here"), p: null },
  ];
  const corrected = correctForAll(tested);
  assert.deepEqual(corrected.map(({ judgement }) => judgement), [
    "reproduced",
    "undecided",
    "not reproduced",
    "not testable here",
  ]);
  assert.equal(corrected[0].measured, "so much; p = 0.0030 after Holm's correction over 3 claims");
  assert.equal(corrected[3].measured, "so much");
});
