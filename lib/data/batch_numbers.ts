import type { OpenBatch } from "./log_encoder.ts";
import type { LogFit } from "./log_fit.ts";

/** Whole numbers from 0 on whose transformed values are kept: counts, as click logs have them, are mostly small. */
const REMEMBERED = 4096;

/**
 * Writes numbers into a batch's `dense` and the bucket fields of its `ids`.
 *
 * @param numbers `[count, Nd]`, NaN for a missing one
 * @param at first example of the batch to write
 */
export type WriteNumbers = (numbers: Float64Array, count: number, batch: OpenBatch, at: number) => void;

/** The {@link WriteNumbers} of a log. */
export function numbersWriter({ schema, transforms, bucketFields }: LogFit): WriteNumbers {
  const [F, Nd] = [schema.fields.length, transforms.length];
  const missing = Float32Array.from(transforms, ({ dense }) => dense(null));
  const small = transforms.map(({ dense }) => Float32Array.from({ length: REMEMBERED }, (_, value) => dense(value)));
  const smallBuckets = transforms.map(({ bucket }, column) =>
    Int32Array.from({ length: bucketFields[column] < 0 ? 0 : REMEMBERED }, (_, value) => bucket(value))
  );
  return (numbers, count, { ids, dense }, at) => {
    for (let column = 0; column < Nd; column++) {
      const transform = transforms[column];
      const known = small[column];
      const bucketField = bucketFields[column];
      for (let i = 0, k = column, out = at * Nd + column; i < count; i++, k += Nd, out += Nd) {
        const value = numbers[k];
        if (value !== value) dense[out] = missing[column];
        else if (isRemembered(value)) dense[out] = known[value];
        else dense[out] = transform.dense(value);
      }
      if (bucketField < 0) continue;
      const knownBuckets = smallBuckets[column];
      for (let i = 0, k = column, out = at * F + bucketField; i < count; i++, k += Nd, out += F) {
        const value = numbers[k];
        if (value !== value) ids[out] = transform.bucket(null);
        else ids[out] = isRemembered(value) ? knownBuckets[value] : transform.bucket(value);
      }
    }
  };
}

function isRemembered(value: number): boolean {
  return value >= 0 && value < REMEMBERED && Math.trunc(value) === value && !Object.is(value, -0);
}
