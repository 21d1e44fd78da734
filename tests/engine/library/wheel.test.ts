import assert from "node:assert/strict";
import { join } from "node:path";
import { parseRecord, readMetadata, unpackWheel } from "../../../lib/engine/library/wheel.ts";
import { buildWheel, buildZip, type FakeWheel } from "./build_wheel.ts";

async function withWheel(wheel: FakeWheel | Uint8Array, test: (wheel: string, into: string) => Promise<void>) {
  const folder = await Deno.makeTempDir();
  try {
    const path = join(folder, "fake.whl");
    await Deno.writeFile(path, wheel instanceof Uint8Array ? wheel : buildWheel(wheel));
    await test(path, join(folder, "into"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const all = () => true;

/** Numbers of a linear congruential generator, which deflate makes little smaller. */
function incompressible(count: number): string {
  let state = 1;
  return Array.from({ length: count }, () => (state = (state * 48271) % 2147483647).toString(36)).join("");
}

Deno.test("unpackWheel writes the selected files only, below their names, and tells how far it is", async () => {
  const files = { "tensorflow/a.so": incompressible(300_000), "tensorflow/b.so": "b", "nvidia/bin/ptxas": "program" };
  await withWheel({ files, metadata: "Requires-Dist: x\n" }, async (wheel, into) => {
    const steps: [number, number][] = [];
    const names = await unpackWheel(wheel, {
      select: (name) => name.endsWith("a.so") || name.endsWith("ptxas"),
      into,
      onProgress: (done, total) => steps.push([done, total]),
    });
    assert.deepEqual(names, ["tensorflow/a.so", "nvidia/bin/ptxas"]);
    assert.equal(await Deno.readTextFile(join(into, "tensorflow/a.so")), files["tensorflow/a.so"]);
    assert.deepEqual([...Deno.readDirSync(join(into, "tensorflow"))].map(({ name }) => name), ["a.so"]);
    const total = files["tensorflow/a.so"].length + "program".length;
    assert.deepEqual(steps.at(-1), [total, total]);
    assert.ok(steps.length > 2, "a large file is told of in parts");
    assert.equal(await readMetadata(wheel, "METADATA"), "Requires-Dist: x\n");
    if (Deno.build.os !== "windows") {
      assert.equal((await Deno.stat(join(into, "nvidia/bin/ptxas"))).mode! & 0o111, 0o111, "programs can be run");
      assert.equal((await Deno.stat(join(into, "tensorflow/a.so"))).mode! & 0o111, 0);
    }
  });
});

Deno.test("unpackWheel refuses a file whose hash differs from RECORD", async () => {
  await withWheel({ files: { "tensorflow/a.so": "a" }, misrecorded: ["tensorflow/a.so"] }, async (wheel, into) => {
    // sha256sum of "a", in base64 with the URL alphabet
    const found = "ypeBEsobvcr6wjGzmiPcTaeG7_gUfE5yuYB3ha_uSLs";
    await assert.rejects(unpackWheel(wheel, { select: all, into }), (error: Error) => {
      assert.match(error.message, /"tensorflow\/a\.so" of fake\.whl has SHA-256 .*, but its RECORD says/);
      assert.ok(error.message.includes(found));
      return true;
    });
  });
});

Deno.test("unpackWheel refuses a file that RECORD does not list", async () => {
  await withWheel({ files: { "tensorflow/a.so": "a" }, unrecorded: ["tensorflow/a.so"] }, async (wheel, into) => {
    await assert.rejects(unpackWheel(wheel, { select: all, into }), /does not list "tensorflow\/a\.so" in its RECORD/);
  });
});

Deno.test("unpackWheel refuses a package that was cut short or changed inside", async () => {
  const whole = buildWheel({ files: { "tensorflow/a.so": incompressible(2000) } });
  await withWheel(whole.subarray(0, whole.length - 100), async (wheel, into) => {
    await assert.rejects(unpackWheel(wheel, { select: all, into }), /cut short/);
  });
  const changed = whole.slice();
  changed.fill(0xff, 60, 200);
  await withWheel(changed, async (wheel, into) => {
    await assert.rejects(unpackWheel(wheel, { select: all, into }), /"tensorflow\/a\.so" of fake\.whl/);
  });
});

Deno.test("unpackWheel refuses an archive without RECORD and one with a path out of its folder", async () => {
  await withWheel(buildZip({ "tensorflow/a.so": "a" }), async (wheel, into) => {
    await assert.rejects(unpackWheel(wheel, { select: all, into }), /not a Python package: it has no RECORD/);
  });
  await withWheel({ files: { "../outside": "a" } }, async (wheel, into) => {
    await assert.rejects(unpackWheel(wheel, { select: all, into }), /leads out of its folder/);
  });
});

Deno.test("parseRecord reads quoted names and leaves out lines without a hash", () => {
  const record = parseRecord('a/b.so,sha256=x-_9,12\r\n"a,""b"".py",sha256=yy,0\nx.dist-info/RECORD,,\n');
  assert.deepEqual([...record], [
    ["a/b.so", { sha256: "x-_9", size: 12 }],
    ['a,"b".py', { sha256: "yy", size: 0 }],
  ]);
});
