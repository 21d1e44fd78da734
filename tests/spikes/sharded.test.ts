/**
 * Spike: the training types carry a sharded model. Two processes on this machine each keep half of the overarch, gather
 * it in the forward pass through TensorFlow's collectives, and train on half of every batch.
 */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { openEngine } from "../../lib/engine/mod.ts";
import { parameterSpecs } from "../../lib/models/mod.ts";
import { createTrainer } from "../../lib/training/trainer.ts";
import { schema } from "../training/click_batch.ts";
import { batchOf, config, isSharded, model, SEED, STEPS, TIMEOUT_SECONDS } from "./sharded_run.ts";

/** Addresses on the loopback that nobody listens on, or null where none can be opened. */
function freeAddresses(count: number): string[] | null {
  try {
    const listeners = Array.from({ length: count }, () => Deno.listen({ hostname: "127.0.0.1", port: 0 }));
    const addresses = listeners.map(({ addr }) => `${addr.hostname}:${addr.port}`);
    for (const listener of listeners) listener.close();
    return addresses;
  } catch (error) {
    console.error(`SKIPPED: the sharding spike needs ports on 127.0.0.1, and none can be opened: ${error}`);
    return null;
  }
}

const engine = await openEngine();
if (engine.name !== "tensorflow") console.error(`SKIPPED: the sharding spike needs TensorFlow, not ${engine.name}.`);
const ignore = engine.name !== "tensorflow" || freeAddresses(1) === null;

type Task = "train" | "killed" | "stopped";

/**
 * Starts two workers, waits for what the first `reporting` of them print, and ends both.
 *
 * @returns what they print, parsed
 */
async function runWorkers(task: Task, reporting: number) {
  const addresses = freeAddresses(2)!.join(",");
  const script = fileURLToPath(new URL("./sharded_worker.ts", import.meta.url));
  const workers = [0, 1].map((rank) =>
    new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", script, String(rank), addresses, task],
      stdin: "piped",
      stdout: "piped",
    }).spawn()
  );
  const deadline = setTimeout(() => workers.forEach(kill), 60_000);
  try {
    const lines = await Promise.all(workers.slice(0, reporting).map((worker) => firstLine(worker.stdout)));
    return lines.map((line) => JSON.parse(line));
  } finally {
    for (const worker of workers.slice(reporting)) {
      kill(worker);
      await worker.stdout.cancel();
    }
    for (const worker of workers) await worker.stdin.close().catch(() => {}); // its reader may be dead
    await Promise.all(workers.map((worker) => worker.status));
    clearTimeout(deadline);
  }
}

function kill(worker: Deno.ChildProcess): void {
  try {
    worker.kill("SIGKILL");
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // a TypeError says that it has ended already
  }
}

async function firstLine(output: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<string> {
  let text = "";
  for await (const piece of output.pipeThrough(new TextDecoderStream())) {
    text += piece;
    if (text.endsWith("\n")) return text;
  }
  throw new Error(`A worker ended without a report; it printed "${text}".`);
}

interface Run {
  readonly losses: readonly number[];
  readonly logits: readonly number[];
  readonly arrays: Readonly<Record<string, readonly number[]>>;
}

async function onOneWorker(): Promise<Run> {
  const trainer = createTrainer({ engine, model, schema, config, seed: SEED });
  const losses: number[] = [];
  for (let k = 0; k < STEPS; k++) losses.push(await trainer.step(batchOf(k)));
  const logits = [...await trainer.predict(batchOf(STEPS))];
  const { arrays } = await trainer.state();
  trainer.dispose();
  return { losses, logits, arrays: Object.fromEntries(Object.entries(arrays).map(([name, a]) => [name, [...a]])) };
}

/** The largest difference between two arrays, as a part of the largest value wanted. */
function difference(actual: readonly number[], wanted: readonly number[]): number {
  assert.equal(actual.length, wanted.length);
  const largest = (values: readonly number[]) => values.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
  return largest(actual.map((value, i) => value - wanted[i])) / largest(wanted);
}

const TOLERANCE = 1e-5;

const shardedNames = parameterSpecs(model).filter(isSharded).map(({ name }) => name);
const isOfSharded = (array: string) => shardedNames.some((name) => array === name || array.startsWith(`${name}/`));

function assertEqualRuns(workers: readonly Run[], single: Run): void {
  const meanLosses = single.losses.map((_, k) => (workers[0].losses[k] + workers[1].losses[k]) / 2);
  assert.ok(difference(meanLosses, single.losses) < TOLERANCE, "losses");
  assert.ok(difference(workers.flatMap(({ logits }) => logits), single.logits) < TOLERANCE, "logits");
  for (const [name, wanted] of Object.entries(single.arrays)) {
    const parts = workers.map(({ arrays }) => arrays[name]);
    if (isOfSharded(name)) {
      const half = Math.ceil(wanted.length / 2);
      assert.deepEqual(parts.map((part) => part.length), [half, half], name);
      assert.ok(difference(parts.flat().slice(0, wanted.length), wanted) < TOLERANCE, name);
    } else {
      assert.deepEqual(parts[0], parts[1], name);
      assert.ok(difference(parts[0], wanted) < TOLERANCE, name);
    }
  }
}

Deno.test({
  name: "two workers that shard a block, half a batch each, train as one worker does on the whole batch",
  ignore,
  async fn(t) {
    const [single, workers] = await Promise.all([onOneWorker(), runWorkers("train", 2)]);
    assert.ok(single.losses[0] - single.losses[STEPS - 1] > 0.1, "the run gets somewhere");
    await t.step(
      "losses, logits, weights and moments to 1e-5 of their size, replicas to the last bit",
      () => assertEqualRuns(workers.map(({ plain }) => plain), single),
    );
    await t.step(
      "and when the sharded block is gathered again in the backward pass (recomputation)",
      () => assertEqualRuns(workers.map(({ recomputed }) => recomputed), single),
    );
  },
});

for (
  const [task, words, atMost] of [
    ["killed", /Step "train DLRM" failed.*remote target .*task:1001/s, 2000],
    ["stopped", /Step "train DLRM" failed.*timed out/s, 1000 * TIMEOUT_SECONDS + 2000],
  ] as const
) {
  Deno.test({
    name: `when a worker is ${task} in mid-way, the other's step fails in good time, and its timers run meanwhile`,
    ignore: ignore || Deno.build.os === "windows",
    async fn() {
      const [report] = await runWorkers(task, 1);
      assert.ok(report.failed);
      assert.match(report.message, words);
      assert.ok(report.milliseconds < atMost, `it took ${report.milliseconds} ms`);
      const possible = report.milliseconds / 20; // a tick every 20 ms
      assert.ok(report.ticks > possible / 3 - 1, `${report.ticks} ticks of ${possible}`);
    },
  });
}
