import assert from "node:assert/strict";
import { join } from "node:path";
import { recordFile } from "../../lib/experiments/record_store.ts";
import { executeRun } from "../../lib/experiments/run.ts";
import { runGrid } from "../../lib/experiments/run_grid.ts";
import type { RunRecord } from "../../lib/experiments/run_record.ts";
import { smallRuns } from "./grid_process.ts";

const fake = import.meta.resolve("./fake_worker.ts");

async function inFolder(work: (folder: string) => Promise<void>) {
  const folder = await Deno.makeTempDir();
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** What the fake workers did. */
async function diary(folder: string): Promise<{ seed: number; pid: number; threads: string; at: number }[]> {
  const text = await Deno.readTextFile(join(folder, "diary"));
  return text.trim().split("\n").map((line) => JSON.parse(line));
}

const gridProcess = (folder: string, examples: number, seeds: number, workers: number) =>
  new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--allow-all",
      "--no-check",
      join(import.meta.dirname!, "grid_process.ts"),
      ...[folder, examples, seeds, workers].map(String),
    ],
    stdout: "piped",
    stderr: "inherit",
  });

/** All that must not depend on when, where and beside what a run was made. */
const scores = ({ id, result: { windows, tests, progressive } }: RunRecord) => ({ id, windows, tests, progressive });

