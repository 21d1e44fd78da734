import type { Schema } from "../data/schema.ts";
import { buildModel } from "./build_model.ts";
import { cost } from "./cost.ts";
import type { ModelConfig } from "./model_config.ts";

/** A config whose forward FLOPs are as near as a whole number allows to those wanted. */
export interface MatchedFlops {
  readonly config: ModelConfig;
  /** The size that was found. */
  readonly size: number;
  readonly flops: number;
  /** `flops / wanted`. */
  readonly ratio: number;
}

/**
 * The member of a family of models whose forward FLOPs per example are nearest to a budget: for comparisons at equal compute.
 *
 * @param family the config of a size; its FLOPs must grow with the size
 * @param wanted forward FLOPs per example
 * @param range sizes to choose from. Default 1 to 65,536
 * @throws {Error} when the budget lies outside of the family by more than a factor of two
 *
 * @example
 * ```ts
 * import { buildModel, cost, matchFlops } from "recscale/models";
 * import assert from "node:assert/strict";
 *
 * const schema = { name: "two", fields: [{ name: "a", cardinality: 10 }], dense: ["x"], time: "fileOrder" } as const;
 * const base = cost(buildModel({ kind: "dlrm", dim: 8, bottom: [32], overarch: [256, 128] }, schema)).totalFlops;
 * const { size, ratio } = matchFlops((size) => ({ kind: "mlp", dim: 8, hidden: [size, size / 2] }), base, schema, [2, 4096, 2]);
 * assert.ok(Math.abs(ratio - 1) < 0.02 && size > 256);
 * ```
 */
export function matchFlops(
  family: (size: number) => ModelConfig,
  wanted: number,
  schema: Schema,
  [least, most, step = 1]: readonly [least: number, most: number, step?: number] = [1, 1 << 16],
): MatchedFlops {
  const flopsOf = (size: number) => cost(buildModel(family(size), schema)).totalFlops;
  let low = 0, high = Math.floor((most - least) / step); // in steps; FLOPs at low are below what is wanted or it is the first
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (flopsOf(least + middle * step) <= wanted) low = middle;
    else high = middle;
  }
  const [size] = [low, high].map((steps) => least + steps * step)
    .sort((a, b) => Math.abs(Math.log(flopsOf(a) / wanted)) - Math.abs(Math.log(flopsOf(b) / wanted)));
  const flops = flopsOf(size), ratio = flops / wanted;
  if (!(ratio > 0.5 && ratio < 2)) {
    throw new Error(
      `Cannot match ${wanted.toLocaleString("en")} FLOPs: the nearest of the family is size ${size} with ` +
        `${flops.toLocaleString("en")}. Wanted a budget within its range, or other sizes than ${least} to ${most}.`,
    );
  }
  return { config: family(size), size, flops, ratio };
}
