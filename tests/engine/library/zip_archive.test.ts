import assert from "node:assert/strict";
import { readZipDirectory, readZipEntry } from "../../../lib/engine/library/zip_archive.ts";

const fixtures = new URL("../../fixtures/engine/library/", import.meta.url);

for (const name of ["plain.zip", "zip64.zip"]) {
  Deno.test(`readZipDirectory and readZipEntry read ${name} as Python's zipfile wrote it`, async () => {
    const path = new URL(name, fixtures).pathname;
    const directory = await readZipDirectory(path);
    const texts = await Promise.all([...directory.values()].map(async (entry) =>
      [
        entry.name,
        await new Response(readZipEntry(path, entry)).text(),
      ] as const
    ));
    assert.deepEqual(texts, [
      ["tensorflow/long.txt", "0123456789".repeat(1000)],
      ["tensorflow/short.txt", "short"],
      ["tensorflow/später.txt", "Grüße"],
    ]);
    assert.deepEqual([...directory.values()].map(({ size }) => size), [10_000, 5, 7]);
  });
}

Deno.test("readZipDirectory refuses an archive at every length to which it is cut", async () => {
  const whole = await Deno.readFile(new URL("plain.zip", fixtures));
  const comment = "a comment after the end record".length;
  const path = await Deno.makeTempFile({ suffix: ".zip" });
  try {
    for (let length = 0; length < whole.length - comment; length += 7) {
      await Deno.writeFile(path, whole.subarray(0, length));
      await assert.rejects(readZipDirectory(path), /cut short|damaged/, `${length} bytes`);
    }
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("readZipEntry refuses a compression that it does not know", () => {
  const entry = { name: "a", size: 1, compressedSize: 1, method: 12, headerOffset: 0 };
  assert.throws(() => readZipEntry("x.zip", entry), /compressed by method 12, not deflated/);
});
