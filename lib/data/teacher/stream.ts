import { setImmediate as nextMacrotask } from "node:timers/promises";
import type { Batch, Stream } from "../batch.ts";
import { type ReadRange, readRange } from "../stream_range.ts";
import { batchesOf, type MakeBatch } from "./make_batch.ts";
import { planStream, schemaOf, type TeacherStreamOptions } from "./plan.ts";
import type { Teacher } from "./teacher.ts";
import { readInWorker } from "./worker_reader.ts";

/** How long generation may hold the event loop. */
const SLICE_MILLISECONDS = 10;

/**
 * A stream of a teacher's examples, with the true click probability `p` in every batch.
 *
 * Any part can be read at any time and comes out the same, whatever the batch size, in a worker or not. Time is in
 * periods and begins at 0. Reading in the caller's thread gives way to other tasks every 10 ms.
 *
 * @throws {RangeError} when an option is out of its range; `read` throws one for a part outside the stream
 *
 * @example
 * ```ts
 * import { makeTeacher, teacherPreset, teacherStream } from "recscale/data";
 * import assert from "node:assert/strict";
 *
 * const teacher = makeTeacher(teacherPreset("PAIR", 1));
 * const test = teacherStream(teacher, { examples: 1000, stream: 99 });
 * const sizes = [];
 * for await (const batch of test.read({ batchSize: 512, from: 100 })) sizes.push(batch.size);
 * assert.deepEqual(sizes, [512, 388]);
 * ```
 */
export function teacherStream(teacher: Teacher, options: TeacherStreamOptions): Stream {
  const plan = planStream(teacher.config, options);
  const schema = schemaOf(teacher.config, plan);
  let makeBatch: MakeBatch | undefined;
  return {
    schema,
    examples: plan.examples,
    read(wanted) {
      const range = readRange(this, wanted);
      if (options.worker) return readInWorker(teacher, plan, range);
      makeBatch ??= batchesOf(teacher, plan);
      return readHere(makeBatch, range);
    },
  };
}

async function* readHere(makeBatch: MakeBatch, { from, to, batchSize, signal }: ReadRange): AsyncGenerator<Batch> {
  let sliceEnd = performance.now() + SLICE_MILLISECONDS;
  for (let start = from; start < to; start += batchSize) {
    const making = makeBatch(start, Math.min(batchSize, to - start));
    let step = making.next();
    for (; !step.done; step = making.next()) {
      if (performance.now() < sliceEnd) continue;
      await nextMacrotask();
      sliceEnd = performance.now() + SLICE_MILLISECONDS;
      signal?.throwIfAborted();
    }
    signal?.throwIfAborted();
    yield step.value;
  }
}
