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
  const constants: Record<string, object> = {
    adam,
    adamw: { ...adam, weightDecay: run.weightDecay },
    adagrad,
    sgd: {},
  };
  const config = trainingConfigSchema.parse({
    batchSize: recorded.batch,
    dense: {
      optimizer: { name: run.dense, ...constants[run.dense] },
      learningRate: run.denseRate,
      clipNorm: run.clipNorm ?? undefined,
    },
    embedding: {
      optimizer: { name: run.embedding, ...adagrad },
      learningRate: run.embeddingRate,
      averageMaxRows: run.averageMaxRows ?? undefined,
    },
    warmupSteps: run.warmupSteps,
    schedule: run.schedule ?? undefined,
    averageDecay: run.averageDecay,
  });
  return createTrainer({ engine, model, schema, config, seed: recorded.seed });
}

for (const run of recorded.runs) {
  const settings = [
    `${run.dense} and ${run.embedding}`,
    run.schedule && `a ${run.schedule.name} schedule`,
    run.clipNorm && "clipped gradients",
    run.averageMaxRows && "averaged small tables",
  ];
  Deno.test(`a DLRM trained with ${settings.filter(Boolean).join(", ")} goes PyTorch's way, on ${engine.name}`, async () => {
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

Deno.test("the recorded runs clip some steps and leave others alone", () => {
  for (const { clipNorm, norms } of recorded.runs) {
    if (clipNorm === null) continue;
    const limit = clipNorm;
    assert.ok(norms.some((norm) => norm > 1.1 * limit) && norms.some((norm) => norm < 0.9 * limit));
  }
});

Deno.test("PyTorch's numbers are those of the batches used here", () => {
  const { ids, labels } = clickBatch(recorded.batch, 1);
  assert.deepEqual([...ids.slice(0, 12)], recorded.firstIds);
  assert.deepEqual([...labels.slice(0, 12)], recorded.firstLabels);
});
