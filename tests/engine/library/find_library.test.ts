import assert from "node:assert/strict";
import { join } from "node:path";
import { findLibrary } from "../../../lib/engine/library/find_library.ts";
import { fakeHost, type FakeHostOptions, TENSORFLOW_FILES } from "./fake_host.ts";

/** A Python installation with TensorFlow below a folder; returns TensorFlow's own folder. */
function installTensorFlow(
  folder: string,
  { cuda = false, version = "2.20.0", files = TENSORFLOW_FILES } = {},
): string {
  const site = join(folder, "site-packages");
  const tensorflow = join(site, "tensorflow");
  Deno.mkdirSync(join(tensorflow, "python", "platform"), { recursive: true });
  Deno.mkdirSync(join(site, `tensorflow-${version}.dist-info`));
  for (const [name, content] of Object.entries(files)) Deno.writeTextFileSync(join(site, name), content);
  const buildInfo = `build_info = OrderedDict([('is_cuda_build', ${
    cuda ? "True" : "False"
  }), ('is_rocm_build', False)])\n`;
  Deno.writeTextFileSync(join(tensorflow, "python", "platform", "build_info.py"), buildInfo);
  return tensorflow;
}

function test(name: string, body: () => Promise<void>): void {
  Deno.test({ name, ignore: Deno.build.os === "windows", fn: body });
}

/** A machine whose Python has TensorFlow in the machine's own folder. */
function hostWithTensorFlow(version: string, install: { cuda?: boolean } = {}, options: FakeHostOptions = {}) {
  const place = Deno.makeTempDirSync();
  const folder = installTensorFlow(place, { version, ...install });
  const host = fakeHost({ ...options, python: { tensorflow: { folder, version } } });
  const inPlace = (path: string) => path.startsWith(place);
  return {
    ...host,
    tensorflow: folder,
    exists: (path: string) => inPlace(path) ? fileExists(path) : host.exists(path),
    remove: () => {
      host.remove();
      Deno.removeSync(place, { recursive: true });
    },
  };
}

function fileExists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

test("findLibrary gives null on a machine without TensorFlow or Python, and fetches nothing", async () => {
  for (const host of [fakeHost(), fakeHost({ python: null })]) {
    assert.equal(await findLibrary({ host }), null);
    assert.deepEqual(host.pipCalls(), []);
    host.remove();
  }
});

test("findLibrary takes the TensorFlow of Python and remembers it without asking Python again", async () => {
  const host = hostWithTensorFlow("2.16.2");
  const library = await findLibrary({ host });
  assert.deepEqual(library, {
    frameworkPath: join(host.tensorflow, "libtensorflow_framework.so.2"),
    mainPath: join(host.tensorflow, "libtensorflow_cc.so.2"),
    preload: [],
    version: "2.16.2",
    source: "python",
    cuda: false,
  });
  const withoutPython = { ...host, env: (name: string) => name === "RECSCALE_PYTHON" ? "/absent" : host.env(name) };
  assert.deepEqual(await findLibrary({ host: withoutPython }), library);
  Deno.removeSync(join(host.tensorflow, "libtensorflow_cc.so.2"));
  assert.equal(await findLibrary({ host: withoutPython }), null, "what is gone is not remembered");
  host.remove();
});

test("findLibrary leaves a TensorFlow before 2.16 alone", async () => {
  for (
    const [version, taken] of [["2.15.1", false], ["1.99.0", false], ["2.16.0rc0", true], ["3.0.0", true]] as const
  ) {
    const host = hostWithTensorFlow(version);
    assert.equal(await findLibrary({ host }) !== null, taken, version);
    host.remove();
  }
});

test("findLibrary lists CUDA's libraries of a CUDA build in the order to load them, where there is a driver", async () => {
  const options = { existing: ["/proc/driver/nvidia/version"] };
  const host = hostWithTensorFlow("2.21.0", { cuda: true }, options);
  const nvidia = join(host.tensorflow, "..", "nvidia");
  const files = ["cudnn/lib/libcudnn.so.9", "cudnn/lib/libcudnn_ops.so.9", "cuda_runtime/lib/libcudart.so.12"];
  for (const file of [...files, "cublas/lib/libcublas.so.12", "cublas/lib/libcublasLt.so.12"]) {
    Deno.mkdirSync(join(nvidia, file, ".."), { recursive: true });
    Deno.writeTextFileSync(join(nvidia, file), "");
  }
  const library = await findLibrary({ host });
  assert.equal(library?.cuda, true);
  assert.deepEqual(library?.preload.map((path) => path.slice(nvidia.length + 1)), [
    "cuda_runtime/lib/libcudart.so.12",
    "cublas/lib/libcublasLt.so.12",
    "cublas/lib/libcublas.so.12",
    "cudnn/lib/libcudnn.so.9",
  ]);
  host.remove();
});

test("RECSCALE_TENSORFLOW_LIB comes first: a folder, the folder above it, or one of the two files", async () => {
  const host = hostWithTensorFlow("2.21.0");
  await findLibrary({ host }); // something is remembered, which must not win
  const place = Deno.makeTempDirSync();
  const folder = installTensorFlow(place, { version: "2.18.1" });
  for (
    const chosen of [
      folder,
      join(folder, ".."),
      ...["cc", "framework"].map((name) => join(folder, `libtensorflow_${name}.so.2`)),
    ]
  ) {
    const env = (name: string) => name === "RECSCALE_TENSORFLOW_LIB" ? chosen : host.env(name);
    const library = await findLibrary({ host: { ...host, env, exists: fileExists } });
    assert.equal(library?.mainPath, join(folder, "libtensorflow_cc.so.2"));
    assert.deepEqual([library?.source, library?.version], ["environment", "2.18.1"]);
  }
  Deno.removeSync(place, { recursive: true });
  host.remove();
});

test("RECSCALE_TENSORFLOW_LIB takes TensorFlow's C release, whose version the folder does not say", async () => {
  const folder = Deno.makeTempDirSync();
  Deno.mkdirSync(join(folder, "lib"));
  for (const name of ["libtensorflow.so.2", "libtensorflow_framework.so.2"]) {
    Deno.writeTextFileSync(join(folder, "lib", name), "");
  }
  const host = fakeHost({ env: { RECSCALE_TENSORFLOW_LIB: folder } });
  const library = await findLibrary({ host: { ...host, exists: fileExists } });
  assert.equal(library?.mainPath, join(folder, "lib", "libtensorflow.so.2"));
  assert.equal(library?.version, "unknown");
  Deno.removeSync(folder, { recursive: true });
  host.remove();
});

test("RECSCALE_TENSORFLOW_LIB that is wrong is an error that says what is wanted", async () => {
  const folder = Deno.makeTempDirSync();
  const file = join(folder, "libtorch.so");
  Deno.writeTextFileSync(file, "");
  for (
    const [chosen, complaint] of [
      [join(folder, "absent"), /which does not exist; wanted: a folder with libtensorflow_cc\.so\.2 and/],
      [folder, /where the two libraries are not; wanted:/],
      [file, /is the file ".*libtorch\.so", which is neither; wanted:/],
    ] as const
  ) {
    const host = fakeHost({ env: { RECSCALE_TENSORFLOW_LIB: chosen } });
    await assert.rejects(findLibrary({ host }), complaint);
    host.remove();
  }
  Deno.removeSync(folder, { recursive: true });
});
