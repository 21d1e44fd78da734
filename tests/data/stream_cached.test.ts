import assert from "node:assert/strict";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { openDataset } from "../../lib/data/open_dataset.ts";
import { cached, type CacheOptions } from "../../lib/data/stream_cached.ts";
import { shuffled } from "../../lib/data/stream_shuffled.ts";
import { assertPositions, countingSchema, countingStream, positionsOf, range } from "./counting_stream.ts";

const N = 1050;
const SHARD = 100;

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const open = (folder: string, source = countingStream(N), options: CacheOptions = {}) =>
  cached(source, folder, "counting", { shardExamples: SHARD, ...options });

const shardPath = (folder: string, index: number) => join(folder, `${String(index).padStart(8, "0")}.shard`);

Deno.test("a cached stream is the stream, however it is read, with and without p", async () => {
  await inFolder(async (folder) => {
    await assertPositions(await open(folder), range(0, N));
    await assertPositions(
      await cached(countingStream(N, { withP: false }), folder, "no p", { shardExamples: SHARD }),
      range(0, N),
      {
        withP: false,
      },
    );
    await assertPositions(await cached(countingStream(0), folder, "empty"), []);
    await assertPositions(await cached(countingStream(70_000), folder, "default shards"), range(0, 70_000));
  });
});

Deno.test("values that compact storage could lose come back bit for bit", async () => {
  await inFolder(async (folder) => {
    const batch = {
      size: 3,
      ids: Int32Array.of(99_999, 255, 65_535, 2, 0, 0, 0, 0, 65_536, 128, 256, 1),
      dense: Float32Array.of(NaN, -0, Infinity, 1e-45, 0.1, -3.4e38),
      labels: Float32Array.of(1, 0, 1),
      times: Float64Array.of(-1e300, 1 / 3, 2 ** 53),
    };
    const source = {
      ...countingStream(3),
      read: () =>
        (async function* () {
          yield batch;
        })(),
    };
    const [back] = await Array.fromAsync((await open(folder, source)).read({ batchSize: 3 }));
    assert.deepEqual(back, batch);
  });
});

Deno.test("a cache that is whole is not drawn again, and its first examples are compared", async () => {
  await inFolder(async (folder) => {
    await open(folder);
    const source = countingStream(N);
    await assertPositions(await open(folder, source), range(0, N));
    assert.deepEqual(source.reads.map(({ from = 0, to }) => [from, to]), [[0, 64]]);
    await assert.rejects(open(folder, countingStream(N, { first: 1 })), (error: Error) => {
      assert.match(
        error.message,
        /^Cannot use the cache .* for counting: its first 64 examples have other ids, dense, labels, times, p\. /,
      );
      return true;
    });
  });
});

Deno.test("another key, schema, length or shard size is another cache", async () => {
  await inFolder(async (folder) => {
    const narrow = { ...countingSchema, dense: ["position", "less"] };
    const folders = [
      await open(folder),
      await cached(countingStream(N), folder, "other", { shardExamples: SHARD }),
      await open(folder, countingStream(N, { schema: narrow })),
      await open(folder, countingStream(N - 1)),
      await open(folder, countingStream(N), { shardExamples: SHARD + 1 }),
    ].map((stream) => stream.folder);
    assert.equal(new Set(folders).size, 5);
    const renamed = { ...countingSchema, name: "renamed" };
    assert.equal((await open(folder, countingStream(N, { schema: renamed }))).folder, folders[0]);
  });
});

