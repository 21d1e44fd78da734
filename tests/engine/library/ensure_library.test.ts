import assert from "node:assert/strict";
import { join } from "node:path";
import { ensureLibrary } from "../../../lib/engine/library/ensure_library.ts";
import { fakeHost, recordedProgress, TENSORFLOW_FILES } from "./fake_host.ts";

const wheels = { "tensorflow-cpu": { files: TENSORFLOW_FILES } };
const release = "2.21.0";

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, ignore: Deno.build.os === "windows", fn });
}

test("ensureLibrary fetches with pip once, keeps the two libraries only, and finds them from then on", async () => {
  const host = fakeHost({ wheels });
  const progress = recordedProgress();
  const library = await ensureLibrary({ host, progress });
  const folder = join(host.libraries, `${release}-cpu`, "tensorflow");
  const expected = {
    frameworkPath: join(folder, "libtensorflow_framework.so.2"),
    mainPath: join(folder, "libtensorflow_cc.so.2"),
    preload: [],
    version: release,
    cuda: false,
  };
  assert.deepEqual(library, { ...expected, source: "fetched" });
  assert.deepEqual(host.list(folder), ["libtensorflow_cc.so.2", "libtensorflow_framework.so.2"]);
  assert.equal(Deno.readTextFileSync(expected.mainPath), TENSORFLOW_FILES["tensorflow/libtensorflow_cc.so.2"]);
  assert.deepEqual(host.list(host.libraries), [`${release}-cpu`, "fetch.lock", `library-${release}.json`]);
  assert.match(progress.updates.at(-1)!.note, /^unpacking tensorflow-cpu, /);
  assert.deepEqual(progress.finished, [`TensorFlow ${release} is ready`]);

  assert.deepEqual(await ensureLibrary({ host }), { ...expected, source: "cache" });
  assert.deepEqual(host.pipCalls(), [`tensorflow-cpu==${release}`]);
  const asked = Deno.readTextFileSync(join(host.folder, "arguments.log"));
  assert.match(asked, /--no-deps --only-binary=:all: --python-version 3\.11 --platform manylinux_2_27_x86_64 /);
  host.remove();
});

test("ensureLibrary fetches again when a file of the library has gone", async () => {
  const host = fakeHost({ wheels });
  const library = await ensureLibrary({ host });
  assert.ok("mainPath" in library);
  Deno.removeSync(library.mainPath);
  assert.deepEqual(await ensureLibrary({ host }), library);
  assert.equal(host.pipCalls().length, 2);
  host.remove();
});

test("ensureLibrary shows a download's size as pip announces it and its growth as files show it", async () => {
  const beforeDownload = `mkdir "$TMPDIR/pip-unpack-1"; printf %01000d 0 > "$TMPDIR/pip-unpack-1/part"; sleep 0.7`;
  const host = fakeHost({ wheels, beforeDownload });
  const progress = recordedProgress();
  await ensureLibrary({ host, progress });
  const during = progress.updates.filter(({ note }) => note.startsWith("downloading"));
  assert.ok(during.some(({ done, total }) => done === 1000 && total === 2500), JSON.stringify(during));
  host.remove();
});

test("two ensureLibrary at the same time fetch once: the other waits and then finds it", async () => {
  const host = fakeHost({ wheels, beforeDownload: "sleep 0.4" });
  const progress = [recordedProgress(), recordedProgress()];
  const libraries = await Promise.all(progress.map((progress) => ensureLibrary({ host, progress })));
  assert.deepEqual(libraries.map((library) => "source" in library && library.source).sort(), ["cache", "fetched"]);
  assert.equal(host.pipCalls().length, 1);
  const waits = progress.filter(({ updates }) => updates[0].note === "waiting for another process that fetches it");
  assert.equal(waits.length, 1);
  host.remove();
});

const damaged = {
  "a hash that differs": {
    "tensorflow-cpu": { files: TENSORFLOW_FILES, misrecorded: ["tensorflow/libtensorflow_cc.so.2"] },
  },
  "a file missing in RECORD": {
    "tensorflow-cpu": { files: TENSORFLOW_FILES, unrecorded: ["tensorflow/libtensorflow_framework.so.2"] },
  },
  "a library missing": { "tensorflow-cpu": { files: { "tensorflow/libtensorflow_cc.so.2": "only this" } } },
  "no zip archive": { "tensorflow-cpu": new Uint8Array(500) },
};
const complaints = [
  /failed: "tensorflow\/libtensorflow_cc\.so\.2" of .* has SHA-256 .*, but its RECORD says/,
  /failed: The package tensorflow-cpu\.whl does not list "tensorflow\/libtensorflow_framework\.so\.2" in its RECORD$/,
  /failed: The package tensorflow-cpu==.* does not hold tensorflow\/libtensorflow_framework\.so\.2$/,
  /is not a zip archive, or was cut short/,
];
for (const [i, [what, wheels]] of Object.entries(damaged).entries()) {
  test(`ensureLibrary leaves nothing of a package with ${what} and says so in one line`, async () => {
    const host = fakeHost({ wheels });
    const outcome = await ensureLibrary({ host });
    assert.ok("unavailable" in outcome);
    assert.match(outcome.unavailable, complaints[i]);
    assert.ok(!outcome.unavailable.includes("\n"));
    assert.deepEqual(host.list(host.libraries), ["fetch-failed.json", "fetch.lock"]);
    host.remove();
  });
}

