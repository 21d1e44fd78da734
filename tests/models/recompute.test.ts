/** A block run under recomputation trains as before, and what it computes on the way is not kept. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import * as tf from "@tensorflow/tfjs";
import { openEngine } from "../../lib/engine/mod.ts";
import { type Block, dhen, type Model, parameterSpecs } from "../../lib/models/mod.ts";
import { type ParallelStrategy, singleWorker } from "../../lib/training/parallel_strategy.ts";
import { createTrainer, type TrainerOptions, type TrainerState } from "../../lib/training/trainer.ts";
import { trainingConfigSchema } from "../../lib/training/training_config.ts";
import { clickBatch, schema } from "../training/click_batch.ts";

const engine = await openEngine();
const deep = dhen({
  kind: "dhen",
  dim: 8,
  bottom: [16],
  layers: [
    { repeat: 2, modules: [{ kind: "advancedDlrm", hidden: [16] }, { kind: "linear" }] },
    // takes the raw columns as a second input
    { modules: [{ kind: "selfAttention", heads: 2, hidden: 16 }, { kind: "convolution", dense: true }] },
  ],
  zeroStart: false, // so that from the first step every gradient is there to be compared
  overarch: [32],
}, schema);
const isLayer = (block: Block) => block.name.startsWith("layer");
const config = trainingConfigSchema.parse({ batchSize: 128 });

/** The same blocks, each telling `seen` when its forward pass is called. */
function watched(model: Model, seen: (block: Block) => void): Model {
  const watching = new Map(model.blocks.map((block) => {
    const forward: Block["forward"] = (...args) => (seen(block), block.forward(...args));
    return [block, { ...block, forward }] as const;
  }));
  return {
    ...model,
    blocks: [...watching.values()],
    logits: (run, inputs) => model.logits((block, ...tensors) => run(watching.get(block)!, ...tensors), inputs),
  };
}

async function train(options: Partial<TrainerOptions>): Promise<{ losses: number[]; state: TrainerState }> {
  const trainer = createTrainer({ engine, model: deep, schema, config, seed: 6, ...options });
  const losses: number[] = [];
  for (let k = 0; k < 8; k++) losses.push(await trainer.step(clickBatch(128, k)));
  const state = await trainer.state();
  trainer.dispose();
  return { losses, state };
}

for (const eager of [false, true]) {
  const how = eager ? "op by op" : "in the recorded step";
  Deno.test(`recomputed layers give the same losses and weights over eight steps ${how}`, async () => {
    const kept = await train({ eager });
    const again = await train({ eager, recompute: isLayer });
    assert.deepEqual(again.losses, kept.losses);
    assert.deepEqual(again.state, kept.state);
  });
}

Deno.test("a mask acts on a recomputed layer as on any other", async () => {
  const maskedSpecs = parameterSpecs(deep).filter(({ prunable }) => prunable);
  const masks = new Map(maskedSpecs.map(({ name, shape }) => {
    const values = Float32Array.from({ length: shape[0] * shape[1] }, (_, i) => i % 3 === 0 ? 0 : 1);
    return [name, engine.variable(`${name}/mask`, shape, values)] as const;
  }));
  const kept = await train({ masks });
  const again = await train({ masks, recompute: isLayer });
  assert.deepEqual(again.losses, kept.losses);
  assert.deepEqual(again.state, kept.state);
  assert.notDeepEqual(kept.losses, (await train({})).losses);
});

/** Keeps every parameter as one flat row and gathers a block's when it runs, as a sharded strategy does. */
const flattened: ParallelStrategy = {
  ...singleWorker,
  name: "flat",
  shard: ({ shape }) => ({ shape: [shape.reduce((a, b) => a * b, 1)], from: 0 }),
  gather: (block, kept) =>
    Object.fromEntries(block.parameters.map(({ name, shape }) => [name, tf.reshape(kept[name], [...shape])])),
};

Deno.test("layers that are gathered from flat shards train as before, recomputed or not", async () => {
  const kept = await train({});
  for (const recompute of [undefined, isLayer]) {
    const gathered = await train({ strategy: flattened, recompute });
    assert.deepEqual(gathered.losses, kept.losses);
    assert.deepEqual(gathered.state, kept.state);
  }
});

Deno.test("a recomputed block runs forward twice in one step, the other blocks once", async () => {
  const calls: Record<string, number> = {};
  const model = watched(deep, ({ name }) => calls[name] = (calls[name] ?? 0) + 1);
  const trainer = createTrainer({ engine, model, schema, config, seed: 6, recompute: ({ name }) => name === "layer1" });
  await trainer.step(clickBatch(128, 0));
  assert.deepEqual(calls, { bottom: 1, layer0: 1, layer1: 2, layer2: 1, interaction: 1, overarch: 1 });
  trainer.dispose();
});

Deno.test("op by op, a recomputed layer leaves one tensor behind where it would leave dozens", async () => {
  const aliveAtHead = async (recompute?: (block: Block) => boolean) => {
    let tensors = 0;
    const model = watched(deep, ({ name }) => {
      if (name === "overarch") tensors = tf.memory().numTensors;
    });
    const trainer = createTrainer({ engine, model, schema, config, seed: 6, recompute, eager: true });
    const before = tf.memory().numTensors;
    await trainer.step(clickBatch(128, 0));
    trainer.dispose();
    return tensors - before;
  };
  const kept = await aliveAtHead(), again = await aliveAtHead(isLayer);
  assert.ok(kept - again > 3 * 12, `${kept} tensors alive at the head, ${again} with three layers recomputed`);
});

Deno.test({
  name: "in the recorded step, recomputation lowers the peak memory of eight blocks to under half",
  ignore: Deno.build.os !== "linux" || engine.name !== "tensorflow",
  async fn() {
    const [kept, again] = await Promise.all([peakGrowth("keep"), peakGrowth("recompute")]);
    // eight hidden layers of 16 MB are kept without it; with it one at a time, and its gradient
    assert.ok(kept > 8 * 16, `${kept} MB without recomputation`);
    assert.ok(again < kept / 2, `${again} MB with recomputation, ${kept} MB without`);
  },
});

/**
 * The smallest of the growths that `recompute_memory.ts` prints: a system that takes idle pages from the process before a
 * step gives them back in it, which looks like growth.
 */
async function peakGrowth(mode: "keep" | "recompute"): Promise<number> {
  const script = fileURLToPath(new URL("./recompute_memory.ts", import.meta.url));
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", script, mode],
    env: { TF_ENABLE_ONEDNN_OPTS: "0", MALLOC_MMAP_THRESHOLD_: "1048576" },
  }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  const growth: number[] = JSON.parse(new TextDecoder().decode(stdout));
  return Math.min(...growth);
}
