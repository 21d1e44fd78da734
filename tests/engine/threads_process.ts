/** A process that trains a DLRM and prints its engine's threads and its losses. See threads.test.ts. */
import { openEngine } from "../../lib/engine/mod.ts";
import { buildModel } from "../../lib/models/mod.ts";
import { createTrainer } from "../../lib/training/trainer.ts";
import { trainingConfigSchema } from "../../lib/training/training_config.ts";
import { clickBatch, schema } from "../training/click_batch.ts";

const engine = await openEngine({ interOpThreads: Number(Deno.args[0]) });
const model = buildModel({ kind: "dlrm", dim: 16, bottom: [64], overarch: [128, 64] }, schema);
const trainer = createTrainer({
  engine,
  model,
  schema,
  config: trainingConfigSchema.parse({ warmupSteps: 5 }),
  seed: 1,
});
const losses: number[] = [];
for (let t = 0; t < 20; t++) losses.push(await trainer.step(clickBatch(1024, t)));
console.log(JSON.stringify({ threads: engine.threads, losses }));