Deno.test("a damaged, shortened, exchanged or missing shard is made anew, with a notice", async () => {
  const damages: [RegExp, (path: string, other: string) => Promise<void>][] = [
    [/its checksum does not fit its bytes/, async (path) => {
      const bytes = await Deno.readFile(path);
      bytes[bytes.length >> 1] ^= 4;
      await Deno.writeFile(path, bytes);
    }],
    [/its checksum does not fit its bytes/, (path) => Deno.truncate(path, 500)],
    [/its checksum does not fit its bytes/, (path) => Deno.truncate(path, 0)],
    [/it has 100 examples from 700 of cache/, (path, other) => Deno.copyFile(other, path)],
    [/No such file/i, (path) => Deno.remove(path)],
  ];
  for (const [why, damage] of damages) {
    await inFolder(async (folder) => {
      const notices: string[] = [];
      const source = countingStream(N);
      const stream = await open(folder, source, { notice: (message) => notices.push(message) });
      const path = shardPath(stream.folder, 3);
      const whole = await Deno.readFile(path);
      await damage(path, shardPath(stream.folder, 7));
      source.reads.length = 0;
      await assertPositions(stream, range(0, N));
      assert.deepEqual(source.reads.map(({ from, to }) => [from, to]), [[300, 400]], "that shard alone is drawn");
      assert.equal(notices.length, 1);
      assert.ok(notices[0].startsWith(`Made the shard ${path} of counting anew: `), notices[0]);
      assert.match(notices[0], why);
      assert.deepEqual(await Deno.readFile(path), whole, "the same bytes as before");
    });
  }
});

Deno.test("examples can be picked anywhere, and shuffled, with one shard in memory", async () => {
  await inFolder(async (folder) => {
    const stream = await open(folder, countingStream(N), { memoryBytes: 1 });
    const positions = [1049, 0, 99, 100, 512, 512, 3];
    assert.deepEqual(positionsOf([await stream.pick(Float64Array.from(positions))]), positions);
    assert.throws(() => stream.pick(Float64Array.of(N)), /Cannot pick example 1050 of counting/);
    const control = shuffled(stream, { seed: 1 });
    const order = positionsOf(await Array.fromAsync(control.read({ batchSize: 64 })));
    assert.deepEqual(order.toSorted((a, b) => a - b), range(0, N));
    await assertPositions(control, order);
  });
});

Deno.test("two readers of one cache at a time get the same examples", async () => {
  await inFolder(async (folder) => {
    const stream = await open(folder, countingStream(N), { memoryBytes: 1 });
    const read = (batchSize: number) => Array.fromAsync(stream.read({ batchSize }));
    for (const batches of await Promise.all([read(7), read(64), read(333)])) {
      assert.deepEqual(positionsOf(batches), range(0, N));
    }
  });
});

Deno.test("a shard holds ids in one, two or four bytes and labels in bits", async () => {
  await inFolder(async (folder) => {
    const { folder: shards } = await open(folder);
    const { size } = await Deno.stat(shardPath(shards, 0));
    // times, 2 dense, p, ids of 4, 2, 1 and 1 bytes, labels; then the header, the checksum and padding
    const payload = SHARD * (8 + 8 + 4 + 8) + SHARD / 8;
    assert.ok(size > payload && size < payload + 160, `${size} bytes for a payload of ${payload}`);
  });
});

Deno.test("what a shard cannot hold is refused with its position", async () => {
  await inFolder(async (folder) => {
    const [batch] = await Array.fromAsync(countingStream(5).read({ batchSize: 5 }));
    const source = (changed: Partial<typeof batch>) => ({
      ...countingStream(5),
      read: () =>
        (async function* () {
          yield { ...batch, ...changed };
        })(),
    });
    await assert.rejects(open(folder, source({ labels: Float32Array.of(0, 0, 0.5, 0, 0) })), {
      name: "RangeError",
      message: "Cannot cache example 2 of counting: its label is 0.5, wanted 0 or 1.",
    });
    await assert.rejects(open(folder, source({ ids: batch.ids.with(5, 256) })), {
      name: "RangeError",
      message: 'Cannot cache example 1 of counting: its id of field "small" is 256, wanted 0 to 255.',
    });
  });
});

