import { join } from "node:path";
import type { Batch } from "../../data/batch.ts";
import { normal, uniform } from "../../data/counter_hash.ts";
import type { Schema } from "../../data/schema.ts";
import { buildModel } from "../../models/build_model.ts";
import type { Model } from "../../models/block.ts";
import { packSafetensors } from "../../training/safetensors.ts";

/** Sizes of the model and the batches of the bench `dlrm-step`. */
export interface DlrmSizes {
  readonly batchSize: number;
  /** Batches that are used over and over. */
  readonly batches: number;
  readonly dense: number;
  readonly tables: number;
  readonly rows: number;
  readonly dim: number;
  readonly bottom: readonly number[];
  readonly overarch: readonly number[];
  /** Steps of a round: as few as can be timed well, so that a round fits into a quiet moment of a shared machine. */
  readonly stepsPerRound: number;
}

/** The DLRM that the bench is about: the shape of MLPerf's (13 numbers, 26 tables), made small enough for a CPU. */
export const DLRM_SIZES: DlrmSizes = {
  batchSize: 2048,
  batches: 8,
  dense: 13,
  tables: 26,
  rows: 20_000,
  dim: 16,
  bottom: [128],
  overarch: [256, 128],
  stepsPerRound: 8,
};

export const LEARNING_RATE = 0.02, EPSILON = 1e-8;

/** Streams of the counter hash. */
const IDS = 1, DENSE = 2, LABELS = 3;

/** The model and its batches, the same in every run. */
export interface DlrmWorkload {
  readonly sizes: DlrmSizes;
  readonly schema: Schema;
  readonly model: Model;
  readonly batches: readonly Batch[];
}

/**
 * Ids are drawn log-uniformly, `floor(rows^u) - 1`: row r comes with probability proportional to `log(1 + 1 / (r + 1))`, a
 * Zipf law of exponent 1, so that about half of the ids of a batch occur in it more than once.
 */
export function dlrmWorkload(sizes: DlrmSizes): DlrmWorkload {
  const { batchSize, rows, tables, dense, dim, bottom, overarch } = sizes;
  const schema: Schema = {
    name: "bench",
    fields: Array.from({ length: tables }, (_, f) => ({ name: `c${f + 1}`, cardinality: rows })),
    dense: Array.from({ length: dense }, (_, j) => `x${j + 1}`),
    time: "fileOrder",
  };
  const batches = Array.from({ length: sizes.batches }, (_, k): Batch => ({
    size: batchSize,
    ids: Int32Array.from(
      { length: batchSize * tables },
      (_, i) => Math.min(rows - 1, Math.floor(rows ** uniform(IDS, k, i)) - 1),
    ),
    dense: Float32Array.from({ length: batchSize * dense }, (_, i) => normal(DENSE, k, i)),
    labels: Float32Array.from({ length: batchSize }, (_, i) => uniform(LABELS, k, i) < 0.25 ? 1 : 0),
    times: Float64Array.from({ length: batchSize }, (_, i) => k * batchSize + i),
  }));
  const model = buildModel({ kind: "dlrm", dim, bottom: [...bottom], overarch: [...overarch] }, schema);
  return { sizes, schema, model, batches };
}

/** Writes down for the PyTorch script what it needs to do the same: sizes, batches, first weights. */
export async function writeWorkload(
  folder: string,
  { sizes, model, batches }: DlrmWorkload,
  parameters: Readonly<Record<string, Float32Array<ArrayBuffer>>>,
  threads: number,
): Promise<void> {
  const description = {
    ...sizes,
    fieldRows: model.embedding.fieldRows,
    learningRate: LEARNING_RATE,
    epsilon: EPSILON,
    threads,
  };
  await Deno.writeTextFile(join(folder, "workload.json"), JSON.stringify(description));
  await Deno.writeFile(join(folder, "parameters.safetensors"), await packSafetensors(parameters, {}));
  const parts = batches.flatMap(({ ids, dense, labels }) => [ids, dense, labels].map(({ buffer }) => buffer));
  await Deno.writeFile(join(folder, "batches.bin"), new Uint8Array(await new Blob(parts).arrayBuffer()));
}
