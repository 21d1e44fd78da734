import type { Batch, Dataset, Stream } from "../data/batch.ts";
import { inMemory } from "../data/stream_in_memory.ts";
import type { CheckpointStore } from "./checkpoint.ts";
import { Diverged } from "./diverged.ts";
import { createMetrics, type MetricsResult } from "./metrics.ts";
import { noProgress, type Progress } from "../engine/progress.ts";
import { oneAhead } from "./one_ahead.ts";
import { readAhead } from "./read_ahead.ts";
import type { Trainer } from "./trainer.ts";
import { windowBorders } from "./windows.ts";

/** Which part of a stream is scored when. */
export interface Scoring {
  /** Examples in a full window of progressive validation. */
  readonly windowExamples: number;
  /**
   * Share of the stream, at its start, that does not count into the progressive score: the model knows nothing yet. Its
   * windows are scored and kept all the same.
   */
  readonly warmupFraction: number;
}

/** What is trained on what, and where its state is kept. */
export interface OnePassOptions {
  readonly trainer: Trainer;
  readonly dataset: Dataset;
  readonly scoring: Scoring;
  readonly progress?: Progress;
  /** Stops at the next window border, after saving a checkpoint. */
  readonly signal?: AbortSignal;
  /** Where to save the state at window borders, and go on from if there is one. */
  readonly checkpoints?: CheckpointStore;
  /** Seconds between checkpoints. Default 30. */
  readonly checkpointSeconds?: number;
  /** Hears of what a user should know and no result shows, such as a damaged checkpoint. */
  readonly notice?: (message: string) => void;
}

/** One window, scored before it was trained on. */
export interface WindowScore {
  /** Examples `from .. to - 1` of the stream. */
  readonly from: number;
  readonly to: number;
  readonly logLoss: number;
  readonly baseRate: number;
  /** Null where all labels of the window are equal: NE has no meaning there. */
  readonly ne: number | null;
}

/** The test stream, scored after training on so many examples. */
export interface TestScore {
  readonly examples: number;
  readonly metrics: MetricsResult;
}

/** The scores and speed of one pass over a stream. */
export interface OnePassResult {
  readonly windows: readonly WindowScore[];
  /** At window borders that double, and at the end. Empty without a test stream. */
  readonly tests: readonly TestScore[];
  /** Progressive validation over all examples after the warm-up. */
  readonly progressive: MetricsResult;
  readonly examples: number;
  /** Time spent in training steps alone, and the rate that follows from it. */
  readonly trainingSeconds: number;
  readonly examplesPerSecond: number;
}

/**
 * Trains in one pass over a stream with progressive validation: every window is scored before the model learns from
 * it, so each example is a test example exactly once (Blum, Kalai and Langford 1999). A separate test stream, where
 * there is one, is scored at doubling sizes.
 *
 * @throws the signal's reason when aborted; the checkpoint store, if any, then holds the state to go on from
 * @throws {Diverged} when the loss is not finite, or an array is not that is about to be saved, with the step and the
 * name of the first tensor that is not; the last good checkpoint is kept
 */
export async function trainOnePass(options: OnePassOptions): Promise<OnePassResult> {
  const { trainer, dataset, scoring, progress = noProgress, signal, checkpoints, notice = () => {} } = options;
  const { batchSize } = trainer.config;
  const { train } = dataset;
  const borders = windowBorders(train.examples, batchSize, scoring.windowExamples);
  const done = new Progressed();

  const saved = await checkpoints?.latest(notice);
  if (saved) {
    trainer.restore({ steps: (saved.state as SavedState).steps, arrays: saved.arrays });
    done.restore(saved.examples, saved.state as SavedState, saved.arrays);
    notice(`Resumed after ${saved.examples.toLocaleString("en")} examples.`);
  }

  const save = async () => {
    const { steps, arrays } = await trainer.state();
    for (const [name, values] of Object.entries(arrays)) {
      if (values.every(Number.isFinite)) continue;
      throw new Diverged(trainer.model.name, steps, "its last update gave numbers that are not finite", name);
    }
    await checkpoints?.save({
      examples: done.examples,
      arrays: { ...arrays, ...done.arrays() },
      state: { ...done.state(), steps },
    });
  };

  const testStream = await readyToReplay(dataset.test);
  const test = async () => {
    if (!testStream) return;
    const metrics = createMetrics();
    for await (const batch of testStream.read({ batchSize: Math.max(batchSize, TEST_BATCH) })) {
      metrics.add(await trainer.predict(batch), batch.labels, batch.p);
    }
    done.tests.push({ examples: done.examples, metrics: metrics.result() });
  };

  const source = readAhead(train.read({ batchSize, from: done.examples }), BATCHES_AHEAD);
  let lastSave = performance.now();
  let nextTest = Math.max(batchSize, 2 * (done.tests.at(-1)?.examples ?? 0));
  for (const border of borders.filter((border) => border > done.examples)) {
    if (signal?.aborted) { // only here, between windows, is the state one that a run can go on from
      await source.return(undefined);
      if (done.examples > 0) await save();
      signal.throwIfAborted();
    }
    const window = await take(source, border - done.examples);
    let scored = 0;
    for await (const logits of oneAhead(window, (batch) => trainer.predict(batch))) {
      done.score(window[scored++], logits);
    }
    const started = performance.now();
    for await (const loss of oneAhead(window, (batch) => trainer.step(batch))) {
      if (!Number.isFinite(loss)) {
        throw new Diverged(trainer.model.name, trainer.steps, `the loss is ${loss}`);
      }
    }
    done.close(border, (performance.now() - started) / 1000);
    progress.update(border, train.examples, done.note());
    if (border >= nextTest || border === train.examples) {
      await test();
      nextTest = 2 * border;
    }
    if (checkpoints && performance.now() - lastSave > 1000 * (options.checkpointSeconds ?? 30)) {
      await save();
      lastSave = performance.now();
    }
  }
  const result = done.result(Math.floor(scoring.warmupFraction * train.examples));
  progress.finish(done.note());
  await checkpoints?.clear();
  return result;
}

