// Runs a grid of real runs: `grid_process.ts FOLDER EXAMPLES SEEDS WORKERS`.
import { parseDataConfig } from "../../lib/data/data_config.ts";
import { dataSource } from "../../lib/experiments/data_source.ts";
import type { WantedRun } from "../../lib/experiments/obtain_runs.ts";
import { runGrid } from "../../lib/experiments/run_grid.ts";
import { trainingConfigSchema } from "../../lib/training/training_config.ts";

/** Small MLPs on the teacher PAIR, one a seed. */
export async function smallRuns(examples: number, seeds: number): Promise<WantedRun[]> {
  const data = await dataSource(parseDataConfig({ kind: "synthetic", preset: "PAIR", examples, testExamples: 2048 }));
  return Array.from({ length: seeds }, (_, i) => ({
    label: `MLP, seed ${i + 1}`,
    trainHere: true,
    plan: {
      data,
      model: { kind: "mlp", dim: 4, hidden: [16] },
      training: trainingConfigSchema.parse({ batchSize: 256 }),
      scoring: { windowExamples: 2048, warmupFraction: 0.1 },
      seed: i + 1,
    },
  }));
}

if (import.meta.main) {
  const [folder, examples, seeds, workers] = Deno.args;
  const { runs, failures } = await runGrid(await smallRuns(Number(examples), Number(seeds)), {
    folder,
    workers: Number(workers),
    checkpointSeconds: 0,
    pollSeconds: 0.1,
    notice: (message) => console.log(message),
  });
  console.log(JSON.stringify({ sources: runs.map(({ source }) => source), failures }));
}
