import assert from "node:assert/strict";
import type { Batch, Dataset, ReadOptions, Stream } from "../../lib/data/batch.ts";
import { buildModel } from "../../lib/models/mod.ts";
import { type Checkpoint, type CheckpointStore } from "../../lib/training/checkpoint.ts";
import { createMetrics } from "../../lib/training/metrics.ts";
import { trainOnePass } from "../../lib/training/one_pass.ts";
import { readAhead } from "../../lib/training/read_ahead.ts";
import { createTrainer, type Trainer } from "../../lib/training/trainer.ts";
import { trainingConfigSchema } from "../../lib/training/training_config.ts";
import { windowBorders } from "../../lib/training/windows.ts";
import { engine } from "../engine/open_test_engine.ts";
import { clickBatch, schema } from "./click_batch.ts";

const EXAMPLES = 2000, BATCH = 64;
const whole = clickBatch(EXAMPLES, 7);

function slice(from: number, to: number): Batch {
  const fields = schema.fields.length, columns = schema.dense.length;
  return {
    size: to - from,
    ids: whole.ids.slice(from * fields, to * fields),
    dense: whole.dense.slice(from * columns, to * columns),
    labels: whole.labels.slice(from, to),
    times: whole.times.slice(from, to),
  };
}

const stream: Stream = {
  schema,
  examples: EXAMPLES,
  async *read({ batchSize, from = 0, to = EXAMPLES }: ReadOptions) {
    for (let at = from; at < to; at += batchSize) yield slice(at, Math.min(to, at + batchSize));
  },
};
const dataset: Dataset = { schema, train: stream, description: "test" };
const scoring = { windowExamples: 256, warmupFraction: 0.1 };

const config = trainingConfigSchema.parse({ batchSize: BATCH });
const model = buildModel({ kind: "dlrm", dim: 4, bottom: [8], overarch: [16] }, schema);
const trainer = () => createTrainer({ engine, model, schema, config, seed: 3 });

/** Checkpoints in memory. */
function memoryStore(): CheckpointStore & { saved: Checkpoint[] } {
  const saved: Checkpoint[] = [];
  return {
    saved,
    save: (checkpoint) => Promise.resolve(void saved.push(structuredClone(checkpoint))),
    latest: () => Promise.resolve(saved.at(-1) ?? null),
    clear: () => Promise.resolve(),
  };
}

/** Results without the times, which differ from run to run. */
const scores = ({ windows, progressive }: Awaited<ReturnType<typeof trainOnePass>>) => ({ windows, progressive });

Deno.test("windows double from one batch to the widest and end with the stream", () => {
  assert.deepEqual(windowBorders(1000, 64, 256), [0, 64, 128, 256, 512, 768, 1000]);
  assert.deepEqual(windowBorders(50, 64, 256), [0, 50]);
});

Deno.test("every example is scored once, by the model as it was before its window", async () => {
  const seen: { steps: number; size: number }[] = [];
  const inner = trainer();
  const watched: Trainer = {
    ...inner,
    get steps() {
      return inner.steps;
    },
    predict(batch) {
      seen.push({ steps: inner.steps, size: batch.size });
      return inner.predict(batch);
    },
  };
  const { windows, progressive } = await trainOnePass({ trainer: watched, dataset, scoring });
  assert.equal(seen.reduce((sum, { size }) => sum + size, 0), EXAMPLES);
  const stepsBefore = windows.flatMap(({ from, to }) =>
    Array.from({ length: Math.ceil((to - from) / BATCH) }, () => from / BATCH)
  );
  assert.deepEqual(seen.map(({ steps }) => steps), stepsBefore);
  assert.equal(progressive.examples, EXAMPLES * 0.9);
  inner.dispose();
});

Deno.test("a window's NE is its log loss over the entropy of its own click rate", async () => {
  const first = trainer();
  const logits = await first.predict(slice(0, BATCH));
  const metrics = createMetrics();
  metrics.add(logits, slice(0, BATCH).labels);
  const { windows } = await trainOnePass({ trainer: first, dataset, scoring });
  assert.equal(windows[0].ne, metrics.result().ne);
  first.dispose();
});

Deno.test("a run that was aborted and resumed ends with the scores of one that was not, bit for bit", async () => {
  const straight = trainer();
  const expected = scores(await trainOnePass({ trainer: straight, dataset, scoring }));
  straight.dispose();

  const checkpoints = memoryStore();
  const stop = new AbortController();
  const stopped = trainer();
  const progress = { update: (done: number) => done >= 1000 && stop.abort(new Error("stop")), finish() {} };
  await assert.rejects(
    trainOnePass({ trainer: stopped, dataset, scoring, checkpoints, progress, signal: stop.signal }),
    /stop/,
  );
  stopped.dispose();
  assert.equal(checkpoints.saved.at(-1)?.examples, 1024);

  const resumed = trainer();
  const notices: string[] = [];
  const notice = (message: string) => void notices.push(message);
  const result = await trainOnePass({ trainer: resumed, dataset, scoring, checkpoints, notice });
  resumed.dispose();
  assert.deepEqual(scores(result), expected);
  assert.deepEqual(notices, ["Resumed after 1,024 examples."]);
});

Deno.test("a loss that is not finite stops the run, says at which step, and saves nothing over the last good state", async () => {
  const inner = trainer();
  let steps = 0;
  const broken: Trainer = { ...inner, step: () => Promise.resolve(++steps > 20 ? NaN : 0.5) };
  const checkpoints = memoryStore();
  await assert.rejects(
    trainOnePass({ trainer: broken, dataset, scoring, checkpoints, checkpointSeconds: 0 }),
    { name: "Diverged", message: /DLRM diverged.*the loss is NaN/ },
  );
  assert.ok(checkpoints.saved.every(({ examples }) => examples <= 20 * BATCH));
  inner.dispose();
});

Deno.test("a stream that ends early is an error that says how many examples are missing", async () => {
  const short: Dataset = { ...dataset, train: { ...stream, examples: EXAMPLES + 100 } };
  const inner = trainer();
  await assert.rejects(trainOnePass({ trainer: inner, dataset: short, scoring }), /ended \d+ examples early/);
  inner.dispose();
});

Deno.test("readAhead keeps the order, reports errors in their place and closes its source when left", async () => {
  let closed = false;
  async function* source() {
    try {
      for (let i = 0; i < 5; i++) {
        if (i === 3) throw new Error("third");
        yield await Promise.resolve(i);
      }
    } finally {
      closed = true;
    }
  }
  const got: number[] = [];
  await assert.rejects(async () => {
    for await (const i of readAhead(source(), 4)) got.push(i);
  }, /third/);
  assert.deepEqual(got, [0, 1, 2]);
  closed = false;
  for await (const _ of readAhead(source(), 2)) break;
  assert.ok(closed);
});
