import assert from "node:assert/strict";
import { buildModel, cost, matchFlops, type ModelConfigInput } from "../../lib/models/mod.ts";
import { schema } from "../training/click_batch.ts";

const parts = { dim: 4, bottom: [8] };
const families: Readonly<Record<string, (size: number) => ModelConfigInput>> = {
  "the overarch of AdvancedDLRM": (h) => ({ kind: "advancedDlrm", ...parts, overarch: [2 * h, h] }),
  "the experts of a mixture": (experts) => ({ kind: "mixtureOfExperts", ...parts, experts, overarch: [16] }),
  "the layers of a DHEN": (repeat) => ({
    kind: "dhen",
    ...parts,
    layers: [{ repeat, modules: [{ kind: "advancedDlrm", hidden: [16] }, { kind: "linear" }] }],
    overarch: [16],
  }),
  "the MLPs of a Wukong": (h) => ({
    kind: "wukong",
    ...parts,
    layers: 2,
    fmTokens: 2,
    linearTokens: 2,
    rank: 2,
    fmHidden: [h],
    overarch: [16],
  }),
};
const flops = (config: ModelConfigInput) => cost(buildModel(config, schema)).totalFlops;

for (const [title, family] of Object.entries(families)) {
  Deno.test(`matchFlops over ${title} finds what trying every size finds`, () => {
    const costs = Array.from({ length: 200 }, (_, i) => flops(family(i + 1)));
    for (const target of [costs[0], costs[7] + 1, 0.5 * (costs[30] + costs[31]) - 1, 1.01 * costs[60], costs[127]]) {
      const distances = costs.map((each) => Math.abs(each - target));
      const best = distances.indexOf(Math.min(...distances));
      const found = matchFlops(family, target, schema, { within: 0.2 });
      assert.deepEqual(
        found,
        { size: best + 1, config: family(best + 1), flops: costs[best], difference: costs[best] / target - 1 },
      );
    }
  });
}

Deno.test("matchFlops refuses a budget that no member comes near, and says what is there", () => {
  const experts = families["the experts of a mixture"];
  const [one, two] = [flops(experts(1)), flops(experts(2))];
  assert.throws(
    () => matchFlops(experts, (one + two) / 2, schema),
    new RegExp(`within 5 %: the nearest of the family are ${one} at size 1 and ${two} at size 2`),
  );
  assert.throws(() => matchFlops(experts, 10, schema), new RegExp(`the nearest of the family are ${one} at size 1\\.`));
  assert.throws(
    () => matchFlops(experts, 1e9, schema, { largest: 64 }),
    /size 64 has .* no larger one is tried than 64/,
  );
});

Deno.test("matchFlops refuses a family that does not grow", () => {
  const same: ModelConfigInput = { kind: "advancedDlrm", ...parts, overarch: [16] };
  assert.throws(() => matchFlops(() => same, 1e6, schema), /Does the family grow/);
  const falling = (size: number): ModelConfigInput => ({ kind: "advancedDlrm", ...parts, overarch: [size % 3 + 1] });
  assert.throws(() => matchFlops(falling, 1e6, schema), /its FLOPs fall from \d+ at size \d+ to \d+ at size \d+/);
});
