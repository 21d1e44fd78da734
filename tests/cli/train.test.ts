import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readModelFile } from "../../lib/cli/train.ts";
import type { Schema } from "../../lib/data/schema.ts";
import type { RunRecord } from "../../lib/experiments/run_record.ts";
import { buildModel, cost } from "../../lib/models/mod.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const bank = join(root, "data", "bank-marketing", "config.json");

function train(...args: string[]) {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", "--no-check", join(root, "lib", "cli", "train.ts"), ...args],
    cwd: root,
    env: { NO_COLOR: "1" },
    stdout: "piped",
    stderr: "piped",
  });
}

async function output(...args: string[]) {
  const { code, stdout, stderr } = await train(...args).output();
  return { code, stdout: new TextDecoder().decode(stdout), stderr: new TextDecoder().decode(stderr) };
}

/** The scores of a record: all that must not depend on when and how the run was made. */
async function scores(path: string) {
  const { id, result: { windows, tests, progressive } }: RunRecord = JSON.parse(await Deno.readTextFile(path));
  return { id, windows, tests, progressive };
}

async function inFolder(work: (folder: string) => Promise<void>) {
  const folder = await Deno.makeTempDir();
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function exists(folder: string, ending: string): Promise<boolean> {
  try {
    for await (const entry of Deno.readDir(folder)) {
      if (entry.name.endsWith(ending)) return true;
      if (entry.isDirectory && await exists(join(folder, entry.name), ending)) return true;
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return false;
}

Deno.test("train killed at any moment and resumed ends with the scores of a run that was not", () =>
  inFolder(async (folder) => {
    const data = join(folder, "stream.json");
    await Deno.writeTextFile(
      data,
      JSON.stringify({ kind: "synthetic", preset: "PAIR", examples: 120_000, testExamples: 4096 }),
    );
    const common = ["--data", data, "--model", "mlp", "--window", "2048", "--checkpoint-seconds", "0"];
    const straight = join(folder, "straight.json"), resumed = join(folder, "resumed.json");
    const whole = await output(...common, "--json", straight);
    assert.equal(whole.code, 0, whole.stderr);

    const checkpoints = join(folder, "checkpoints");
    const killed = train(...common, "--checkpoint", checkpoints).spawn();
    const drained = Promise.all([killed.stdout.cancel(), killed.stderr.cancel()]);
    while (!await exists(checkpoints, ".safetensors")) await new Promise((done) => setTimeout(done, 5));
    killed.kill("SIGKILL");
    await Promise.all([killed.status, drained]);

    const rest = await output(...common, "--checkpoint", checkpoints, "--resume", "--json", resumed);
    assert.equal(rest.code, 0, rest.stderr);
    assert.match(rest.stderr, /Resumed after [\d,]+ examples/);
    assert.deepEqual(await scores(resumed), await scores(straight));
  }));

Deno.test("train on a real log prints its scores and writes a record whose numbers they are", () =>
  inFolder(async (folder) => {
    const json = join(folder, "run.json");
    const { code, stdout, stderr } = await output("--data", bank, "--model", "logistic_regression", "--json", json);
    assert.equal(code, 0, stderr);
    const record: RunRecord = JSON.parse(await Deno.readTextFile(json));
    assert.equal(record.result.examples, 45_211);
    assert.match(stdout, new RegExp(`progressive +NE ${record.result.progressive.ne.toFixed(4)}`));
    assert.match(stdout, new RegExp(`run +${record.id}`));
  }));

Deno.test("train says what is missing or wrong before it trains", async () => {
  const cases: [string[], RegExp][] = [
    [[], /--data is missing/],
    [["--data", bank], /--model is missing/],
    [
      ["--data", bank, "--model", "dlmr"],
      /no model config .*dlmr\.json.*one of: advanced_dlrm, dcn_v2, dhen, dlrm, final_mlp, .*, wukong/,
    ],
    [
      ["--data", "nowhere.json", "--model", "dlrm"],
      /Cannot read the data config .*nowhere\.json: there is no such file/,
    ],
    [["--data", bank, "--model", "dlrm", "--resume"], /--resume needs --checkpoint/],
    [["--data", bank, "--model", "dlrm", "--seed", "x"], /--seed wants a whole number from 0, got "x"/],
    [["--data", bank, "--model", "dlrm", "--warmup", "2"], /--warmup wants a number from 0 up to 1, got "2"/],
  ];
  for (const [args, message] of cases) {
    const { code, stderr } = await output(...args);
    assert.match(stderr, message);
    assert.notEqual(code, 0);
  }
});

Deno.test("every model config that ships is read and can be built", async () => {
  const schema: Schema = {
    name: "clicks",
    fields: [{ name: "a", cardinality: 10 }, { name: "b", cardinality: 10 }],
    dense: ["x"],
    time: "fileOrder",
  };
  for (const { name } of Deno.readDirSync(join(root, "data", "models"))) {
    const { model } = await readModelFile(name.replace(/\.json$/, ""));
    assert.ok(cost(buildModel(model, schema)).totalFlops > 0, name);
  }
});

Deno.test("a model config with a misspelt or impossible setting is refused with its key", () =>
  inFolder(async (folder) => {
    const model = join(folder, "model.json");
    await Deno.writeTextFile(model, JSON.stringify({ model: { kind: "dlrm", dim: 0, bottom: [8], overarch: [8] } }));
    const { code, stderr } = await output("--data", bank, "--model", model);
    assert.equal(code, 2);
    assert.match(stderr, /model\.dim/);
  }));
