import type { Dataset } from "../data/batch.ts";
import { openDataset } from "../data/open_dataset.ts";
import { cached } from "../data/stream_cached.ts";
import type { Progress } from "../engine/progress.ts";
import type { DataSource } from "./data_source.ts";
import { canonicalJson, MEANING_VERSION } from "./run_config.ts";

/** How data are opened for a run. */
export interface OpenForTrainingOptions {
  /** Where the training examples of synthetic streams are kept for other runs. Default: they are generated for each run. */
  readonly streamFolder?: string;
  readonly progress?: Progress;
  readonly signal?: AbortSignal;
  readonly notice?: (message: string) => void;
}

/** Streams at least so long are generated in a thread of their own: in a notebook such a thread takes a second to start. */
const WORTH_A_THREAD = 1 << 18;

/**
 * A dataset opened for training. Long synthetic streams are generated beside it, or, with a folder to keep them in, once
 * for all runs: the first run writes them there while others that want them wait, and all read the same examples.
 */
export async function openForTraining(
  { config, directory }: DataSource,
  { streamFolder, progress, signal, notice }: OpenForTrainingOptions = {},
): Promise<Dataset> {
  if (config.kind !== "synthetic") return await openDataset(config, directory);
  const dataset = await openDataset({ ...config, worker: config.examples >= WORTH_A_THREAD }, directory);
  if (streamFolder === undefined) return dataset;
  const key = canonicalJson({ meaning: MEANING_VERSION, data: { ...config, worker: false }, part: "train" });
  const train = await cached(dataset.train, streamFolder, key, {
    signal,
    notice,
    progress: (kept, total) => progress?.update(0, total, `keeping the stream, ${Math.floor(100 * kept / total)} %`),
  });
  return { ...dataset, train };
}
