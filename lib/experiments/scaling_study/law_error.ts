import { fitLaw, type FitOptions, type LawName, type Observation } from "../../scaling/mod.ts";
import { type Estimate, estimate } from "../paired.ts";

/** The laws of one resource that are compared. */
export const RIVAL_LAWS = ["powerLaw", "logarithmic"] as const satisfies readonly LawName[];

/** How far laws that were fitted to the smaller observations miss the larger ones. */
export interface LawError {
  /** Mean over the held-out observations of |ln predicted - ln observed|, in percent, seed by seed, by law. */
  readonly percent: Readonly<Record<"powerLawConstant" | (typeof RIVAL_LAWS)[number], readonly number[]>>;
  /** Of the same observations: how much loss fell from the largest fitted to the largest held out, in percent. */
  readonly gainPercent: readonly number[];
  /** The rival that misses least on average. */
  readonly bestRival: (typeof RIVAL_LAWS)[number];
}

/**
 * Fits each law to the observations of each seed up to the largest but `heldOut`, and predicts those.
 *
 * @param bySeed observations of one resource, a list a seed, each with equally many values of x
 */
export function lawError(
  bySeed: readonly (readonly Observation[])[],
  { heldOut, ...options }: { readonly heldOut: number } & FitOptions,
): LawError {
  const sorted = bySeed.map((own) => own.toSorted((a, b) => a.x[0] - b.x[0]));
  const missed = (law: LawName) =>
    sorted.map((own) => {
      const fit = fitLaw(law, own.slice(0, -heldOut), options);
      const large = own.slice(-heldOut);
      return 100 * large.reduce((sum, { x, loss }) => sum + Math.abs(Math.log(fit.predict(x) / loss)), 0) /
        large.length;
    });
  const percent = {
    powerLawConstant: missed("powerLawConstant"),
    powerLaw: missed("powerLaw"),
    logarithmic: missed("logarithmic"),
  };
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const bestRival = RIVAL_LAWS.reduce((best, law) => mean(percent[law]) < mean(percent[best]) ? law : best);
  return {
    percent,
    gainPercent: sorted.map((own) => -100 * Math.log(own.at(-1)!.loss / own.at(-1 - heldOut)!.loss)),
    bestRival,
  };
}

/** By how much power law plus constant misses less (negative) than the best of its rivals, seed by seed. */
export function advantage({ percent, bestRival }: LawError): number[] {
  return percent.powerLawConstant.map((own, s) => own - percent[bestRival][s]);
}

/** What power law plus constant misses, as a share of what there was to predict. */
export function missedShare({ percent, gainPercent }: LawError): Estimate {
  return estimate(percent.powerLawConstant.map((own, s) => own / gainPercent[s]));
}
