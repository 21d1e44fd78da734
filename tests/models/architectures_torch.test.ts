import assert from "node:assert/strict";
import { buildModel, type ModelConfig, modelConfigSchema, parameterSpecs } from "../../lib/models/mod.ts";
import { createTrainer } from "../../lib/training/trainer.ts";
import { trainingConfigSchema } from "../../lib/training/training_config.ts";
import { assertClose } from "../engine/assert_close.ts";
import { engine } from "../engine/open_test_engine.ts";
import { clickBatch, schema } from "../training/click_batch.ts";
import recorded from "../fixtures/architectures_torch.json" with { type: "json" };

// Runs on every backend (see ../engine/backends.test.ts). PyTorch's numbers are in double precision.

const training = trainingConfigSchema.parse({
  batchSize: recorded.batch,
  dense: { optimizer: { name: "sgd" }, learningRate: recorded.rate },
  embedding: { optimizer: { name: "adagrad", initialAccumulator: 0.1 }, learningRate: recorded.tableRate },
  warmupSteps: 0,
  averageDecay: 0,
});

/** What tells a recorded model from the others. */
function title(model: (typeof recorded.runs)[number]["model"]): string {
  if (!("layers" in model) || !Array.isArray(model.layers)) return model.kind;
  const told = model.layers.map(({ modules, ...layer }) => {
    const kinds = modules.map((each) => ["reading" in each ? each.reading : "", each.kind].filter(Boolean).join(" "));
    return [...kinds, ..."ensemble" in layer ? [`by ${layer.ensemble}`] : []].join(" + ");
  });
  return `DHEN of ${told.join(", ")}`;
}

for (const run of recorded.runs) {
  const config = modelConfigSchema.parse(run.model) as ModelConfig;

  Deno.test(`${title(run.model)} has PyTorch's parameters and goes its way, on ${engine.name}`, async () => {
    const model = buildModel(config, schema);
    const shapes = Object.fromEntries(parameterSpecs(model).map(({ name, shape }) => [name, [...shape]]));
    assert.deepEqual(shapes, run.parameters);
    const trainer = createTrainer({ engine, model, schema, config: training, seed: recorded.seed });
    const losses: number[] = [];
    for (let t = 1; t <= run.losses.length; t++) {
      const before = t === 1 ? (await trainer.state()).arrays : {};
      losses.push(await trainer.step(clickBatch(recorded.batch, t)));
      if (t > 1) continue;
      // plain SGD moves a parameter by its gradient: so each gradient's length is seen
      const { arrays: after } = await trainer.state();
      for (const [name, norm] of Object.entries(run.firstGradientNorms)) {
        const moved = Math.sqrt(after[name].reduce((sum, value, i) => sum + (value - before[name][i]) ** 2, 0));
        assertClose([moved / recorded.rate], [norm!], { relative: 2e-3, absolute: 2e-5, what: `gradient of ${name}` });
      }
    }
    assertClose(losses, run.losses, { relative: 2e-5, what: "loss" });
    const logits = await trainer.predict(clickBatch(recorded.heldOut, recorded.heldOutSeed));
    assertClose(logits, run.logits, { absolute: 2e-4, what: "logit" });
    trainer.dispose();
  });
}