const TEST_BATCH = 4096, BATCHES_AHEAD = 8;

/** Test streams up to this size are held in memory (100 MB at 26 fields), as they are scored again and again. */
const MOST_IN_MEMORY = 1 << 19;

async function readyToReplay(test: Stream | undefined): Promise<Stream | null> {
  if (!test || test.examples === 0) return null;
  return test.examples <= MOST_IN_MEMORY ? await inMemory(test) : test;
}

/** The next batches of a stream, `examples` in all. */
async function take(source: AsyncGenerator<Batch>, examples: number): Promise<Batch[]> {
  const batches: Batch[] = [];
  for (let have = 0; have < examples;) {
    const { value, done } = await source.next();
    if (done) {
      throw new Error(
        `The stream ended ${examples - have} examples early. It said how many it has when it was opened.`,
      );
    }
    batches.push(value);
    have += value.size;
  }
  return batches;
}

interface SavedState {
  readonly steps: number;
  readonly windows: WindowScore[];
  readonly tests: TestScore[];
  readonly seconds: number;
}

/** How far a pass has come, and what was scored on the way. */
class Progressed {
  examples = 0;
  seconds = 0;
  readonly windows: WindowScore[] = [];
  readonly tests: TestScore[] = [];
  readonly #logits: Float32Array<ArrayBuffer>[] = [];
  readonly #labels: Float32Array<ArrayBuffer>[] = [];
  #open: { logits: Float32Array<ArrayBuffer>; batch: Batch }[] = [];

  score(batch: Batch, logits: Float32Array<ArrayBuffer>): void {
    this.#open.push({ logits, batch });
  }

  /** Ends the window that was scored and trained on. */
  close(to: number, seconds: number): void {
    const metrics = createMetrics();
    for (const { logits, batch } of this.#open) {
      metrics.add(logits, batch.labels);
      this.#logits.push(logits);
      this.#labels.push(batch.labels);
    }
    const { logLoss, baseRate } = metrics.lossAndBaseRate();
    const entropy = -baseRate * Math.log(baseRate) - (1 - baseRate) * Math.log(1 - baseRate);
    this.windows.push({ from: this.examples, to, logLoss, baseRate, ne: entropy > 0 ? logLoss / entropy : null });
    this.#open = [];
    this.examples = to;
    this.seconds += seconds;
  }

  note(): string {
    const ne = this.windows.at(-1)?.ne;
    const rate = Math.round(this.examples / this.seconds).toLocaleString("en");
    return `NE ${ne?.toFixed(4) ?? "-"}, ${rate} examples/s`;
  }

  result(warmup: number): OnePassResult {
    const metrics = createMetrics();
    let at = 0;
    this.#logits.forEach((logits, i) => {
      const skip = Math.min(logits.length, Math.max(0, warmup - at));
      metrics.add(logits.subarray(skip), this.#labels[i].subarray(skip));
      at += logits.length;
    });
    return {
      windows: this.windows,
      tests: this.tests,
      progressive: metrics.result(),
      examples: this.examples,
      trainingSeconds: this.seconds,
      examplesPerSecond: this.examples / this.seconds,
    };
  }

  arrays(): Record<string, Float32Array<ArrayBuffer>> {
    return { [LOGITS]: concatenate(this.#logits), [LABELS]: concatenate(this.#labels) };
  }

  state(): Omit<SavedState, "steps"> {
    return { windows: this.windows, tests: this.tests, seconds: this.seconds };
  }

  restore(examples: number, state: SavedState, arrays: Readonly<Record<string, Float32Array<ArrayBuffer>>>): void {
    this.examples = examples;
    this.seconds = state.seconds;
    this.windows.push(...state.windows);
    this.tests.push(...state.tests);
    this.#logits.push(arrays[LOGITS]);
    this.#labels.push(arrays[LABELS]);
  }
}

const LOGITS = "progressive/logits", LABELS = "progressive/labels";

function concatenate(parts: readonly Float32Array<ArrayBuffer>[]): Float32Array<ArrayBuffer> {
  const whole = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
