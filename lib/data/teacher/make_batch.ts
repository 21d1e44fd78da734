import type { Batch } from "../batch.ts";
import { extendHash, hash } from "../counter_hash.ts";
import { drifts } from "./config.ts";
import { generationAt } from "./drift.ts";
import { CHUNK_EXAMPLES, drawsOf, newChunk } from "./draw.ts";
import { permutation } from "./permutation.ts";
import type { StreamPlan } from "./plan.ts";
import { labelsOf, scoresOf, sigmoid } from "./score.ts";
import { statesOf } from "./state.ts";
import type { Teacher } from "./teacher.ts";

/** Makes the batch of examples `from .. from + size - 1`; pauses after every few hundred examples. */
export type MakeBatch = (from: number, size: number) => Generator<void, Batch>;

/**
 * The examples of a stream, each computed from its number alone: any part of the stream can be made at any time.
 * `times` is the position in the stream; in a shuffled stream the moment an example comes from stays hidden.
 */
export function batchesOf(teacher: Teacher, plan: StreamPlan): MakeBatch {
  const { config, structure } = teacher;
  const { periodExamples, windowExamples } = plan;
  const F = config.cardinalities.length;
  const Nd = config.dense;
  const moving = drifts(config);
  const stateAt = statesOf(config, structure);
  const draw = drawsOf(config, plan.stream);
  const score = scoresOf(teacher);
  const label = labelsOf(config.seed, plan.stream);
  const writeRows = rowsOf(teacher, plan);
  const order = plan.shuffled ? permutation(plan.examples, hash(config.seed, 8000 + plan.stream)) : undefined;
  const chunk = newChunk(config);
  const numbers = new Float64Array(CHUNK_EXAMPLES);
  const logits = new Float64Array(CHUNK_EXAMPLES);
  const windowOf = (n: number) => moving ? Math.floor(n / windowExamples) : 0;

  return function* (from, size) {
    const batch = {
      size,
      ids: new Int32Array(size * F),
      dense: new Float32Array(size * Nd),
      labels: new Float32Array(size),
      times: new Float64Array(size),
      p: new Float32Array(size),
    };
    for (let done = 0; done < size;) {
      const wanted = Math.min(CHUNK_EXAMPLES, size - done);
      for (let i = 0; i < wanted; i++) numbers[i] = order ? order(from + done + i) : from + done + i;
      // Neighbours in one window see the same teacher and are worked on together.
      for (let start = 0, end = 0; start < wanted; start = end) {
        const window = windowOf(numbers[start]);
        for (end = start + 1; end < wanted && windowOf(numbers[end]) === window;) end++;
        const state = stateAt(window * windowExamples / periodExamples);
        const first = done + start;
        draw(chunk, numbers, start, end - start, state);
        score(chunk, state, logits);
        writeRows(chunk.slots, chunk.size, state.time, batch.ids, first * F);
        for (let j = 0; j < chunk.size * Nd; j++) batch.dense[first * Nd + j] = chunk.dense[j];
        for (let i = 0; i < chunk.size; i++) {
          const p = sigmoid(logits[i]);
          batch.p[first + i] = p;
          batch.labels[first + i] = label(numbers[start + i], p);
          batch.times[first + i] = (from + first + i) / periodExamples;
        }
      }
      done += wanted;
      yield;
    }
    return batch;
  };
}

type WriteRows = (slots: Int32Array, size: number, time: number, ids: Int32Array, offset: number) => void;

/**
 * From slots to table rows: the slot itself where the table has a row for each, else `H(77, f, id) mod rows`, with
 * `id = slot + R g` and g the slot's generation under churn.
 */
function rowsOf({ config }: Teacher, { rows }: StreamPlan): WriteRows {
  const { seed, cardinalities: R, drift: { churn } } = config;
  const F = R.length;
  const hashed = Uint8Array.from(R, (cardinality, f) => churn > 0 || rows[f] < cardinality ? 1 : 0);
  const keys = Int32Array.from(R, (_, f) => hash(77, f));
  const churnKeys = Int32Array.from(R, (_, f) => hash(seed, 30 + f));
  return (slots, size, time, ids, offset) => {
    for (let i = 0, at = 0; i < size; i++) {
      for (let f = 0; f < F; f++, at++) {
        let id = slots[at];
        if (hashed[f] === 1) {
          if (churn > 0) id += R[f] * generationAt(time, churn, churnKeys[f], id);
          id = (extendHash(keys[f], id) >>> 0) % rows[f];
        }
        ids[offset + at] = id;
      }
    }
  };
}