Deno.test("filling tells how far it is, and one that was stopped is gone on with", async () => {
  await inFolder(async (folder) => {
    const stop = new AbortController();
    const seen: number[] = [];
    const source = countingStream(N);
    const stoppable = {
      ...source,
      async *read(options: Parameters<typeof source.read>[0]) {
        for await (const batch of source.read(options)) {
          options.signal?.throwIfAborted();
          yield batch;
        }
      },
    };
    const progress = (examples: number, total: number) => {
      assert.equal(total, N);
      seen.push(examples);
      if (examples === 400) stop.abort(new Error("enough"));
    };
    await assert.rejects(open(folder, stoppable, { progress, signal: stop.signal }), { message: "enough" });
    assert.deepEqual(seen, [100, 200, 300, 400]);
    const again = countingStream(N);
    await assertPositions(await open(folder, again), range(0, N));
    assert.deepEqual(again.reads.map(({ from = 0 }) => from), [0, 400]);
  });
});

function fillElsewhere(folder: string, milliseconds: number): Deno.ChildProcess {
  const script = fileURLToPath(new URL("fill_cache.ts", import.meta.url));
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", "--no-check", script, folder, String(N), String(SHARD), String(milliseconds)],
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

Deno.test("two processes that fill one cache at the same time draw its examples once", async () => {
  await inFolder(async (folder) => {
    const outputs = await Promise.all(
      [fillElsewhere(folder, 60), fillElsewhere(folder, 60)].map((one) => one.output()),
    );
    const drawn = outputs.map(({ stdout, stderr }) => {
      assert.equal(new TextDecoder().decode(stderr), "");
      return Number(new TextDecoder().decode(stdout));
    });
    // The second one compares the first 64 examples where it finds some.
    const total = drawn[0] + drawn[1];
    assert.ok(total === N || total === N + 64, `drawn by the two: ${drawn.join(" and ")} of ${N}`);
    await assertPositions(await open(folder), range(0, N));
  });
});

Deno.test("after kill -9 the next process goes on with the first shard that is missing", async () => {
  await inFolder(async (folder) => {
    const killed = fillElsewhere(folder, 100);
    const shards = async () => {
      const names: string[] = [];
      for await (const { name } of Deno.readDir(folder)) {
        for await (const { name: shard } of Deno.readDir(join(folder, name))) names.push(shard);
      }
      return names.filter((name) => name.endsWith(".shard")).sort();
    };
    for (let waited = 0; (await shards()).length < 3; waited += 20) {
      assert.ok(waited < 20_000, "the process writes no shards");
      await setTimeout(20);
    }
    killed.kill("SIGKILL");
    await killed.output();
    const there = (await shards()).length;
    assert.ok(there >= 3 && there < N / SHARD, `${there} shards at the time of the kill`);
    const source = countingStream(N);
    const stream = await open(folder, source);
    await Deno.writeTextFile(join(stream.folder, "00000009.shard.1.part"), "half written");
    assert.deepEqual(source.reads.map(({ from = 0 }) => from), [0, 100 * there]);
    await assertPositions(stream, range(0, N));
    await Deno.remove(shardPath(stream.folder, 9));
    await open(folder);
    const left = [...Deno.readDirSync(stream.folder)].filter(({ name }) => name.endsWith(".part"));
    assert.deepEqual(left, [], "half-written files of dead processes are removed");
  });
});

Deno.test("a cached log and a cached teacher's stream are what they were", async () => {
  await inFolder(async (folder) => {
    const config = fileURLToPath(new URL("../../data/bank-marketing/config.json", import.meta.url));
    const log = await openDataset(config);
    const teacher = await openDataset({ kind: "synthetic", preset: "DRIFT", examples: 5000 });
    for (const [key, stream] of [["log", log.train], ["teacher", teacher.train]] as const) {
      const fast = await cached(stream, folder, key, { shardExamples: 3000 });
      const read = (part: typeof stream) => Array.fromAsync(part.read({ from: 1000, to: 4500, batchSize: 700 }));
      assert.deepEqual(await read(fast), await read(stream));
    }
  });
});
