import { holm } from "./holm.ts";
import type { Estimate } from "./paired.ts";

/**
 * - *reproduced*: the interval excludes the null in the claimed direction, and the control behaves
 * - *partly*: the direction is right, but size or control are not
 * - *not reproduced*: the interval excludes the claim
 * - *undecided*: too few runs to tell
 * - *not testable here*: nothing that can be measured on this machine bears on it
 */
export type Judgement = "reproduced" | "partly" | "not reproduced" | "undecided" | "not testable here";

/** One row of the report: a claim, what was measured, and what follows. */
export interface Verdict {
  /** Id of the claim. */
  readonly id: string;
  readonly claim: string;
  /** What was measured, with its interval, for people. */
  readonly measured: string;
  /** What would make the claim vanish, and what it showed. */
  readonly control: string;
  readonly judgement: Judgement;
  /** Ids of the runs that it rests on. */
  readonly runs: readonly string[];
}

/**
 * Judges the claim that a difference is below zero, against a control where the reason for it is absent.
 *
 * The control behaves when its interval excludes every reduction larger than the margin: few runs that cannot tell are
 * not enough. And the effect must exceed what the control shows: the interval of effect minus control excludes zero.
 *
 * @param effect the paired difference in percent that is claimed to be negative
 * @param control the same difference where it should vanish
 * @param effectMinusControl their difference, run by run
 * @param margin how large a reduction, in percent, still counts as none; fixed before the runs are made
 */
export function judgeReduction(
  effect: Estimate,
  control: Estimate,
  effectMinusControl: Estimate,
  margin: number,
): Judgement {
  if (effect.low > 0) return "not reproduced";
  if (effect.high >= 0) return "undecided";
  if (control.low > -margin && effectMinusControl.high < 0) return "reproduced";
  return control.high < -margin || effectMinusControl.low > 0 ? "partly" : "undecided";
}

/** A verdict that still has to stand beside the others of its notebook. */
export interface TestedVerdict {
  readonly verdict: Verdict;
  /** Of the test of its effect, two-sided; null where nothing was tested. */
  readonly p: number | null;
}

/**
 * Holm's correction over the claims of a notebook: one that was decided by its own interval, but not at 0.05 among all claims
 * that were tested, is undecided. What was measured says the corrected p.
 */
export function correctForAll(tested: readonly TestedVerdict[]): Verdict[] {
  const claims = tested.filter((each): each is TestedVerdict & { p: number } => each.p !== null);
  const adjusted = new Map(holm(claims.map(({ p }) => p)).map((p, i) => [claims[i].verdict, p]));
  return tested.map(({ verdict }) => {
    const p = adjusted.get(verdict);
    if (p === undefined) return verdict;
    const measured = `${verdict.measured}; p ${describeP(p)} after Holm's correction over ${claims.length} claims`;
    return { ...verdict, measured, judgement: p < 0.05 ? verdict.judgement : "undecided" };
  });
}

function describeP(p: number): string {
  return p < 1e-4 ? "< 0.0001" : `= ${p.toPrecision(2)}`;
}

/** An estimate in percent as people read it: `-2.31 % [-2.60, -2.02] (n = 8)`. */
export function describePercent({ mean, low, high, count }: Estimate): string {
  const signed = (value: number) => `${value > 0 ? "+" : ""}${value.toFixed(2)}`;
  if (count === 1) return `${signed(mean)} % (one pair: no interval)`;
  return `${signed(mean)} % [${signed(low)}, ${signed(high)}] (n = ${count})`;
}
