import { join } from "node:path";
import { extendHash, hash, normalFromHash } from "../../data/counter_hash.ts";
import { createRefitter, fitLaw, lawNamed, type Observation } from "../../scaling/mod.ts";
import type { Arena, Bench, BenchContext, Contestant } from "./bench.ts";
import { type PythonChild, startPython } from "./python_child.ts";

export interface ScalingFitSizes {
  /** Runs of one fit. */
  readonly runs: number;
  /** Runs that are resampled. */
  readonly resampledRuns: number;
  /** Resamples of one round. */
  readonly resamples: number;
  /** Into how many parts SciPy's grid is cut, of which it does one a round. */
  readonly parts: number;
}

const SIZES: ScalingFitSizes = { runs: 128, resampledRuns: 245, resamples: 400, parts: 25 };
const OURS = "recscale", SCIPY = "SciPy";
const ONE_FIT = "Huber fit", SQUARED = "squared fit", REFIT = "bootstrap refit";
const SEED = 1;
/** Of Besiroglu et al. (arXiv:2404.10102), table 1: E, A, a, B, b at one parameter and one token. */
const TRUTH = [1.8172, 482.01, 0.3478, 2085.43, 0.3658];
const NOISE = 0.01, DELTA = 1e-3;

/**
 * Fits of the joint law `E + A n^-a + B d^-b` to runs like Chinchilla's: one, one with a robust loss against the 4,500 starts by L-BFGS-B
 * of the literature, and the refits of a bootstrap.
 */
export function scalingFit(sizes: ScalingFitSizes = SIZES): Bench {
  return {
    name: "scaling-fit",
    summary:
      `fits of a five-parameter scaling law to ${sizes.runs} runs, against SciPy over the 4,500 starts of the literature`,
    pass: "pass",
    counted: "fits",
    open: (context) => openArena(sizes, context),
  };
}

async function openArena(sizes: ScalingFitSizes, { preparing }: BenchContext): Promise<Arena> {
  const { resampledRuns, resamples, parts } = sizes;
  const runs = generatedRuns(sizes.runs), many = generatedRuns(resampledRuns);
  const options = { delta: DELTA };
  const ours = fitLaw("joint", runs, options);
  const refit = createRefitter(fitLaw("joint", many, options), many);
  const rows = new Int32Array(resampledRuns);
  let resample = 0;
  const contestants: Contestant[] = [
    timed("recscale", SQUARED, 1, 20, () => fitLaw("joint", runs, { loss: "squared" })),
    timed("recscale, Huber", ONE_FIT, 1, 20, () => fitLaw("joint", runs, options)),
    timed(`recscale, ${resampledRuns} runs, Huber`, REFIT, 1, resamples, () => {
      const state = hash(SEED, resample++);
      for (let i = 0; i < resampledRuns; i++) rows[i] = (extendHash(state, i) >>> 0) % resampledRuns;
      refit(rows);
    }),
  ];
  const folder = await Deno.makeTempDir({ prefix: "recscale-bench-" });
  let child: PythonChild | undefined;
  const close = async () => {
    await child?.close();
    await Deno.remove(folder, { recursive: true });
  };
  const notes = [
    `A fit of recscale is the whole of it: 8 searches, profiles aside, with standard errors and the check that it is identified. A bootstrap of ` +
    `4,000 takes 4,000 of the refits.`,
  ];
  try {
    const [n, d] = [0, 1].map((input) => runs.map(({ x }) => x[input]));
    const workload = { n, d, loss: runs.map(({ loss }) => loss), delta: DELTA, parts };
    await Deno.writeTextFile(join(folder, "workload.json"), JSON.stringify(workload));
    preparing("SciPy");
    const started = await startPython("scaling_scipy.py", folder);
    if ("unavailable" in started) {
      notes.push(`SciPy is not here to compare with: ${started.unavailable}. RECSCALE_PYTHON names another Python.`);
    } else {
      child = started;
      let part = 0, lowest = Infinity;
      contestants.push({
        ...{ name: `SciPy L-BFGS-B, 1 of ${parts} parts`, work: ONE_FIT, side: SCIPY, examples: 1 / parts, passes: 1 },
        async round() {
          const { seconds, objective } = await started.ask({ part: part++ % parts });
          lowest = Math.min(lowest, objective as number);
          if (lowest < ours.objective * (1 - 1e-9)) {
            throw new Error(`SciPy found an objective of ${lowest}, lower than recscale's ${ours.objective}.`);
          }
          return seconds as number;
        },
      });
      notes.push(
        `SciPy does ${4500 / parts} of the 4,500 starts a pass; the ratio is that of all of them, one after the other.`,
      );
    }
    const facts = { sizes, delta: DELTA, objective: ours.objective, scipy: child?.greeting ?? null };
    return { contestants, reference: OURS, notes, facts, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function timed(name: string, work: string, examples: number, passes: number, fit: () => void): Contestant {
  return {
    ...{ name, work, side: OURS, examples, passes },
    round() {
      const started = performance.now();
      for (let pass = 0; pass < passes; pass++) fit();
      return Promise.resolve((performance.now() - started) / 1000);
    },
  };
}

/** Runs over three decades of parameters and of tokens, with noise, and one in 16 that is far off. */
function generatedRuns(count: number): Observation[] {
  const law = lawNamed("joint"), side = Math.ceil(Math.sqrt(count));
  return Array.from({ length: count }, (_, k) => {
    const x = [10 ** (7 + 3 * (k % side) / (side - 1)), 10 ** (9 + 3 * Math.floor(k / side) / (side - 1))];
    const deviation = NOISE * normalFromHash(hash(SEED, count, k)) * (k % 16 === 7 ? 8 : 1);
    return { x, loss: law.loss(TRUTH, x) * Math.exp(deviation) };
  });
}
