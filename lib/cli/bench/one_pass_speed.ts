import { openDataset, type PresetName } from "../../data/mod.ts";
import { openEngine } from "../../engine/mod.ts";
import { buildModel } from "../../models/build_model.ts";
import { trainOnePass } from "../../training/one_pass.ts";
import { createTrainer, type Trainer } from "../../training/trainer.ts";
import { trainingConfigSchema } from "../../training/training_config.ts";
import type { Bench, Contestant } from "./bench.ts";

export interface OnePassSizes {
  readonly preset: PresetName;
  readonly examples: number;
  readonly batchSize: number;
  readonly windowExamples: number;
}

const SIZES: OnePassSizes = { preset: "SCALE", examples: 1 << 17, batchSize: 512, windowExamples: 1 << 15 };
const WORKER = "examples from a worker", HERE = "examples from the same thread";

/**
 * A run from end to end, with the DLRM and the training config of the quickstart: generation, scoring of every window
 * before it is trained on, training. Building the model and its tables does not count.
 */
export function onePassSpeed(sizes: OnePassSizes = SIZES): Bench {
  const { preset, examples, batchSize, windowExamples } = sizes;
  return {
    name: "training",
    summary: `one pass over ${examples.toLocaleString("en")} examples of ${preset} with progressive validation`,
    pass: "pass",
    counted: "examples",
    async open({ preparing, signal }) {
      const engine = await openEngine();
      const trainers: Trainer[] = [];
      const stepRates: Record<string, number[]> = {};
      const contestants: Contestant[] = [];
      for (const side of [WORKER, HERE]) {
        preparing(side);
        const dataset = await openDataset({ kind: "synthetic", preset, examples, worker: side === WORKER });
        const { schema } = dataset;
        const model = buildModel({ kind: "dlrm", dim: 8, bottom: [32], overarch: [64, 32] }, schema);
        const config = trainingConfigSchema.parse({ batchSize });
        const trainer = createTrainer({ engine, model, schema, config, seed: 1 });
        trainers.push(trainer);
        const rates: number[] = stepRates[side] = [];
        contestants.push({
          name: side,
          work: `DLRM on ${preset}`,
          side,
          examples,
          passes: 1,
          async round() {
            const started = performance.now();
            const { examplesPerSecond } = await trainOnePass({
              trainer, // goes on from the last round's weights, which costs the same
              dataset,
              scoring: { windowExamples, warmupFraction: 0 },
              signal,
            });
            rates.push(examplesPerSecond);
            return (performance.now() - started) / 1000;
          },
        });
      }
      return {
        contestants,
        reference: WORKER,
        notes: [
          "Facts in the JSON give the examples/s of the training steps alone, the unmeasured first round included.",
        ],
        facts: { sizes, engine: engine.description, threads: engine.threads, stepExamplesPerSecond: stepRates },
        close: () => Promise.resolve(trainers.forEach((trainer) => trainer.dispose())),
      };
    },
  };
}