async function files(folder: string, ending: string): Promise<string[]> {
  const found: string[] = [];
  try {
    for await (const entry of Deno.readDir(folder)) {
      if (entry.name.endsWith(ending)) found.push(entry.name);
      else if (entry.isDirectory) found.push(...await files(join(folder, entry.name), ending));
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return found;
}

async function until(condition: () => Promise<boolean>) {
  for (const start = Date.now(); !await condition();) {
    assert.ok(Date.now() - start < 60_000, "waited for 60 s");
    await new Promise((done) => setTimeout(done, 10));
  }
}

Deno.test("a grid shares its runs out to workers of one thread each, and gives them back in the order wanted", () =>
  inFolder(async (folder) => {
    const wanted = await smallRuns(4096, 6);
    const shown: string[] = [];
    const { runs, failures } = await runGrid(wanted, {
      folder,
      workers: 2,
      threads: 1,
      entry: fake,
      progress: {
        update: (done, total, note) => shown.push(`${done}/${total} ${note}`),
        finish: (note) => shown.push(note!),
      },
    });
    assert.deepEqual(failures, []);
    assert.deepEqual(runs.map(({ record }) => record.config.seed), [1, 2, 3, 4, 5, 6]);
    const done = await diary(folder);
    assert.equal(done.length, 6);
    assert.equal(new Set(done.map(({ pid }) => pid)).size, 2);
    assert.deepEqual(new Set(done.map(({ threads }) => threads)), new Set(["1"]));
    assert.ok(shown.some((line) => /^2048\/24576 0\/6 runs · MLP, seed 1/.test(line)), shown.join("\n"));
    assert.ok(shown.includes("24576/24576 6/6 runs"), shown.join("\n"));
    assert.equal(shown.at(-1), "6/6 runs");
  }));

Deno.test("a run that fails, or whose process dies, is reported with what it printed, and the others are made", () =>
  inFolder(async (folder) => {
    const notices: string[] = [];
    const wanted = await smallRuns(4096, 16);
    const { runs, failures } = await runGrid(wanted.filter(({ plan }) => plan.seed !== 15), {
      folder,
      workers: 2,
      entry: fake,
      notice: (message) => notices.push(message),
    });
    assert.deepEqual(runs.map(({ plan }) => plan.seed), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 16]);
    const [thirteen, fourteen] = failures.toSorted((a, b) => a.label < b.label ? -1 : 1);
    assert.equal(thirteen.message, "Unlucky.");
    assert.match(thirteen.log, /a library prints this\n(.*\n)*at seed 13/);
    assert.match(fourteen.message, /ended before its run did: status 3/);
    assert.match(fourteen.log, /about to fall over/);
    assert.ok(notices.includes("MLP, seed 13 failed: Unlucky."));
  }));

Deno.test("an aborted grid stops its workers and throws the reason", () =>
  inFolder(async (folder) => {
    const stop = new AbortController();
    const all = await smallRuns(4096, 16);
    const running = runGrid([all[14], all[0], all[1]], { folder, workers: 1, entry: fake, signal: stop.signal });
    await until(async () => (await files(folder, "diary")).length === 1);
    stop.abort(new Error("enough"));
    await assert.rejects(running, /enough/);
    assert.deepEqual((await diary(folder)).map(({ seed }) => seed), [15]);
  }));

Deno.test("runs wanted twice are made once, kept and shipped ones not at all, and all again when fresh", () =>
  inFolder(async (folder) => {
    const wanted = await smallRuns(4096, 3);
    const options = { folder, workers: 2, entry: fake };
    const first = await runGrid([...wanted, wanted[0]], options);
    assert.equal((await diary(folder)).length, 3);
    assert.equal(first.runs.length, 4);
    const store = recordFile(join(folder, "runs.jsonl"));
    const record = (seed: number) => ({ ...first.runs[seed - 1].record, origin: { finishedAt: "2020" } }) as RunRecord;
    await store.append(record(1));
    const shipped = [record(2), record(3)];
    const second = await runGrid([wanted[0], { ...wanted[1], trainHere: false }, wanted[2]], { ...options, shipped });
    assert.deepEqual(second.runs.map(({ source }) => source), ["kept", "shipped", "trained"]);
    const third = await runGrid(wanted, { ...options, fresh: true, shipped });
    assert.deepEqual(third.runs.map(({ source }) => source), ["trained", "trained", "trained"]);
  }));

Deno.test("workers give the scores of runs in one process, bit for bit, and are kept", () =>
  inFolder(async (folder) => {
    const wanted = await smallRuns(8192, 3);
    const { runs, failures } = await runGrid(wanted, { folder, workers: 2 });
    assert.deepEqual(failures, []);
    for (const { plan, record } of runs) {
      assert.equal(record.origin.threads, 1);
      assert.deepEqual(scores(record), scores(JSON.parse(JSON.stringify(await executeRun(plan)))));
    }
    const again = await runGrid(wanted, { folder, workers: 2 });
    assert.deepEqual(again.runs.map(({ source }) => source), ["kept", "kept", "kept"]);
    assert.deepEqual(await files(folder, ".lease"), []);
  }));

Deno.test("runs that share a kept stream generate it once, and score as those that generate their own", () =>
  inFolder(async (folder) => {
    const wanted = await smallRuns(8192, 2);
    const { runs, failures } = await runGrid(wanted, { folder, workers: 2, keepStreams: true });
    assert.deepEqual(failures, []);
    for (const { plan, record } of runs) {
      assert.deepEqual(scores(record), scores(JSON.parse(JSON.stringify(await executeRun(plan)))));
    }
    const streams = join(folder, "streams");
    const [{ name: stream }, ...others] = await Array.fromAsync(Deno.readDir(streams));
    assert.deepEqual(others, [], "one stream for both runs");

    // that a run reads it there shows when it is damaged
    const entries = await Array.fromAsync(Deno.readDir(join(streams, stream)));
    const sized = await Promise.all(entries.map(async ({ name }) => {
      const path = join(streams, stream, name);
      return { path, size: (await Deno.stat(path)).size };
    }));
    const { path, size } = sized.reduce((a, b) => a.size > b.size ? a : b);
    const bytes = await Deno.readFile(path);
    bytes[Math.floor(size / 2)] ^= 1;
    await Deno.writeFile(path, bytes);
    const notices: string[] = [];
    const { plan } = wanted[0];
    const healed = await executeRun(plan, { streamFolder: streams, notice: (message) => notices.push(message) });
    assert.equal(notices.length, 1, notices.join("\n"));
    assert.match(notices[0], /^Made the shard .* anew: its checksum does not fit its bytes\.$/);
    assert.deepEqual(scores(healed), scores(await executeRun(plan)));

    const [half] = await smallRuns(4096, 1);
    await executeRun(half.plan, { streamFolder: streams });
    assert.equal((await Array.fromAsync(Deno.readDir(streams))).length, 2, "another length is another stream");
  }));

Deno.test("two processes that run one grid at the same time make each run once", () =>
  inFolder(async (folder) => {
    const both = await Promise.all([1, 2].map(() => gridProcess(folder, 16_384, 4, 2).output()));
    const told = both.map(({ stdout }) => JSON.parse(new TextDecoder().decode(stdout).trim().split("\n").at(-1)!));
    for (const { sources, failures } of told) {
      assert.equal(sources.length, 4);
      assert.deepEqual(failures, []);
    }
    const sources: string[] = told.flatMap(({ sources }) => sources);
    assert.equal(sources.filter((source) => source === "trained").length, 4);
    const ids = (await recordFile(join(folder, "runs.jsonl")).all()).map(({ id }) => id);
    assert.equal(ids.length, 4);
    assert.equal(new Set(ids).size, 4);
  }));

Deno.test("a grid killed at any moment leaves no worker behind, and goes on from its checkpoints to the same scores", () =>
  inFolder(async (folder) => {
    const killed = gridProcess(folder, 131_072, 2, 2).spawn();
    const drained = killed.stdout.cancel();
    await until(async () => (await files(folder, ".safetensors")).length > 0);
    killed.kill("SIGKILL");
    await Promise.all([killed.status, drained]);
    await until(async () => (await files(folder, ".lease")).length === 0); // workers that lost their grid end by themselves
    const before = (await recordFile(join(folder, "runs.jsonl")).all()).length;
    assert.ok(before < 2, "both runs had ended before the grid was killed");

    const { stdout } = await gridProcess(folder, 131_072, 2, 2).output();
    const text = new TextDecoder().decode(stdout);
    assert.match(text, /MLP, seed \d: Resumed after [\d,]+ examples/);
    const records = await recordFile(join(folder, "runs.jsonl")).all();
    assert.equal(records.length, 2);
    const [straight] = await smallRuns(131_072, 1);
    const whole = await executeRun(straight.plan);
    assert.deepEqual(scores(records.find(({ id }) => id === whole.id)!), scores(JSON.parse(JSON.stringify(whole))));
  }));

Deno.test("a grid refuses a number of workers that is none", async () => {
  await assert.rejects(
    runGrid(await smallRuns(4096, 1), { folder: "nowhere", workers: 0 }),
    /with 0 workers: wanted a whole number from 1/,
  );
});
