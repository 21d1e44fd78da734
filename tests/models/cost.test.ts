import assert from "node:assert/strict";
import {
  buildModel,
  cost,
  type DhenConfigInput,
  type ModelConfigInput,
  modelConfigSchema,
  parameterSpecs,
} from "../../lib/models/mod.ts";
import { schema } from "../training/click_batch.ts";

// The schema has fields of 7, 11 and 5 ids (23 in all) and 2 numeric columns. All numbers below are counted by hand.
const withoutColumns = { ...schema, dense: [] };
const counted = (config: ModelConfigInput, of = schema) => cost(buildModel(config, of));

Deno.test("a DLRM costs what its layers cost, counted by hand", () => {
  assert.deepEqual(counted({ kind: "dlrm", dim: 4, bottom: [8], overarch: [16] }), {
    parameters: {
      embedding: 23 * 4,
      bottom: (2 * 8 + 8) + (8 * 4 + 4),
      interaction: 0,
      overarch: (10 * 16 + 16) + (16 * 1 + 1), // z of width 4 and the 6 pairs of 4 vectors
      head: 0,
    },
    flops: { embedding: 0, bottom: 2 * (2 * 8 + 8 * 4), interaction: 2 * 4 * 6, overarch: 2 * (10 * 16 + 16), head: 0 },
    denseParameters: 60 + 193,
    totalParameters: 92 + 60 + 193,
    totalFlops: 96 + 48 + 352,
  });
});

Deno.test("a DLRM without numeric columns has no bottom, and one vector less", () => {
  const { parameters, flops, totalParameters, totalFlops } = counted(
    { kind: "dlrm", dim: 4, bottom: [8], overarch: [16] },
    withoutColumns,
  );
  assert.deepEqual(parameters, { embedding: 92, bottom: 0, interaction: 0, overarch: (3 * 16 + 16) + 17, head: 0 });
  assert.deepEqual(flops, { embedding: 0, bottom: 0, interaction: 2 * 4 * 3, overarch: 2 * (3 * 16 + 16), head: 0 });
  assert.equal(totalParameters, 92 + 81);
  assert.equal(totalFlops, 24 + 128);
});

Deno.test("an MLP costs what its layers cost, counted by hand", () => {
  const { parameters, totalParameters, denseParameters, totalFlops } = counted({ kind: "mlp", dim: 4, hidden: [8, 6] });
  const overarch = (14 * 8 + 8) + (8 * 6 + 6) + (6 * 1 + 1); // 3 rows of width 4 and 2 columns
  assert.deepEqual(parameters, { embedding: 92, bottom: 0, interaction: 0, overarch, head: 0 });
  assert.equal(denseParameters, 181);
  assert.equal(totalParameters, 92 + 181);
  assert.equal(totalFlops, 2 * (14 * 8 + 8 * 6 + 6));
});

Deno.test("logistic regression has one weight per id and per column, and a bias", () => {
  const { parameters, totalParameters, totalFlops } = counted({ kind: "logisticRegression" });
  assert.deepEqual(parameters, { embedding: 23, bottom: 0, interaction: 0, overarch: 0, head: 3 });
  assert.equal(totalParameters, 26);
  assert.equal(totalFlops, 3 + 2 * 2); // adding up 3 weights, and 2 multiply-adds
  assert.equal(counted({ kind: "logisticRegression" }, withoutColumns).totalParameters, 24);
});

// Tokens: z and 3 rows, m = 4 of width 4; 6 pairs. AdvancedDLRM's overarch sees 6 + 16 + 4 numbers.
const parts = { dim: 4, bottom: [8], overarch: [16] };
const bottom = { parameters: (2 * 8 + 8) + (8 * 4 + 4), flops: 2 * (2 * 8 + 8 * 4) };
const dots = 2 * 4 * 6;
const overarch = { parameters: (26 * 16 + 16) + (16 * 1 + 1), flops: 2 * (26 * 16 + 16) };

Deno.test("an AdvancedDLRM costs what its layers cost, counted by hand", () => {
  const { parameters, flops } = counted({ kind: "advancedDlrm", ...parts });
  assert.deepEqual(parameters, {
    embedding: 92,
    bottom: bottom.parameters,
    interaction: 0,
    overarch: overarch.parameters,
    head: 0,
  });
  assert.deepEqual(flops, {
    embedding: 0,
    bottom: bottom.flops,
    interaction: dots,
    overarch: overarch.flops,
    head: 0,
  });
});

