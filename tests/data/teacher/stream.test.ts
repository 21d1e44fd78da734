import assert from "node:assert/strict";
import type { Batch, ReadOptions, Stream } from "../../../lib/data/batch.ts";
import { NO_DRIFT } from "../../../lib/data/teacher/config.ts";
import { explainExamples } from "../../../lib/data/teacher/explain.ts";
import { withDrift } from "../../../lib/data/teacher/controls.ts";
import { teacherPreset } from "../../../lib/data/teacher/presets.ts";
import { teacherStream } from "../../../lib/data/teacher/stream.ts";
import { makeTeacher } from "../../../lib/data/teacher/teacher.ts";

const scale = makeTeacher(teacherPreset("SCALE", 1));
const drift = makeTeacher(
  withDrift(teacherPreset("DRIFT", 1), {
    churn: 0.2,
    walk: { share: 0.5, spacing: 4 },
    concept: { share: 0.8, spacing: 12 },
    covariate: 0.1,
    label: { amplitude: 0.4, period: 8 },
  }),
);

async function gather(stream: Stream, options: ReadOptions): Promise<Record<string, number[]>> {
  const columns: Record<string, number[]> = { ids: [], dense: [], labels: [], times: [], p: [] };
  for await (const batch of stream.read(options)) {
    for (const name of Object.keys(columns)) columns[name].push(...batch[name as keyof Batch] as Float32Array);
  }
  return columns;
}

async function assertSplitsAgree(stream: Stream): Promise<void> {
  const whole = await gather(stream, { batchSize: stream.examples });
  for (const [batchSize, cuts] of [[7, [0, 3, 300, 1000]], [256, [0, 1, 513, 1000]], [1000, [0, 999, 1000]]] as const) {
    const parts: Record<string, number[]> = { ids: [], dense: [], labels: [], times: [], p: [] };
    // Later parts first: nothing may depend on what was read before.
    for (let i = cuts.length - 2; i >= 0; i--) {
      const part = await gather(stream, { batchSize, from: cuts[i], to: cuts[i + 1] });
      for (const name of Object.keys(parts)) parts[name] = [...part[name], ...parts[name]];
    }
    assert.deepEqual(parts, whole, `batches of ${batchSize}`);
  }
}

Deno.test("any split of a stream into parts and batches gives the same bytes", async () => {
  await assertSplitsAgree(teacherStream(scale, { examples: 1000 }));
  await assertSplitsAgree(teacherStream(scale, { examples: 1000, order: "shuffled", rows: 50 }));
});

Deno.test("any split of a drifting stream gives the same bytes, in time order and shuffled", async () => {
  const options = { examples: 1000, periodExamples: 100, windowExamples: 30 };
  await assertSplitsAgree(teacherStream(drift, options));
  await assertSplitsAgree(teacherStream(drift, { ...options, order: "shuffled" }));
});

Deno.test("a stream has the shapes of its schema, its times are periods, its ids rows of its tables", async () => {
  const stream = teacherStream(scale, { examples: 2000, periodExamples: 1000 });
  assert.deepEqual(stream.schema.fields.map((field) => field.cardinality), scale.config.cardinalities);
  assert.deepEqual(stream.schema.dense, ["x1", "x2", "x3", "x4"]);
  for await (const batch of stream.read({ batchSize: 1500 })) {
    assert.equal(batch.ids.length, batch.size * 12);
    assert.equal(batch.dense.length, batch.size * 4);
    assert.equal(batch.p!.length, batch.size);
  }
  const { times, ids } = await gather(stream, { batchSize: 512 });
  assert.deepEqual(times.slice(998, 1002), [0.998, 0.999, 1, 1.001]);
  assert.deepEqual(ids, [...explainExamples(scale, { examples: 2000 }).slots]);
});

Deno.test("a cap on rows hashes the ids of larger fields into range and leaves the others", async () => {
  const capped = teacherStream(scale, { examples: 4000, rows: 100 });
  assert.deepEqual(capped.schema.fields.map((field) => field.cardinality), [10, 20, 30, 50, ...Array(8).fill(100)]);
  const free = await gather(teacherStream(scale, { examples: 4000 }), { batchSize: 1000 });
  const { ids, ...rest } = await gather(capped, { batchSize: 1000 });
  const rowOf = new Map<number, number>();
  const used = new Set<number>();
  ids.forEach((row, at) => {
    const field = at % 12;
    assert.ok(row >= 0 && row < capped.schema.fields[field].cardinality);
    if (field < 5) assert.equal(row, free.ids[at]); // R <= 100
    if (field !== 11) return;
    assert.equal(row, rowOf.get(free.ids[at]) ?? row, "one id, one row");
    rowOf.set(free.ids[at], row);
    used.add(row);
  });
  assert.equal(used.size, 100, "over a thousand different ids reach every row");
  assert.deepEqual({ ...rest, ids: free.ids }, free);

  const each = teacherStream(scale, { examples: 10, rows: [5, ...Array(11).fill(7)] });
  assert.deepEqual(each.schema.fields.map((field) => field.cardinality), [5, ...Array(11).fill(7)]);
});

