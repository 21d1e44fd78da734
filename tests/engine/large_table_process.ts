/**
 * A process that trains embedding tables of `Deno.args[0]` rows of 16 in all, and prints the peaks of its resident memory.
 * See large_table.test.ts.
 */
import type { Schema } from "../../lib/data/schema.ts";
import { openEngine } from "../../lib/engine/mod.ts";
import { buildModel, fillInitial } from "../../lib/models/mod.ts";
import { createTrainer, type Trainer } from "../../lib/training/trainer.ts";
import { trainingConfigSchema } from "../../lib/training/training_config.ts";
import { clickBatch } from "../training/click_batch.ts";

const DIM = 16, FIELDS = 4, BATCH = 1024, STEPS = 5, SEED = 1;

/** Resident memory in bytes, now or the highest so far: see proc(5). */
function memory(which: "VmRSS" | "VmHWM"): number {
  const status = Deno.readTextFileSync("/proc/self/status");
  return Number(status.match(new RegExp(`^${which}:\\s+(\\d+) kB$`, "m"))?.[1]) * 1024;
}

/** @returns the trainer, and the rows that its batches looked up */
async function train(rows: number): Promise<{ trainer: Trainer; touched: Set<number> }> {
  const cardinality = rows / FIELDS;
  const schema: Schema = {
    name: "clicks",
    dense: ["x"],
    fields: Array.from({ length: FIELDS }, (_, f) => ({ name: `f${f}`, cardinality })),
    time: "fileOrder",
  };
  const model = buildModel({ kind: "dlrm", dim: DIM, bottom: [16], overarch: [16] }, schema);
  const config = trainingConfigSchema.parse({ warmupSteps: 0 });
  const trainer = createTrainer({ engine, model, schema, config, seed: SEED });
  const touched = new Set<number>();
  for (let t = 0; t < STEPS; t++) {
    const batch = clickBatch(BATCH, t, schema);
    batch.ids.forEach((id, i) => touched.add((i % FIELDS) * cardinality + id));
    await trainer.step(batch);
  }
  return { trainer, touched };
}

const engine = await openEngine();
(await train(FIELDS * 1000)).trainer.dispose(); // what the engine itself takes, and the code that it compiles
const before = memory("VmRSS");
const started = performance.now();
const { trainer, touched } = await train(Number(Deno.args[0]));
const seconds = (performance.now() - started) / 1000;
const trained = memory("VmHWM");

const { arrays: { "embeddings/weights": weights, "embeddings/accumulator": accumulator } } = await trainer.state();
const read = memory("VmHWM");
// touched rows that training has changed, and of the others, a part of them, those that are not as they started
let changed = 0, wrong = 0;
const initial = new Float32Array(DIM);
const initializer = { kind: "normal", deviation: 0.3 / Math.sqrt(DIM) } as const;
for (let row = 0; row < accumulator.length; row++) {
  if (row % 5 !== 0 && row !== accumulator.length - 1 && !touched.has(row)) continue;
  fillInitial(initial, { initializer, seed: SEED, name: "embeddings", from: row * DIM });
  const same = initial.every((value, k) => Object.is(value, weights[row * DIM + k]));
  if (touched.has(row)) changed += same ? 0 : 1;
  else if (!same || accumulator[row] !== accumulator[0]) wrong++;
}
console.log(
  JSON.stringify({ before, trained, read, seconds, parameters: weights.length, touched: touched.size, changed, wrong }),
);