Deno.test("a mixture of experts costs its experts and its gate, counted by hand", () => {
  const { parameters, flops } = counted({ kind: "mixtureOfExperts", ...parts, experts: 3 });
  assert.equal(parameters.overarch, 3 * overarch.parameters + (26 * 3 + 3));
  assert.equal(flops.overarch, 3 * overarch.flops + 2 * 26 * 3);
});

const modules: readonly [string, DhenConfigInput["layers"][number]["modules"][number], number, number][] = [
  ["linear", { kind: "linear" }, 4 * 4, 2 * 4 * 4 * 4],
  [
    "linear with the raw columns",
    { kind: "linear", dense: true },
    (2 * 4 + 4) + 5 * 4,
    2 * 2 * 4 + 2 * 5 * 4 * 4,
  ],
  [
    "AdvancedDLRM",
    { kind: "advancedDlrm", hidden: [10] },
    (22 * 10 + 10) + (10 * 16 + 16),
    dots + 2 * (22 * 10 + 10 * 16),
  ],
  [
    "AdvancedDLRM with the raw columns",
    { kind: "advancedDlrm", hidden: [10], dense: true },
    (24 * 10 + 10) + (10 * 16 + 16),
    dots + 2 * (24 * 10 + 10 * 16),
  ],
  [
    "self-attention", // four maps of 4 x 4, two norms, the feed-forward network, the mixing matrix
    { kind: "selfAttention", heads: 2, hidden: 6 },
    4 * (16 + 4) + 2 * (4 + 4) + (4 * 6 + 6) + (6 * 4 + 4) + 16,
    4 * (4 * 2 * 16 + 2 * 2 * 4 * 6) + 2 * (2 * 4 * 4 * 4) + 2 * 4 * 4 * 4, // scores and what they weigh: 4 x 4 x 4
  ],
  [
    "convolution of two channels",
    { kind: "convolution", kernel: [3, 5], channels: 2 },
    15 * 2 + 2 + 8 * 4,
    2 * 16 * 15 * 2 + 2 * 8 * 4 * 4,
  ],
  ["deep cross, literal", { kind: "deepCross", form: "literal" }, 4 * 4 + 4 * 4, 2 * 4 * 4 * 4 + 2 * 4 * 4 * 4],
  ["deep cross, flat", { kind: "deepCross", form: "flat" }, 16 * 16 + 16 + 4 * 4, 2 * 16 * 16 + 2 * 4 * 4 * 4],
];

for (const [title, module, moduleParameters, moduleFlops] of modules) {
  Deno.test(`a DHEN layer of ${title} costs what a count by hand gives`, () => {
    const { parameters, flops } = counted({ kind: "dhen", ...parts, layers: [{ repeat: 2, modules: [module] }] });
    const norm = 2 * 16;
    assert.equal(parameters.interaction, 2 * (moduleParameters + norm));
    assert.equal(flops.interaction, 2 * moduleFlops + dots);
    assert.deepEqual([parameters.overarch, flops.overarch], [overarch.parameters, overarch.flops]);
  });
}

Deno.test("a projected shortcut, a weighted sum and a norm over tokens cost what a count by hand gives", () => {
  const { parameters, flops } = counted({
    kind: "dhen",
    ...parts,
    layers: [{
      modules: [{ kind: "linear", tokens: 3 }, { kind: "linear", tokens: 3 }],
      ensemble: "weightedSum",
      norm: "token",
    }],
  });
  assert.equal(parameters.interaction, 2 * (4 * 3) + 2 + 4 * 3 + 2 * 4);
  assert.equal(flops.interaction, 3 * (2 * 4 * 3 * 4) + 2 * 4 * 3); // then 3 pairs
  assert.equal(flops.overarch, 2 * ((3 + 12 + 4) * 16 + 16));
});

Deno.test("DCN-v2 costs its crosses and its MLP, of full and of low rank, stacked and parallel, counted by hand", () => {
  const full = counted({ kind: "dcnV2", dim: 4, crossLayers: 2, structure: "stacked", hidden: [16] });
  assert.deepEqual([full.parameters.interaction, full.flops.interaction], [2 * (14 * 14 + 14), 2 * 2 * 14 * 14]);
  assert.deepEqual([full.parameters.overarch, full.parameters.head], [(14 * 16 + 16) + 17, 0]);
  const low = counted({ kind: "dcnV2", dim: 4, crossLayers: 2, rank: 3, structure: "parallel", hidden: [16] });
  assert.deepEqual([low.parameters.interaction, low.flops.interaction], [2 * (2 * 14 * 3 + 14), 2 * 2 * 2 * 14 * 3]);
  assert.deepEqual([low.parameters.overarch, low.parameters.head], [14 * 16 + 16, 14 + 16 + 1]);
});

