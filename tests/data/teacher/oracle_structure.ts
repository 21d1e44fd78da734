import type { TeacherCalibration } from "../../../lib/data/teacher/calibration.ts";
import { NO_DRIFT, type TeacherConfig, TERM_NAMES, type TermName } from "../../../lib/data/teacher/config.ts";
import type { TeacherStructure } from "../../../lib/data/teacher/structure.ts";
import oracle from "../../fixtures/teacher_oracle.json" with { type: "json" };

/** The configuration, structure and calibration of tests/fixtures/teacher_oracle.json in the library's form. */
export const oracleConfig: TeacherConfig = {
  name: "oracle",
  seed: 1,
  cardinalities: oracle.config.R,
  zipf: oracle.config.s,
  dense: 4,
  latent: oracle.config.K,
  base: oracle.config.base,
  sigma: oracle.config.sigma,
  pairs: oracle.config.npair,
  crosses: oracle.config.ncross,
  hierarchies: oracle.config.nhier,
  interactionMaxRows: null,
  highOrderMaxRows: 1000,
  shares: oracle.config.share,
  drift: NO_DRIFT,
};

const { wf, pairs, cross, filt, q, Q, val, hf, A, Bm } = oracle.structure;

export const oracleStructure: TeacherStructure = {
  mainWeights: wf,
  pairs: pairs.map(([i, j]) => [i, j] as const),
  crosses: cross.map(([fields, coordinates]) => ({ fields, coordinates })),
  filters: filt,
  heads: q.map((query, head) => ({ query, matrix: Q[head], value: val[head] })),
  hierarchies: hf.map(([f1, f2, f3, f4], m) => ({
    fields: [f1, f2, f3, f4] as const,
    inner: [A[m][0], A[m][1], A[m][2], A[m][3]] as const,
    outer: [Bm[m][0], Bm[m][1]] as const,
  })),
};

/** A calibration as the fixtures record it: `[mean, sd]` of each term. */
export function recordedCalibration(terms: Record<string, number[]>, bias: number): TeacherCalibration {
  const entries = TERM_NAMES.map((name): [TermName, { mean: number; sd: number }] => {
    const [mean, sd] = terms[name];
    return [name, { mean, sd }];
  });
  return { bias, terms: Object.fromEntries(entries) };
}
