import assert from "node:assert/strict";
import type { Batch, Stream } from "../../lib/data/batch.ts";
import { openDataset } from "../../lib/data/open_dataset.ts";
import { makeTeacher, teacherPreset, teacherStream } from "../../lib/data/teacher/mod.ts";

async function whole(stream: Stream): Promise<Batch> {
  const [batch] = await Array.fromAsync(stream.read({ batchSize: stream.examples }));
  return batch;
}

Deno.test("a synthetic configuration gives the preset's teacher stream and an independent test stream", async () => {
  const { train, test, description } = await openDataset({
    kind: "synthetic",
    preset: "PAIR",
    seed: 3,
    examples: 500,
    testExamples: 500,
  });
  const teacher = makeTeacher(teacherPreset("PAIR", 3));
  assert.deepEqual(await whole(train), await whole(teacherStream(teacher, { examples: 500, stream: 1 })));
  assert.deepEqual(await whole(test!), await whole(teacherStream(teacher, { examples: 500, stream: 99 })));
  assert.notDeepEqual((await whole(test!)).ids, (await whole(train)).ids);
  assert.equal(
    description,
    "PAIR teacher, seed 3: 500 synthetic examples and 500 to test on; their click probability is known.",
  );
});

Deno.test("the test stream spans the same periods as the training stream", async () => {
  const { train, test } = await openDataset({
    kind: "synthetic",
    preset: "DRIFT",
    examples: 1000,
    testExamples: 100,
    periodExamples: 250,
  });
  const end = async (stream: Stream) => (await whole(stream)).times.at(-1)!;
  assert.equal(await end(train), 999 / 250);
  assert.equal(await end(test!), 99 / 25);
});

Deno.test("overrides change the preset's settings, and name the teacher after them", async () => {
  const { schema, train } = await openDataset({
    kind: "synthetic",
    preset: "PAIR",
    examples: 10,
    overrides: { dense: 2, drift: { churn: 0.1 } },
  });
  assert.deepEqual(schema.dense, ["x1", "x2"]);
  assert.equal(schema.name, "PAIR-dense-drift teacher, seed 1");
  assert.equal((await whole(train)).dense.length, 20);
});

Deno.test("a wrong synthetic setting is named", async () => {
  await assert.rejects(openDataset({ kind: "synthetic", preset: "PEAR" as "PAIR", examples: 1 }), {
    message:
      'Cannot use the data set\'s configuration: key "preset": wanted one of "SCALE", "HIER", "HIERS", "PAIR", ' +
      '"DRIFT", got "PEAR".',
  });
  await assert.rejects(
    openDataset({ kind: "synthetic", preset: "PAIR", examples: 9, testExamples: 9, testStream: 1 }),
    {
      message:
        'Cannot use the data set\'s configuration: key "testStream": wanted another number than "stream", got 1.',
    },
  );
  await assert.rejects(
    openDataset({ kind: "synthetic", preset: "PAIR", examples: 9, overrides: { sigm: 1 } }),
    /TypeError: .*Unrecognized key: "sigm"/s,
  );
});