Deno.test("Wukong, MaskNet and FinalMLP cost what a count by hand gives", () => {
  const wukong = counted({
    kind: "wukong",
    ...parts,
    layers: 2,
    fmTokens: 2,
    linearTokens: 1,
    rank: 2,
    fmHidden: [10],
  });
  // layer 1 sees 4 tokens and compresses its residual to 3, layer 2 sees 3
  const wukongLayer = (m: number) => (m * 2) + 2 * (m * 2) + (m * 2 * 10 + 10) + (10 * 8 + 8) + m * 1 + 2 * 4;
  assert.equal(wukong.parameters.interaction, wukongLayer(4) + 4 * 3 + wukongLayer(3));
  const wukongFlops = (m: number) => 2 * (2 * m * 2 * 4) + 2 * (m * 2 * 10 + 10 * 8) + 2 * m * 4;
  assert.equal(wukong.flops.interaction, wukongFlops(4) + 2 * 4 * 3 * 4 + wukongFlops(3));
  assert.equal(wukong.flops.overarch, 2 * (12 * 16 + 16));

  const mask = { kind: "maskNet", ...parts, maskBlocks: 2, width: 6, maskHidden: 10 } as const;
  const parallel = counted({ ...mask, structure: "parallel" }), serial = counted({ ...mask, structure: "serial" });
  const first = (16 * 10 + 10) + (10 * 16 + 16) + 16 * 6 + 2 * 6;
  const next = (16 * 10 + 10) + (10 * 6 + 6) + 6 * 6 + 2 * 6;
  assert.deepEqual([parallel, serial].map(({ parameters }) => parameters.interaction), [
    8 + 2 * first,
    8 + first + next,
  ]);
  assert.equal(serial.flops.interaction, 2 * (160 + 160 + 96) + 2 * (160 + 60 + 36));
  assert.deepEqual([parallel, serial].map(({ flops }) => flops.overarch), [2 * (12 * 16 + 16), 2 * (6 * 16 + 16)]);

  const final = counted({ kind: "finalMlp", dim: 4, streams: [[10, 8], [6]], heads: 2 });
  assert.equal(final.parameters.overarch, (14 * 10 + 10) + (10 * 8 + 8) + (14 * 6 + 6));
  assert.equal(final.parameters.head, (14 + 1) + 2 * 4 * 3);
  assert.equal(final.flops.head, 2 * 14 + 2 * (2 * 4 * 3) + 2 * (2 * 3));
});

Deno.test("maxRows cuts the tables that are larger, and no other", () => {
  for (
    const config of [{ kind: "dlrm", dim: 4, bottom: [], overarch: [], maxRows: 6 }, {
      kind: "mlp",
      dim: 4,
      hidden: [],
      maxRows: 6,
    }] as const
  ) {
    const model = buildModel(modelConfigSchema.parse(config), schema);
    assert.deepEqual(model.embedding.fieldRows, [6, 6, 5]);
    assert.equal(cost(model).parameters.embedding, 17 * 4);
  }
});

Deno.test("the last layer and biases are not prunable, every other matrix is", () => {
  const model = buildModel({ kind: "dlrm", dim: 4, bottom: [8], overarch: [16] }, schema);
  const prunable = parameterSpecs(model).filter((spec) => spec.prunable).map((spec) => spec.name);
  assert.deepEqual(prunable, ["bottom/0/weights", "bottom/1/weights", "overarch/0/weights"]);
  const names = parameterSpecs(model).map((spec) => spec.name);
  assert.equal(new Set(names).size, names.length, "names are unique");
});

Deno.test("a schema without a categorical field is refused with what to do", () => {
  const numeric = { ...schema, name: "sensor log", fields: [] };
  const configs: ModelConfigInput[] = [
    { kind: "dlrm", dim: 4, bottom: [], overarch: [] },
    { kind: "mlp", dim: 4, hidden: [] },
    { kind: "logisticRegression" },
  ];
  for (const config of configs) {
    assert.throws(
      () => buildModel(config, numeric),
      /embeddings for sensor log: it has no categorical field.*"buckets"/,
    );
  }
});

Deno.test("a DLRM with nothing to interact is refused: one field and no numeric column", () => {
  const single = { ...schema, name: "one field", fields: schema.fields.slice(0, 1) };
  const config: ModelConfigInput = { kind: "dlrm", dim: 4, bottom: [8], overarch: [16] };
  assert.throws(() => buildModel(config, { ...single, dense: [] }), /Cannot build a DLRM for one field: .* no pair/);
  assert.equal(cost(buildModel(config, single)).flops.interaction, 2 * 4 * 1, "one field and columns make one pair");
});
