import { openEngine } from "../../engine/mod.ts";
import { oneAhead } from "../../training/one_ahead.ts";
import { createTrainer, type Trainer } from "../../training/trainer.ts";
import { trainingConfigSchema } from "../../training/training_config.ts";
import type { Arena, Bench, BenchContext, Contestant } from "./bench.ts";
import { denseProducts } from "./dense_products.ts";
import { DLRM_SIZES, type DlrmSizes, dlrmWorkload, EPSILON, LEARNING_RATE, writeWorkload } from "./dlrm_workload.ts";
import { type PythonChild, startPython } from "./python_child.ts";
import { ADAGRAD, PRODUCTS, ROWWISE, torchSide } from "./torch_side.ts";

const OURS = "recscale", OUR_PRODUCTS = "recscale products";
/** Losses of the first steps are compared between the sides. They warm the steps up, too. */
const FIRST_STEPS = 3;

interface OurForm {
  readonly name: string;
  readonly work: string;
  readonly sparse: "adagrad" | "rowwiseAdagrad";
  readonly averageDecay: number;
}

const OUR_FORMS: readonly OurForm[] = [
  { name: "recscale", work: ADAGRAD, sparse: "adagrad", averageDecay: 0 },
  { name: "recscale row-wise", work: ROWWISE, sparse: "rowwiseAdagrad", averageDecay: 0 },
  { name: "recscale with average", work: "Adagrad and average", sparse: "adagrad", averageDecay: 0.99 },
];

/**
 * One training step of a DLRM, from a batch in memory to the loss of that batch: in ours what `trainOnePass` does, the
 * preparation of the ids included, which goes on beside the step before; in PyTorch the same model from the same weights on the same batches.
 */
export function dlrmStep(sizes: DlrmSizes = DLRM_SIZES): Bench {
  return {
    name: "dlrm-step",
    summary: "one training step of a DLRM against PyTorch eager and torch.compile",
    pass: "step",
    counted: "examples",
    open: (context) => openArena(sizes, context),
  };
}

async function openArena(sizes: DlrmSizes, context: BenchContext): Promise<Arena> {
  const { batchSize, stepsPerRound, batches: kept } = sizes;
  const engine = await openEngine();
  const workload = dlrmWorkload(sizes);
  const { model, schema, batches } = workload;
  const products = denseProducts(model, batchSize, new Set(["bottom/0/weights"]), kept);

  const trainers: Trainer[] = [];
  const contestants: Contestant[] = [];
  const losses: Record<string, number[]> = {};
  let parameters: Record<string, Float32Array<ArrayBuffer>> = {};
  for (const { name, work, sparse, averageDecay } of OUR_FORMS) {
    context.preparing(name);
    const adagrad = { initialAccumulator: 0, epsilon: EPSILON };
    const config = trainingConfigSchema.parse({
      batchSize,
      dense: { optimizer: { name: "adagrad", ...adagrad }, learningRate: LEARNING_RATE },
      embedding: { optimizer: { name: sparse, ...adagrad }, learningRate: LEARNING_RATE },
      warmupSteps: 0,
      averageDecay,
    });
    const trainer = createTrainer({ engine, model, schema, config, seed: 1 });
    trainers.push(trainer);
    if (trainers.length === 1) parameters = { ...(await trainer.state()).arrays };
    // as `trainOnePass` does: a step is begun, its ids prepared, while the one before runs
    const steps = async () => {
      const started = performance.now();
      const ahead = Array.from({ length: stepsPerRound }, (_, i) => batches[(trainer.steps + i) % kept]);
      for await (const _ of oneAhead(ahead, (batch) => trainer.step(batch)));
      return (performance.now() - started) / 1000;
    };
    losses[work] = [];
    while (trainer.steps < FIRST_STEPS) losses[work].push(await trainer.step(batches[trainer.steps % kept]));
    contestants.push({
      name,
      work,
      side: OURS,
      examples: batchSize,
      passes: stepsPerRound,
      flops: products.flops,
      bound: OUR_PRODUCTS,
      round: steps,
    });
  }
  contestants.push({
    name: OUR_PRODUCTS,
    work: PRODUCTS,
    side: OURS,
    examples: batchSize,
    passes: stepsPerRound,
    flops: products.flops,
    round: () => timed(stepsPerRound, products.run),
  });

  const folder = await Deno.makeTempDir({ prefix: "recscale-bench-" });
  const notes: string[] = [];
  let child: PythonChild | undefined;
  const close = async () => {
    await child?.close();
    await Deno.remove(folder, { recursive: true });
    trainers.forEach((trainer) => trainer.dispose());
    products.dispose();
  };
  try {
    await writeWorkload(folder, workload, parameters, engine.threads.intraOp);
    const started = await startPython("dlrm_torch.py", folder);
    if ("unavailable" in started) {
      notes.push(`PyTorch is not here to compare with: ${started.unavailable}. RECSCALE_PYTHON names another Python.`);
    } else {
      child = started;
      const theirs = await torchSide(
        child,
        { losses, examples: batchSize, steps: stepsPerRound, productFlops: products.flops },
        context,
      );
      contestants.push(...theirs.contestants);
      notes.push(...theirs.notes);
    }
  } catch (error) {
    await close();
    throw error;
  }
  const facts = { sizes, engine: engine.description, threads: engine.threads, torch: child?.greeting ?? null, losses };
  return { contestants: byWork(contestants), reference: OURS, notes, facts, close };
}

async function timed(times: number, work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  for (let i = 0; i < times; i++) await work();
  return (performance.now() - started) / 1000;
}

/** Those of the same work one below the other. */
function byWork(contestants: readonly Contestant[]): Contestant[] {
  return Object.values(Object.groupBy(contestants, ({ work }) => work)).flatMap((group) => group ?? []);
}
