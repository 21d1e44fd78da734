import assert from "node:assert/strict";
import { join } from "node:path";
import { recordFile, recordsToShip, shippedRecords, writeShippedRecords } from "../../lib/experiments/record_store.ts";
import type { RunRecord } from "../../lib/experiments/run_record.ts";

/** The store looks at ids alone. */
const record = (id: string, model = "DLRM") => ({ id, model }) as RunRecord;

async function inFolder(work: (folder: string) => Promise<void>) {
  const folder = await Deno.makeTempDir();
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("records come back in order, and the newest of an id is found", () =>
  inFolder(async (folder) => {
    const store = recordFile(join(folder, "new", "runs.jsonl"));
    assert.deepEqual(await store.all(), []);
    await store.append(record("a"));
    await store.append(record("b"));
    await store.append(record("a", "MLP"));
    assert.deepEqual((await store.all()).map(({ id }) => id), ["a", "b", "a"]);
    assert.equal((await store.find("a"))?.model, "MLP");
    assert.equal(await store.find("c"), null);
  }));

Deno.test("a record that a crash cut short is ignored, and the next one is whole", () =>
  inFolder(async (folder) => {
    const path = join(folder, "runs.jsonl");
    const store = recordFile(path);
    await store.append(record("a"));
    await Deno.writeTextFile(path, '{"id":"cut sh', { append: true });
    assert.deepEqual((await store.all()).map(({ id }) => id), ["a"]);
    await store.append(record("b"));
    assert.deepEqual((await store.all()).map(({ id }) => id), ["a", "b"]);
  }));

Deno.test("processes that append at the same time lose no record", () =>
  inFolder(async (folder) => {
    const path = join(folder, "runs.jsonl");
    const writer = join(folder, "writer.ts");
    const store = import.meta.resolve("../../lib/experiments/record_store.ts");
    await Deno.writeTextFile(
      writer,
      `import { recordFile } from "${store}";
       const store = recordFile(Deno.args[0]);
       for (let i = 0; i < 50; i++) await store.append({ id: Deno.args[1] + i, filling: "x".repeat(20_000) } as never);`,
    );
    const writers = ["a", "b", "c"].map((name) =>
      new Deno.Command(Deno.execPath(), {
        args: ["run", "--allow-all", "--no-check", writer, path, name],
        cwd: import.meta.dirname,
      }).output()
    );
    for (const { success, stderr } of await Promise.all(writers)) {
      assert.ok(success, new TextDecoder().decode(stderr));
    }
    const ids = (await recordFile(path).all()).map(({ id }) => id);
    assert.equal(ids.length, 150);
    assert.equal(new Set(ids).size, 150);
  }));

Deno.test("shipped records are written the same whatever their order, and read back", () =>
  inFolder(async (folder) => {
    const [one, two] = [join(folder, "one.jsonl.gz"), join(folder, "two.jsonl.gz")];
    await writeShippedRecords(one, [record("b"), record("a")]);
    await writeShippedRecords(two, [record("a"), record("b")]);
    assert.deepEqual(await Deno.readFile(one), await Deno.readFile(two));
    await Deno.remove(two);
    assert.deepEqual((await shippedRecords(folder)).map(({ id }) => id), ["a", "b"]);
    assert.deepEqual(await shippedRecords(join(folder, "none")), []);
  }));

Deno.test("a study that has made some of its runs ships those, and the others as they were shipped before", () => {
  const shipped = [record("a", "old"), record("b", "old"), record("of another study")];
  const toShip = recordsToShip(["a", "b", "c"], shipped, [record("a", "new")]);
  assert.deepEqual(toShip.map(({ id, model }) => `${id} ${model}`).sort(), ["a new", "b old"]);
});
