import { bayesOptimum, clickEntropy } from "./bayes_optimum.ts";
import { termScales } from "./calibration.ts";
import { activeTerms, normalizedShares, type TermName } from "./config.ts";
import { explainExamples, type ExplainOptions } from "./explain.ts";
import { sigmoid } from "./score.ts";
import type { Teacher } from "./teacher.ts";

/** One rung of the oracle ladder: what a model would score that knew the teacher's terms up to here exactly. */
export interface LadderRow {
  /** The term this rung adds. */
  readonly term: TermName;
  /** The terms known here, joined by " + ". */
  readonly known: string;
  /** The added term's share of the logit's variance. */
  readonly share: number;
  /** Expected NE of the recalibrated partial logit; the last row's is the floor. */
  readonly ne: number;
  /** By how much the added term lowers it. */
  readonly gain: number;
  /** Monte Carlo standard error of `ne`, from the spread of the points' cross entropies. */
  readonly standardError: number;
}

/**
 * The oracle ladder of a teacher, terms added from simple to hard. Each partial logit g is recalibrated, as
 * `sigmoid(a + c g)` with the a, c that minimize the expected cross entropy against the true p; its NE is that cross
 * entropy over H(mean p).
 *
 * @param options which examples; default 2^16 of stream 99, at time 0
 *
 * @example
 * ```ts
 * import { describeTeacher, makeTeacher, teacherPreset } from "recscale/data";
 * import assert from "node:assert/strict";
 *
 * const rows = describeTeacher(makeTeacher(teacherPreset("PAIR", 1)), { examples: 4096 });
 * assert.deepEqual(rows.map((row) => row.known), ["dense", "dense + main", "dense + main + pair"]);
 * assert.ok(rows[2].ne < rows[1].ne && rows[1].ne < rows[0].ne);
 * ```
 */
export function describeTeacher(teacher: Teacher, options: Partial<ExplainOptions> = {}): LadderRow[] {
  const { terms, p } = explainExamples(teacher, { examples: 1 << 16, stream: 99, ...options });
  const { config, calibration } = teacher;
  const scales = termScales(config, calibration);
  const shares = normalizedShares(config);
  const whole = clickEntropy(bayesOptimum(p).meanP);
  const partial = new Float64Array(p.length);
  const rows: LadderRow[] = [];
  const known: TermName[] = [];
  for (const term of activeTerms(config)) {
    const values = terms[term]!;
    for (let i = 0; i < p.length; i++) partial[i] += scales[term]! * (values[i] - calibration.terms[term]!.mean);
    known.push(term);
    const { mean, standardError } = recalibratedCrossEntropy(partial, p);
    const ne = mean / whole;
    rows.push({
      term,
      known: known.join(" + "),
      share: shares[term],
      ne,
      gain: (rows.at(-1)?.ne ?? 1) - ne,
      standardError: standardError / whole,
    });
  }
  return rows;
}

/** `min over a, c of mean[log(1 + exp(s)) - p s]`, s = a + c g: a convex problem, solved by Newton's method. */
function recalibratedCrossEntropy(g: Float64Array, p: Float64Array): { mean: number; standardError: number } {
  let [a, c] = [0, 1];
  for (let step = 0; step < 50; step++) {
    let [ga, gc, haa, hac, hcc] = [0, 0, 0, 0, 0];
    for (let i = 0; i < g.length; i++) {
      const q = sigmoid(a + c * g[i]);
      const w = q * (1 - q);
      ga += q - p[i];
      gc += (q - p[i]) * g[i];
      haa += w;
      hac += w * g[i];
      hcc += w * g[i] * g[i];
    }
    const determinant = haa * hcc - hac * hac;
    const da = (hcc * ga - hac * gc) / determinant;
    const dc = (haa * gc - hac * ga) / determinant;
    a -= da;
    c -= dc;
    if (Math.abs(da) + Math.abs(dc) < 1e-10) break;
  }
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < g.length; i++) {
    const s = a + c * g[i];
    const loss = Math.max(s, 0) + Math.log1p(Math.exp(-Math.abs(s))) - p[i] * s;
    sum += loss;
    squares += loss * loss;
  }
  const mean = sum / g.length;
  return { mean, standardError: Math.sqrt((squares / g.length - mean * mean) / g.length) };
}
