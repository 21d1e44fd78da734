/**
 * One worker of the sharding spike. Arguments: rank, addresses with commas between, and what to do:
 *
 * - "train": two runs over the same batches, the second with the sharded block recomputed; prints losses and final state
 * - "killed" / "stopped": trains until rank 1 is killed or stopped in mid-way; rank 0 prints how its step failed
 */
import * as tf from "@tensorflow/tfjs";
import { openEngine } from "../../lib/engine/mod.ts";
import { createTrainer, type Trainer } from "../../lib/training/trainer.ts";
import { shardedStrategy } from "./sharded_strategy.ts";
import { batchOf, config, isSharded, model, SEED, STEPS, TIMEOUT_SECONDS } from "./sharded_run.ts";
import { schema } from "../training/click_batch.ts";
import { collectives } from "./collectives.ts";

const [rankText, addressList, task] = Deno.args;
const rank = Number(rankText), addresses = addressList.split(",");
const engine = await openEngine({ cluster: { addresses, rank }, backend: "tensorflow" });
// all wait for the slowest to start; from here on a wait of a few seconds means that somebody is gone
collectives({ rank, workers: addresses.length, key: 9, timeoutSeconds: 60 }).allReduceMean(tf.zeros([1]));

function trainer(key: number, recomputeSharded = false): Trainer {
  const strategy = shardedStrategy(
    { rank, workers: addresses.length, key, timeoutSeconds: TIMEOUT_SECONDS },
    isSharded,
  );
  const recompute = recomputeSharded ? (block: { name: string }) => block.name === "overarch" : undefined;
  return createTrainer({ engine, model, schema, config, seed: SEED, strategy, recompute });
}

async function train(key: number, recomputeSharded: boolean) {
  const run = trainer(key, recomputeSharded);
  const losses: number[] = [];
  for (let k = 0; k < STEPS; k++) losses.push(await run.step(batchOf(k)));
  const logits = await run.predict(batchOf(STEPS));
  const arrays = Object.entries((await run.state()).arrays).map(([name, values]) => [name, [...values]]);
  return { losses, logits: [...logits], arrays: Object.fromEntries(arrays) };
}

async function failAt(signal: Deno.Signal) {
  const run = trainer(1);
  for (let k = 0; k < 3; k++) await run.step(batchOf(k));
  if (rank === 1) Deno.kill(Deno.pid, signal);
  let ticks = 0;
  const ticking = setInterval(() => ticks++, 20);
  const began = performance.now();
  try {
    for (let k = 3; k < 1000; k++) await run.step(batchOf(k));
    return { failed: false };
  } catch (error) {
    return { failed: true, message: String(error), milliseconds: performance.now() - began, ticks };
  } finally {
    clearInterval(ticking);
  }
}

const result = task === "train"
  ? { plain: await train(1, false), recomputed: await train(2, true) }
  : await failAt(task === "killed" ? "SIGKILL" : "SIGSTOP");
console.log(JSON.stringify(result));
// a worker that left now could reset the other's last collective: all leave together, when standard input closes
for await (const _ of Deno.stdin.readable);
Deno.exit(0);
