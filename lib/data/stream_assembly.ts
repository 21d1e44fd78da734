import type { Batch } from "./batch.ts";
import type { Schema } from "./schema.ts";

/** Examples of a batch: those at `rows`, in that order, or all of them. */
export interface Piece {
  readonly batch: Batch;
  readonly rows?: Int32Array<ArrayBuffer>;
}

/** A batch of zeros, to be filled. */
export function emptyBatch(schema: Schema, size: number, withP: boolean): Batch {
  return {
    size,
    ids: new Int32Array(size * schema.fields.length),
    dense: new Float32Array(size * schema.dense.length),
    labels: new Float32Array(size),
    times: new Float64Array(size),
    ...(withP && { p: new Float32Array(size) }),
  };
}

/**
 * Cuts pieces anew into batches of `batchSize` examples, the last one smaller. A piece that already is such a batch is
 * handed on as it is.
 *
 * @param total how many examples the pieces have in all; pieces after that are not asked for
 * @throws {Error} when the pieces end early, or some have a true `p` and others have none
 */
export async function* assemble(
  schema: Schema,
  pieces: AsyncIterable<Piece>,
  batchSize: number,
  total: number,
): AsyncGenerator<Batch> {
  if (total === 0) return;
  let left = total;
  let open: Batch | undefined;
  let filled = 0;
  let withP: boolean | undefined;
  for await (const { batch, rows } of pieces) {
    const count = rows?.length ?? batch.size;
    if (count === 0) continue;
    withP ??= batch.p !== undefined;
    if (withP !== (batch.p !== undefined)) {
      throw new Error(
        `Cannot read ${schema.name}: its examples ${withP ? "had" : "had no"} true click probability (p) up to ` +
          `number ${total - left + filled}, and then ${withP ? "none" : "one"}. Wanted all or none.`,
      );
    }
    for (let at = 0; at < count;) {
      if (rows === undefined && at === 0 && filled === 0 && count === Math.min(batchSize, left)) {
        yield batch;
        left -= count;
        break;
      }
      open ??= emptyBatch(schema, Math.min(batchSize, left), withP);
      const copied = Math.min(count - at, open.size - filled);
      copyExamples(schema, batch, rows, at, copied, open, filled);
      at += copied;
      filled += copied;
      if (filled < open.size) continue;
      yield open;
      left -= filled;
      filled = 0;
      open = undefined;
    }
    if (left === 0) return;
  }
  throw new Error(`Cannot read ${schema.name} to its end: it has ${left - filled} examples fewer than it said.`);
}

/**
 * Copies `count` examples into `into`, from its example `at` on.
 *
 * @param rows which examples of `batch`, from `rows[first]` on; without it those from `first` on
 */
export function copyExamples(
  schema: Schema,
  batch: Batch,
  rows: Int32Array<ArrayBuffer> | undefined,
  first: number,
  count: number,
  into: Batch,
  at: number,
): void {
  const [F, Nd] = [schema.fields.length, schema.dense.length];
  if (rows === undefined) {
    into.ids.set(batch.ids.subarray(first * F, (first + count) * F), at * F);
    into.dense.set(batch.dense.subarray(first * Nd, (first + count) * Nd), at * Nd);
    into.labels.set(batch.labels.subarray(first, first + count), at);
    into.times.set(batch.times.subarray(first, first + count), at);
    if (batch.p) into.p?.set(batch.p.subarray(first, first + count), at);
    return;
  }
  for (let i = 0; i < count; i++) {
    const row = rows[first + i];
    for (let f = 0; f < F; f++) into.ids[(at + i) * F + f] = batch.ids[row * F + f];
    for (let d = 0; d < Nd; d++) into.dense[(at + i) * Nd + d] = batch.dense[row * Nd + d];
    into.labels[at + i] = batch.labels[row];
    into.times[at + i] = batch.times[row];
    if (batch.p && into.p) into.p[at + i] = batch.p[row];
  }
}
