/** Factors by which something grows in a year. */
export interface YearlyGrowth {
  /** Of the training examples. */
  readonly data: number;
  /** Of the parameters. */
  readonly parameters: number;
  /** Of the compute of one accelerator. */
  readonly acceleratorCompute: number;
  /** Of the memory of one accelerator. */
  readonly acceleratorMemory: number;
}

/**
 * Growth at Meta from 2019 to 2021, from *Sustainable AI* (arXiv 2111.00364): recommendation models 20 times in two years;
 * training data of two recommendation use cases 2.4 and 1.9 times (their geometric mean here); memory of an accelerator at
 * most 2 times in two years (V100 of 32 GB, 2018, to A100 of 80 GB, 2021, is less). Its 2.9 times in a year and a half are
 * training capacity as installed; the compute of one accelerator is here taken to grow as its memory does.
 */
export const GROWTH_2019_2021: YearlyGrowth = {
  data: Math.sqrt(2.4 * 1.9) ** 0.5,
  parameters: 20 ** 0.5,
  acceleratorCompute: 2 ** 0.5,
  acceleratorMemory: 2 ** 0.5,
};

/** What a plan starts from. */
export interface GrowthPlanOptions {
  /** Loss of a model with so many parameters after so many examples: a fitted law. */
  readonly loss: (parameters: number, examples: number) => number;
  /** Training FLOPs per example of a model with so many parameters. */
  readonly flopsPerExample: (parameters: number) => number;
  readonly start: { readonly parameters: number; readonly examples: number };
  readonly growth: YearlyGrowth;
  readonly years: number;
  /** A doubling that lowers the loss by less than this share buys nothing. Default 0.0002, what Wukong calls significant. */
  readonly threshold?: number;
}

/** One year of a plan. */
export interface GrowthYear {
  readonly year: number;
  /** Changes of the loss since the start, in percent, when only the data grow, only the parameters, or both. */
  readonly dataOnly: number;
  readonly parametersOnly: number;
  readonly both: number;
  /** What one more doubling would change, in percent, after both have grown so far. */
  readonly nextDoublingOfData: number;
  readonly nextDoublingOfParameters: number;
  /** Accelerators for the same training time, as a multiple of those at the start, and for the same share of the tables in memory. */
  readonly acceleratorsForCompute: number;
  readonly acceleratorsForMemory: number;
}

/** A plan, and until when each resource pays. */
export interface GrowthPlan {
  readonly years: readonly GrowthYear[];
  /** First year in which a doubling buys less than the threshold; null when each year's still buys more. */
  readonly dataPayUntil: number | null;
  readonly parametersPayUntil: number | null;
}

/**
 * What growth brings by a fitted law, year by year, and what it takes: the question of what to buy, and until when.
 *
 * @throws {RangeError} for a growth that is not positive, or no whole number of years
 *
 * @example
 * ```ts
 * import { GROWTH_2019_2021, growthPlan } from "recscale/scaling";
 * import assert from "node:assert/strict";
 *
 * const plan = growthPlan({
 *   loss: (n, d) => 0.7 + 0.05 * (n / 1e6) ** -2 + 0.05 * (d / 1e6) ** -0.3, // parameters saturate, data do not
 *   flopsPerExample: () => 1e5,
 *   start: { parameters: 1e6, examples: 1e6 },
 *   growth: GROWTH_2019_2021,
 *   years: 5,
 * });
 * assert.equal(plan.dataPayUntil, null);
 * assert.equal(plan.parametersPayUntil, 2);
 * ```
 */
export function growthPlan(options: GrowthPlanOptions): GrowthPlan {
  const { loss, flopsPerExample, start, growth, years, threshold = 2e-4 } = options;
  const wrong = Object.entries(growth).find(([, factor]) => !(factor > 0));
  if (wrong) {
    throw new RangeError(`Cannot plan with a yearly growth of ${wrong[0]} by ${wrong[1]}: wanted a positive factor.`);
  }
  if (!(Number.isInteger(years) && years >= 1)) {
    throw new RangeError(`Cannot plan ${years} years: wanted a whole number from 1.`);
  }
  const first = loss(start.parameters, start.examples);
  const percent = (to: number, from = first) => 100 * (to - from) / from;
  const rows = Array.from({ length: years + 1 }, (_, year): GrowthYear => {
    const parameters = start.parameters * growth.parameters ** year, examples = start.examples * growth.data ** year;
    const now = loss(parameters, examples);
    const compute = examples * flopsPerExample(parameters) / (start.examples * flopsPerExample(start.parameters));
    return {
      year,
      dataOnly: percent(loss(start.parameters, examples)),
      parametersOnly: percent(loss(parameters, start.examples)),
      both: percent(now),
      nextDoublingOfData: percent(loss(parameters, 2 * examples), now),
      nextDoublingOfParameters: percent(loss(2 * parameters, examples), now),
      acceleratorsForCompute: compute / growth.acceleratorCompute ** year,
      acceleratorsForMemory: (growth.parameters / growth.acceleratorMemory) ** year,
    };
  });
  const until = (key: "nextDoublingOfData" | "nextDoublingOfParameters") =>
    rows.find((row) => row[key] > -100 * threshold)?.year ?? null;
  return {
    years: rows,
    dataPayUntil: until("nextDoublingOfData"),
    parametersPayUntil: until("nextDoublingOfParameters"),
  };
}