Deno.test("another stream is other data; the mean of p is the base rate and labels follow p", () => {
  const one = explainExamples(scale, { examples: 1 << 16, stream: 1 });
  const two = explainExamples(scale, { examples: 100, stream: 2 });
  assert.notDeepEqual(one.slots.slice(0, 1200), two.slots);
  let [sum, squares, noise, variance] = [0, 0, 0, 0];
  one.p.forEach((p, i) => {
    sum += p;
    squares += p * p;
    noise += one.labels[i] - p;
    variance += p * (1 - p);
  });
  const n = one.p.length;
  const mean = sum / n;
  const spread = Math.sqrt(squares / n - mean * mean);
  // The bias was found on 2^15 other examples: both samples err.
  const error = spread * Math.sqrt(1 / n + 1 / 2 ** 15);
  assert.ok(Math.abs(mean - 0.25) < 5 * error, `mean p ${mean}, error ${error}`);
  assert.ok(Math.abs(noise) < 5 * Math.sqrt(variance), `clicks minus p: ${noise}, error ${Math.sqrt(variance)}`);
});

Deno.test("a shuffled stream has the examples of the ordered one, in another order, without their time", async () => {
  const options = { examples: 900, periodExamples: 100 };
  const ordered = await gather(teacherStream(drift, options), { batchSize: 900 });
  const shuffled = await gather(teacherStream(drift, { ...options, order: "shuffled" }), { batchSize: 900 });
  assert.notDeepEqual(shuffled.p, ordered.p);
  assert.deepEqual(shuffled.p.toSorted(), ordered.p.toSorted());
  assert.deepEqual(shuffled.labels.toSorted(), ordered.labels.toSorted());
  assert.deepEqual(shuffled.times, ordered.times);
});

Deno.test("without drift, time changes nothing but the time", async () => {
  const quick = await gather(teacherStream(scale, { examples: 300, periodExamples: 10 }), { batchSize: 300 });
  const slow = await gather(teacherStream(scale, { examples: 300 }), { batchSize: 300 });
  assert.deepEqual({ ...quick, times: slow.times }, slow);
  assert.deepEqual(scale.config.drift, NO_DRIFT);
});

Deno.test("reading a large batch lets other tasks run", async () => {
  let turns = 0;
  let inside = true;
  const count = (async () => {
    while (inside) {
      await new Promise((resolve) => setTimeout(resolve, 0));
      turns++;
    }
  })();
  const started = performance.now();
  for await (const batch of teacherStream(scale, { examples: 1 << 16 }).read({ batchSize: 1 << 16 })) {
    assert.equal(batch.size, 1 << 16);
  }
  const milliseconds = performance.now() - started;
  inside = false;
  await count;
  assert.ok(turns >= Math.min(3, milliseconds / 40), `${turns} turns in ${milliseconds} ms`);
});

Deno.test("an abort ends the reading with the signal's reason", async () => {
  const controller = new AbortController();
  const reason = new Error("enough");
  const seen: number[] = [];
  await assert.rejects(async () => {
    const options = { batchSize: 100, signal: controller.signal };
    for await (const batch of teacherStream(scale, { examples: 1000 }).read(options)) {
      seen.push(batch.size);
      if (seen.length === 2) controller.abort(reason);
    }
  }, reason);
  assert.deepEqual(seen, [100, 100]);
});

Deno.test("options out of range are refused with their range", () => {
  assert.throws(() => teacherStream(scale, { examples: 0 }), /examples must be an integer from 1 to 4294967296, got 0/);
  assert.throws(() => teacherStream(scale, { examples: 9, stream: 1000 }), /stream must be an integer from 0 to 999/);
  assert.throws(() => teacherStream(scale, { examples: 9, rows: [1, 2] }), /one number or 12 numbers, got 2/);
  const stream = teacherStream(scale, { examples: 10 });
  assert.throws(() => stream.read({ batchSize: 0 }), /in batches of 0: wanted a whole number from 1/);
  assert.throws(() => stream.read({ batchSize: 4, from: 5, to: 11 }), /0 <= from <= to <= 10/);
});
