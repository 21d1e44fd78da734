import { join } from "node:path";
import { PROJECT_ROOT } from "../../experiments/study.ts";
import type { Notebook } from "../../notebook/notebook_file.ts";
import { runNotebook } from "../../notebook/run_notebook.ts";
import type { Bench } from "./bench.ts";

/** Examples of the one batch. */
const BATCH = 512;

/** What a notebook does until its first training step is done, with the source of its cell. */
const PHASES: readonly { readonly name: string; readonly source: string }[] = [
  {
    name: "imports and setup",
    source: `import { openBook } from "recscale/notebook";
import { quickstartPlan } from "recscale/experiments";
const book = await openBook("kernel-start");`,
  },
  {
    name: "engine",
    source: `import { openEngine } from "recscale/engine";
const engine = await openEngine();`,
  },
  {
    name: "first step",
    source: `import { openDataset } from "recscale/data";
import { buildModel } from "recscale/models";
import { createTrainer, trainingConfigSchema } from "recscale/training";
const { schema, train } = await openDataset({ kind: "synthetic", preset: "SCALE", examples: ${BATCH} });
const model = buildModel({ kind: "dlrm", dim: 8, bottom: [32], overarch: [64, 32] }, schema);
const config = trainingConfigSchema.parse({ batchSize: ${BATCH} });
const trainer = createTrainer({ engine, model, schema, config, seed: 1 });
for await (const batch of train.read({ batchSize: ${BATCH} })) console.log(await trainer.step(batch));`,
  },
];

/**
 * From nothing to the end of the first training step in a notebook: a kernel starts, the library is imported, the engine
 * opened, a DLRM built and recorded. Every pass has
 * a kernel of its own; its end does not count.
 */
export function kernelStart(): Bench {
  const name = "from kernel start to first step";
  return {
    name: "kernel-start",
    summary: "start of a notebook kernel to its first training step",
    pass: "start",
    counted: "examples",
    open({ signal }) {
      const passes: Record<string, number>[] = [];
      return Promise.resolve({
        contestants: [{
          name,
          work: "notebook",
          side: "recscale",
          examples: BATCH,
          passes: 1,
          async round() {
            const seconds = await start(signal);
            passes.push(seconds);
            return total(seconds);
          },
        }],
        reference: "recscale",
        /** Read when the rounds are over. */
        get notes() {
          return [`In the fastest round, the first included: ${describe(fastest(passes))}.`];
        },
        facts: { batchSize: BATCH, phases: passes },
        close: () => Promise.resolve(),
      });
    },
  };
}

/** Seconds of each phase, the start of the kernel before them. */
async function start(signal?: AbortSignal): Promise<Record<string, number>> {
  const notebook: Notebook = {
    cells: PHASES.map(({ name, source }) => ({
      cell_type: "code",
      id: name.replaceAll(" ", "-"),
      metadata: {},
      source,
    })),
    metadata: {},
    nbformat: 4,
    nbformat_minor: 5,
  };
  const begin = performance.now();
  let ready = begin;
  const { error, cells } = await runNotebook(notebook, {
    cwd: join(PROJECT_ROOT, "notebooks"), // where the kernel finds the project's deno.json
    signal,
    onProcessOutput: () => {}, // what TensorFlow writes to stderr when it opens
    onCell: ({ state, ordinal }) => {
      if (state === "started" && ordinal === 1) ready = performance.now();
    },
  });
  signal?.throwIfAborted();
  if (error) {
    throw new Error(`The notebook failed in its phase "${PHASES[error.cell]?.name ?? "kernel"}": ${error.evalue}`);
  }
  return {
    kernel: (ready - begin) / 1000,
    ...Object.fromEntries(cells.map(({ index, seconds }) => [PHASES[index].name, seconds])),
  };
}

const total = (seconds: Record<string, number>) => Object.values(seconds).reduce((sum, value) => sum + value, 0);

const fastest = (passes: readonly Record<string, number>[]) => passes.toSorted((a, b) => total(a) - total(b))[0];

const describe = (seconds: Record<string, number>) =>
  Object.entries(seconds).map(([phase, value]) => `${phase} ${value.toFixed(2)} s`).join(", ");
