/**
 * Prints the megabytes by which one recorded step of a deep model raises the memory of this process at its peak.
 * Arguments: "recompute" or "keep". Linux with glibc only. To be run with TF_ENABLE_ONEDNN_OPTS=0, as oneDNN's allocator
 * never gives memory back, and MALLOC_MMAP_THRESHOLD_=1048576, so that glibc gives every large tensor back at once:
 * otherwise the peak of a step would hide below that of the one before.
 */
import * as tf from "@tensorflow/tfjs";
import { openEngine } from "../../lib/engine/mod.ts";
import { mlpBlock, type Model } from "../../lib/models/mod.ts";
import { createTrainer } from "../../lib/training/trainer.ts";
import { trainingConfigSchema } from "../../lib/training/training_config.ts";
import { clickBatch, schema } from "../training/click_batch.ts";

const batchSize = 2048, width = 26, hidden = 2048; // one hidden layer: 16 MB of activations
const blocks = Array.from(
  { length: 8 },
  (_, i) =>
    mlpBlock({ name: `layer${i}`, role: "overarch", widths: [width, hidden, i < 7 ? width : 1], last: "linear" }),
);
const model: Model = {
  name: "deep",
  embedding: { fieldRows: schema.fields.map((field) => field.cardinality), dim: 8, scale: 0.1 },
  blocks,
  logits(run, { embeddings, dense }) {
    const x = tf.concat([tf.reshape(embeddings, [-1, 24]), dense], 1); // [B, 26]
    return tf.reshape(blocks.reduce((h, block) => run(block, h), x), [-1]);
  },
};

/** Memory of the process in MB: now, and at its peak since {@link resetPeak}. */
function resident(): { now: number; peak: number } {
  const status = Deno.readTextFileSync("/proc/self/status");
  const megabytes = (key: string) => Number(RegExp(`${key}:\\s+(\\d+)`).exec(status)![1]) / 1024;
  return { now: megabytes("VmRSS"), peak: megabytes("VmHWM") };
}

function resetPeak(): void {
  Deno.writeTextFileSync("/proc/self/clear_refs", "5");
}

const trainer = createTrainer({
  engine: await openEngine(),
  model,
  schema,
  config: trainingConfigSchema.parse({
    batchSize,
    averageDecay: 0,
    dense: { optimizer: { name: "sgd" }, learningRate: 0.1 },
  }),
  seed: 1,
  recompute: Deno.args[0] === "recompute" ? () => true : undefined,
});
const batch = clickBatch(batchSize, 1);
await trainer.step(batch); // records
const growth: number[] = [];
for (let k = 0; k < 5; k++) {
  resetPeak();
  const { now } = resident();
  await trainer.step(batch);
  growth.push(resident().peak - now);
}
console.log(JSON.stringify(growth));
