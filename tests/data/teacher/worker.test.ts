import assert from "node:assert/strict";
import type { Batch, ReadOptions, Stream } from "../../../lib/data/batch.ts";
import { teacherPreset } from "../../../lib/data/teacher/presets.ts";
import { teacherStream } from "../../../lib/data/teacher/stream.ts";
import { makeTeacher, type Teacher } from "../../../lib/data/teacher/teacher.ts";
import type { ToWorker } from "../../../lib/data/teacher/worker_protocol.ts";

const teacher = makeTeacher(teacherPreset("DRIFT", 2));

/** Runs `work` with workers that tell how they were used. */
async function watchingWorkers(work: () => Promise<void>): Promise<{ begun: number; ended: number; asked: number }> {
  const seen = { begun: 0, ended: 0, asked: 0 };
  const Original = globalThis.Worker;
  globalThis.Worker = class extends Original {
    constructor(...parameters: ConstructorParameters<typeof Worker>) {
      super(...parameters);
      seen.begun++;
    }
    override postMessage(message: ToWorker): void {
      if (message.kind === "make") seen.asked++;
      super.postMessage(message);
    }
    override terminate(): void {
      seen.ended++;
      super.terminate();
    }
  };
  try {
    await work();
  } finally {
    globalThis.Worker = Original;
  }
  return seen;
}

async function all(stream: Stream, options: ReadOptions): Promise<Batch[]> {
  const batches: Batch[] = [];
  for await (const batch of stream.read(options)) batches.push(batch);
  return batches;
}

Deno.test("a worker gives the batches of the reader's own thread, and ends after the last", async () => {
  const options = { examples: 3000, periodExamples: 500, rows: 40 };
  const part = { batchSize: 256, from: 100, to: 2900 };
  const here = await all(teacherStream(teacher, options), part);
  const seen = await watchingWorkers(async () => {
    assert.deepEqual(await all(teacherStream(teacher, { ...options, worker: true }), part), here);
  });
  assert.deepEqual(seen, { begun: 1, ended: 1, asked: here.length });
});

Deno.test("a worker ends when the loop is left, having made no more than its lead", async () => {
  const stream = teacherStream(teacher, { examples: 10_000_000, worker: true });
  const seen = await watchingWorkers(async () => {
    let taken = 0;
    for await (const batch of stream.read({ batchSize: 4096 })) {
      assert.equal(batch.size, 4096);
      if (++taken === 3) break;
    }
  });
  assert.deepEqual(seen, { begun: 1, ended: 1, asked: 4 + 3 });
});

Deno.test("a worker ends at an abort, also while its reader waits", async () => {
  const stream = teacherStream(teacher, { examples: 10_000_000, worker: true });
  const reason = new Error("stop");
  const seen = await watchingWorkers(async () => {
    const controller = new AbortController();
    const waiting = all(stream, { batchSize: 5_000_000, signal: controller.signal });
    setTimeout(() => controller.abort(reason), 5);
    await assert.rejects(waiting, reason);

    const before = AbortSignal.abort(reason);
    await assert.rejects(all(stream, { batchSize: 10, signal: before }), reason);
  });
  assert.deepEqual(seen, { begun: 1, ended: 1, asked: 2 });
});

Deno.test("an abort between two batches ends the worker though nobody asks for the next", async () => {
  const stream = teacherStream(teacher, { examples: 10_000, worker: true });
  const controller = new AbortController();
  const seen = await watchingWorkers(async () => {
    const batches = stream.read({ batchSize: 100, signal: controller.signal })[Symbol.asyncIterator]();
    assert.equal((await batches.next()).value.size, 100);
    controller.abort();
  });
  assert.equal(seen.ended, 1);
});

Deno.test("a failure in the worker reaches the reader as a sentence, and the worker ends", async () => {
  const broken: Teacher = { ...teacher, calibration: { bias: 0, terms: {} } };
  const stream = teacherStream(broken, { examples: 100, worker: true });
  const seen = await watchingWorkers(async () => {
    await assert.rejects(all(stream, { batchSize: 10 }), /Cannot generate DRIFT in a worker: Cannot scale the term/);
  });
  assert.equal(seen.ended, 1);
});

Deno.test("an empty part needs no worker", async () => {
  const stream = teacherStream(teacher, { examples: 100, worker: true });
  const seen = await watchingWorkers(async () => {
    assert.deepEqual(await all(stream, { batchSize: 10, from: 50, to: 50 }), []);
  });
  assert.equal(seen.begun, 0);
});
