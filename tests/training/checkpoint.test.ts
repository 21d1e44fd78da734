import assert from "node:assert/strict";
import { join } from "node:path";
import { type Checkpoint, checkpointStore } from "../../lib/training/checkpoint.ts";
import { packSafetensors, unpackSafetensors } from "../../lib/training/safetensors.ts";

const at = (examples: number): Checkpoint => ({
  examples,
  arrays: { weights: Float32Array.of(examples, 0.1, -0), empty: new Float32Array(0) },
  state: { windows: [examples] },
});

async function inFolder(work: (folder: string) => Promise<void>) {
  const folder = await Deno.makeTempDir();
  try {
    await work(join(folder, "run"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("safetensors bytes follow the published layout", async () => {
  const bytes = await packSafetensors({ a: Float32Array.of(1, 2), b: Float32Array.of(3) }, { k: "v" });
  const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
  assert.equal((8 + length) % 8, 0, "data must be aligned");
  assert.deepEqual(header.a, { dtype: "F32", shape: [2], data_offsets: [0, 8] });
  assert.deepEqual(header.b, { dtype: "F32", shape: [1], data_offsets: [8, 12] });
  assert.equal(header.__metadata__.k, "v");
  assert.deepEqual([...new Float32Array(bytes.slice(8 + length).buffer)], [1, 2, 3]);
});

Deno.test("a safetensors file with any byte of its data changed is refused", async () => {
  const bytes = await packSafetensors({ a: Float32Array.of(1, 2) }, {});
  bytes[bytes.length - 3] ^= 1;
  await assert.rejects(unpackSafetensors(bytes, "x.safetensors"), /x\.safetensors: its data do not match its checksum/);
});

Deno.test("a safetensors file cut short anywhere is refused", async () => {
  const bytes = await packSafetensors({ a: Float32Array.of(1, 2) }, {});
  for (let length = 0; length < bytes.length; length += 7) {
    await assert.rejects(unpackSafetensors(bytes.slice(0, length), "x"), /damaged or incomplete/);
  }
});

Deno.test("the last two checkpoints are kept, the newest is given back, and no other file is left", () =>
  inFolder(async (folder) => {
    const store = checkpointStore(folder, "run");
    assert.equal(await store.latest(), null);
    for (const examples of [100, 200, 1000]) await store.save(at(examples));
    assert.deepEqual(await store.latest(), at(1000));
    const names = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
    assert.deepEqual(names, ["checkpoint-000000000000200.safetensors", "checkpoint-000000000001000.safetensors"]);
    await store.clear();
    assert.equal(await store.latest(), null);
  }));

Deno.test("a damaged checkpoint is reported and the one before it is used", () =>
  inFolder(async (folder) => {
    const store = checkpointStore(folder, "run");
    await store.save(at(100));
    await store.save(at(200));
    const newest = join(folder, "checkpoint-000000000000200.safetensors");
    await Deno.truncate(newest, (await Deno.stat(newest)).size - 5);
    const heard: string[] = [];
    assert.deepEqual(await store.latest((message) => heard.push(message)), at(100));
    assert.match(heard.join(), /checkpoint-000000000000200\.safetensors: its data do not match its checksum/);
  }));

Deno.test("a checkpoint of another run is an error that names both runs", () =>
  inFolder(async (folder) => {
    await checkpointStore(folder, "first").save(at(100));
    await assert.rejects(checkpointStore(folder, "second").latest(), /belongs to run first, and this is run second/);
  }));
