import assert from "node:assert/strict";
import { buildModel, type ModelConfig } from "../../lib/models/mod.ts";
import { createTrainer } from "../../lib/training/trainer.ts";
import { trainingConfigSchema } from "../../lib/training/training_config.ts";
import { assertClose } from "../engine/assert_close.ts";
import { engine } from "../engine/open_test_engine.ts";
import recorded from "../fixtures/dlrm_torch.json" with { type: "json" };
import { clickBatch, schema } from "./click_batch.ts";

// Runs on every backend (see ../engine/backends.test.ts). PyTorch's numbers are in double precision.

const model = buildModel(recorded.model as ModelConfig, schema);

function trainerOf(run: typeof recorded.runs[number]) {
  const adagrad = { initialAccumulator: run.initialAccumulator, epsilon: 1e-8 };
  const adam = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
  const config = trainingConfigSchema.parse({
    batchSize: recorded.batch,
    dense: { optimizer: { name: run.dense, ...(run.dense === "adam" ? adam : adagrad) }, learningRate: run.denseRate },
    embedding: { optimizer: { name: run.embedding, ...adagrad }, learningRate: run.embeddingRate },
    warmupSteps: run.warmupSteps,
    averageDecay: run.averageDecay,
  });
  return createTrainer({ engine, model, schema, config, seed: recorded.seed });
}

for (const run of recorded.runs) {
  Deno.test(`a DLRM trained with ${run.dense} and ${run.embedding} goes PyTorch's way, on ${engine.name}`, async () => {
    const trainer = trainerOf(run);
    const { arrays } = await trainer.state();
    assert.deepEqual([...arrays["bottom/0/weights"].slice(0, 4)], recorded.firstBottomWeights);
    assert.deepEqual([...arrays["embeddings/weights"].slice(0, 4)], recorded.firstEmbeddings);
    const losses: number[] = [];
    for (let t = 1; t <= run.losses.length; t++) losses.push(await trainer.step(clickBatch(recorded.batch, t)));
    assertClose(losses, run.losses, { relative: 1e-5, what: "loss" });
    const logits = await trainer.predict(clickBatch(recorded.heldOut, recorded.heldOutSeed));
    assertClose(logits, run.logits, { absolute: 1e-4, what: "logit" });
    trainer.dispose();
  });
}

Deno.test("PyTorch's numbers are those of the batches used here", () => {
  const { ids, labels } = clickBatch(recorded.batch, 1);
  assert.deepEqual([...ids.slice(0, 12)], recorded.firstIds);
  assert.deepEqual([...labels.slice(0, 12)], recorded.firstLabels);
});