test("ensureLibrary gives pip's own error, and does not ask pip again for a while unless told to", async () => {
  const host = fakeHost();
  const outcome = await ensureLibrary({ host });
  assert.deepEqual(outcome, {
    unavailable: `fetching TensorFlow ${release} failed: pip cannot download tensorflow-cpu==${release}: ` +
      `No matching distribution found for tensorflow-cpu==${release}`,
  });
  assert.deepEqual(await ensureLibrary({ host }), outcome);
  assert.equal(host.pipCalls().length, 1);
  await ensureLibrary({ host, retry: true });
  assert.equal(host.pipCalls().length, 2);

  const record = join(host.libraries, "fetch-failed.json");
  const old = { ...JSON.parse(Deno.readTextFileSync(record)), at: Date.now() - 11 * 60_000 };
  Deno.writeTextFileSync(record, JSON.stringify(old));
  await ensureLibrary({ host });
  assert.equal(host.pipCalls().length, 3, "after ten minutes it is tried again");
  host.remove();
});

test("ensureLibrary says what is missing where nothing can be fetched", async () => {
  const cases = [
    [fakeHost({ python: null }), {}, /needs Python with pip, but no python3 was found/],
    [fakeHost({ python: { pip: false } }), {}, /needs pip, which .*python3 does not have/],
    [fakeHost(), { os: "windows" }, /package for Windows does not hold the C library/],
    [fakeHost(), { os: "darwin" }, /TensorFlow 2\.21\.0 has no package for darwin on x86_64/],
    [fakeHost({ existing: ["/etc/alpine-release"] }), {}, /no package for musl libc/],
    [fakeHost({ env: { RECSCALE_CACHE: "/dev/null/cache" } }), {}, /failed: .*\/dev\/null\/cache/],
  ] as const;
  for (const [host, kind, reason] of cases) {
    const outcome = await ensureLibrary({ host: { ...host, ...kind } });
    assert.ok("unavailable" in outcome);
    assert.match(outcome.unavailable, reason);
    assert.deepEqual(host.pipCalls(), []);
    host.remove();
  }
});

test("ensureLibrary removes what a killed process left", async () => {
  const host = fakeHost({ wheels });
  Deno.mkdirSync(join(host.libraries, ".fetching-dead", "wheels"), { recursive: true });
  await ensureLibrary({ host });
  assert.ok(!host.list(host.libraries).some((name) => name.startsWith(".fetching-")));
  host.remove();
});

test("with an NVIDIA driver ensureLibrary fetches the CUDA build and the packages of its and-cuda extra", async () => {
  const metadata = [
    "Name: tensorflow",
    "Requires-Dist: numpy>=1.26.0",
    'Requires-Dist: nvidia-cuda-runtime-cu12<13.0,>=12.5.82; extra == "and-cuda"',
    'Requires-Dist: nvidia-cuda-nvcc-cu12 (<13.0,>=12.5.82) ; extra == "and-cuda"',
    'Requires-Dist: tensorflow-rocm; extra == "rocm"',
    "",
  ].join("\n");
  const host = fakeHost({
    existing: ["/usr/lib/x86_64-linux-gnu/libcuda.so.1"],
    wheels: {
      ...wheels,
      "tensorflow": { files: TENSORFLOW_FILES, metadata },
      "nvidia-cuda-runtime-cu12": {
        files: {
          "nvidia/cuda_runtime/lib/libcudart.so.12": "cudart",
          "nvidia/cuda_runtime/lib/libcudart_static.a": "static",
          "nvidia/cuda_runtime/include/cuda.h": "header",
        },
      },
      "nvidia-cuda-nvcc-cu12": { files: { "nvidia/cuda_nvcc/bin/ptxas": "assembler" } },
    },
  });
  const cpu = { ...host, env: (name: string) => name === "RECSCALE_DEVICE" ? "cpu" : host.env(name) };
  const first = await ensureLibrary({ host: cpu });
  assert.equal("cuda" in first && first.cuda, false, "RECSCALE_DEVICE=cpu opts out");

  const library = await ensureLibrary({ host });
  assert.ok("cuda" in library && library.cuda, "what was fetched for the CPU does not serve");
  const folder = join(host.libraries, `${release}-cuda`);
  assert.deepEqual(library.preload, [join(folder, "nvidia/cuda_runtime/lib/libcudart.so.12")]);
  assert.equal(library.mainPath, join(folder, "tensorflow", "libtensorflow_cc.so.2"));
  assert.deepEqual(host.list(join(folder, "nvidia/cuda_runtime")), ["lib"]);
  assert.deepEqual(host.list(join(folder, "nvidia/cuda_runtime/lib")), ["libcudart.so.12"]);
  assert.deepEqual(host.list(join(folder, "nvidia/cuda_nvcc/bin")), ["ptxas"]);
  assert.deepEqual(host.pipCalls(), [
    `tensorflow-cpu==${release}`,
    `tensorflow==${release}`,
    "nvidia-cuda-runtime-cu12<13.0,>=12.5.82",
    "nvidia-cuda-nvcc-cu12<13.0,>=12.5.82",
  ]);
  host.remove();
});

test("ensureLibrary takes the names of macOS's libraries and asks for its package", async () => {
  const files = {
    "tensorflow/libtensorflow_cc.2.dylib": "main",
    "tensorflow/libtensorflow_framework.2.dylib": "framework",
  };
  const host = { ...fakeHost({ wheels: { tensorflow: { files } } }), os: "darwin", arch: "aarch64" };
  const library = await ensureLibrary({ host });
  assert.ok(
    "mainPath" in library && library.mainPath.endsWith("darwin-aarch64/2.21.0-cpu/tensorflow/libtensorflow_cc.2.dylib"),
  );
  assert.match(
    Deno.readTextFileSync(join(host.folder, "arguments.log")),
    /--platform macosx_12_0_arm64 --no-cache-dir/,
  );
  host.remove();
});
