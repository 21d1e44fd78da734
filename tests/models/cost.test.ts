import assert from "node:assert/strict";
import { buildModel, cost, type ModelConfig, modelConfigSchema, parameterSpecs } from "../../lib/models/mod.ts";
import { schema } from "../training/click_batch.ts";

// The schema has fields of 7, 11 and 5 ids (23 in all) and 2 numeric columns. All numbers below are counted by hand.
const withoutColumns = { ...schema, dense: [] };
const counted = (config: ModelConfig, of = schema) => cost(buildModel(config, of));

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
  const configs: ModelConfig[] = [
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
  const config: ModelConfig = { kind: "dlrm", dim: 4, bottom: [8], overarch: [16] };
  assert.throws(() => buildModel(config, { ...single, dense: [] }), /Cannot build a DLRM for one field: .* no pair/);
  assert.equal(cost(buildModel(config, single)).flops.interaction, 2 * 4 * 1, "one field and columns make one pair");
});
