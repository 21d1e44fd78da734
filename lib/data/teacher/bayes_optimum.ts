import type { ReadOptions, Stream } from "../batch.ts";

/** The lowest normalized entropy that any model can reach in expectation, on given points. */
export interface BayesOptimum {
  /** `mean H(p) / H(mean p)`: 1 = the base rate alone is known. */
  readonly ne: number;
  /**
   * Monte Carlo standard error of `ne` as an estimate for the whole population (delta method). It cancels in comparisons on
   * the same points.
   */
  readonly standardError: number;
  /** Mean click probability. */
  readonly meanP: number;
  readonly examples: number;
}

/** Entropy of a click with probability p, in nats: `-p log p - (1 - p) log(1 - p)`. */
export function clickEntropy(p: number): number {
  return p <= 0 || p >= 1 ? 0 : -p * Math.log(p) - (1 - p) * Math.log1p(-p);
}

/**
 * The Bayes-optimal NE of points whose true click probabilities are `p`: `mean H(p) / H(mean p)`.
 *
 * Its error follows from the influence of one point, `(H(p_i) - NE H'(q) (p_i - q)) / H(q) - NE` at q = mean p, with
 * `H'(q) = log((1 - q) / q)`.
 *
 * @param p in [0, 1], at least two points, not all 0 or all 1
 * @throws {RangeError} when the mean is not strictly between 0 and 1, or there are fewer than two points
 *
 * @example
 * ```ts
 * import { bayesOptimum } from "recscale/data";
 * import assert from "node:assert/strict";
 *
 * assert.equal(bayesOptimum([0.5, 0.5]).ne, 1); // nothing to know beyond the base rate
 * assert.equal(bayesOptimum([0, 1]).ne, 0); // everything can be known
 * ```
 */
export function bayesOptimum(p: ArrayLike<number>): BayesOptimum {
  const examples = p.length;
  let sum = 0;
  let entropy = 0;
  for (let i = 0; i < examples; i++) {
    sum += p[i];
    entropy += clickEntropy(p[i]);
  }
  const meanP = sum / examples;
  if (!(examples >= 2 && meanP > 0 && meanP < 1)) {
    throw new RangeError(
      `Cannot give the Bayes optimum: wanted at least two probabilities with a mean in (0, 1), got ${examples} with ` +
        `mean ${meanP}`,
    );
  }
  const whole = clickEntropy(meanP);
  const ne = entropy / examples / whole;
  const slope = Math.log((1 - meanP) / meanP);
  let squares = 0;
  for (let i = 0; i < examples; i++) {
    squares += ((clickEntropy(p[i]) - ne * slope * (p[i] - meanP)) / whole - ne) ** 2;
  }
  return { ne, standardError: Math.sqrt(squares / (examples - 1) / examples), meanP, examples };
}

/**
 * The Bayes-optimal NE of a part of a synthetic stream: the line under every learning curve measured on it.
 *
 * @throws {TypeError} when the stream's batches do not carry `p`
 *
 * @example
 * ```ts
 * import { bayesOptimumOfStream, makeTeacher, teacherPreset, teacherStream } from "recscale/data";
 * import assert from "node:assert/strict";
 *
 * const teacher = makeTeacher(teacherPreset("PAIR", 1));
 * const floor = await bayesOptimumOfStream(teacherStream(teacher, { examples: 4096, stream: 99 }));
 * assert.ok(floor.ne > 0.5 && floor.ne < 0.9);
 * ```
 */
export async function bayesOptimumOfStream(
  stream: Stream,
  part: Pick<ReadOptions, "from" | "to" | "signal"> = {},
): Promise<BayesOptimum> {
  const from = part.from ?? 0;
  const p = new Float32Array((part.to ?? stream.examples) - from);
  let at = 0;
  for await (const batch of stream.read({ ...part, batchSize: 8192 })) {
    if (!batch.p) {
      throw new TypeError(
        `Cannot give the Bayes optimum of ${stream.schema.name}: its batches have no true probabilities "p"; only ` +
          `synthetic streams do`,
      );
    }
    p.set(batch.p, at);
    at += batch.size;
  }
  return bayesOptimum(p);
}
