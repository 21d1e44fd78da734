import assert from "node:assert/strict";
import { buildModel } from "../../lib/models/build_model.ts";
import type { ModelConfig } from "../../lib/models/model_config.ts";
import { keptCount } from "../../lib/pruning/mask.ts";
import { embeddingRowMask, rowImportance, writeRowMask } from "../../lib/pruning/row_pruning.ts";
import { createTrainer } from "../../lib/training/trainer.ts";
import { trainingConfigSchema } from "../../lib/training/training_config.ts";
import { engine } from "../engine/open_test_engine.ts";
import { clickBatch, schema } from "../training/click_batch.ts";

const ROWS = 7 + 11 + 5, DIM = 4;

const configs: ModelConfig[] = [
  { kind: "dlrm", dim: DIM, bottom: [6], overarch: [8] },
  { kind: "mlp", dim: DIM, hidden: [8] },
];
for (const config of configs) {
  Deno.test(`a ${config.kind} with removed rows predicts what it does with zeros in them, and they do not train`, async () => {
    const model = buildModel(config, schema);
    const rowMask = new Uint8Array(ROWS).fill(1);
    const options = { engine, model, schema, config: trainingConfigSchema.parse({ batchSize: 64 }), seed: 3 };
    const trainer = createTrainer({ ...options, rowMask });
    const plain = createTrainer(options);
    for (let k = 0; k < 5; k++) {
      assert.equal(await trainer.step(clickBatch(64, k)), await plain.step(clickBatch(64, k)));
    }

    const before = await trainer.state();
    const counts = Float64Array.from({ length: ROWS }, (_, row) => row % 4);
    const scores = rowImportance(model.embedding, before.arrays["embeddings/weights"], counts);
    const by = { criterion: "row norm", sparsity: 0.5, derivedAt: 5 };
    const mask = embeddingRowMask(model.embedding, scores, by);
    assert.deepEqual(keptCount(mask), { kept: ROWS - Math.round(0.5 * ROWS), total: ROWS });
    writeRowMask(rowMask, mask);

    const zeroed = before.arrays["embeddings/weights"].map((w, i) => rowMask[Math.floor(i / DIM)] ? w : 0);
    plain.restore({ steps: before.steps, arrays: { ...before.arrays, "embeddings/weights": zeroed } });
    const batch = clickBatch(128, 50);
    assert.deepEqual(await trainer.predict(batch), await plain.predict(batch));
    for (let k = 5; k < 10; k++) await trainer.step(clickBatch(64, k));
    const after = (await trainer.state()).arrays;
    for (const [row, bit] of rowMask.entries()) {
      const values = (arrays: typeof after) => arrays["embeddings/weights"].slice(row * DIM, (row + 1) * DIM);
      if (bit === 0) {
        assert.deepEqual(values(after), values(before.arrays));
        assert.equal(after["embeddings/accumulator"][row], before.arrays["embeddings/accumulator"][row]);
      } else assert.notDeepEqual(values(after), values(before.arrays));
    }
    for (const one of [trainer, plain]) one.dispose();
  });
}

Deno.test("rows that are never looked up go first, and a mask of other tables is refused", () => {
  const spec = { fieldRows: [3, 2], dim: 2, scale: 1 };
  const weights = Float32Array.of(9, 9, 1, 0, 2, 0, 8, 8, 3, 0);
  const scores = rowImportance(spec, weights, [0, 4, 4, 0, 1]);
  const by = { criterion: "row norm", sparsity: 0.4, derivedAt: 0, minimumShare: 0 };
  const { layers } = embeddingRowMask(spec, scores, by);
  assert.deepEqual(layers.map(({ kept }) => [...kept]), [[0, 1, 1], [0, 1]]);
  assert.throws(() => rowImportance(spec, weights.subarray(2)), /rank 5 rows of width 2 by 8 weights/);
  assert.throws(() => writeRowMask(new Uint8Array(4), { layers, provenance: by }), /mask of 5 rows on tables of 4/);
  const model = buildModel({ kind: "logisticRegression" }, schema);
  const config = trainingConfigSchema.parse({});
  assert.throws(
    () => createTrainer({ engine, model, schema, config, seed: 1, rowMask: new Uint8Array(3) }),
    /Cannot put 3 values into the row mask of shape \[23\]/,
  );
});
