import type { Schema } from "../data/schema.ts";
import { buildModel } from "./build_model.ts";
import { cost } from "./cost.ts";
import type { ModelConfigInput } from "./model_config.ts";

/** The search of {@link matchFlops}. */
export interface MatchFlopsOptions {
  /** Largest relative distance from the target that still counts as matched; default 0.05. */
  readonly within?: number;
  /** Largest size that is tried; default 65536. */
  readonly largest?: number;
}

/** The member of a family that a budget buys. */
export interface FlopsMatch {
  readonly size: number;
  readonly config: ModelConfigInput;
  /** Forward FLOPs per example. */
  readonly flops: number;
  /** `flops / target - 1` */
  readonly difference: number;
}

/**
 * The member of a family of models that is nearest to a budget of forward FLOPs per example, so that architectures are
 * compared at equal compute (table 3 of DHEN, Zhang et al. 2022). Sizes 1, 2, 3, ... are searched by bisection.
 *
 * @param family a config for each size, such as a width or a number of experts; its FLOPs must grow with the size
 * @param target FLOPs per example, as `cost(model).totalFlops` counts them
 * @throws {Error} when the family does not grow, or has no member near enough: with the nearest below and above
 *
 * @example
 * ```ts
 * import { buildModel, cost, matchFlops } from "recscale/models";
 * import assert from "node:assert/strict";
 *
 * const fields = Array.from({ length: 12 }, (_, f) => ({ name: `f${f}`, cardinality: 100 }));
 * const schema = { name: "clicks", fields, dense: ["a", "b", "c", "d"], time: "fileOrder" } as const;
 * const dhen = buildModel({
 *   kind: "dhen",
 *   dim: 8,
 *   bottom: [32],
 *   layers: [{ repeat: 2, modules: [{ kind: "advancedDlrm", hidden: [64] }, { kind: "linear" }] }],
 *   overarch: [64, 32],
 * }, schema);
 *
 * // how wide is the baseline that costs the same?
 * const wide = matchFlops(
 *   (size) => ({ kind: "advancedDlrm", dim: 8, bottom: [32], overarch: [2 * size, size] }),
 *   cost(dhen).totalFlops,
 *   schema,
 * );
 * assert.deepEqual(wide.config, { kind: "advancedDlrm", dim: 8, bottom: [32], overarch: [192, 96] });
 * assert.ok(Math.abs(wide.difference) < 0.01);
 * ```
 */
export function matchFlops(
  family: (size: number) => ModelConfigInput,
  target: number,
  schema: Schema,
  { within = 0.05, largest = 65536 }: MatchFlopsOptions = {},
): FlopsMatch {
  const member = (size: number): FlopsMatch => {
    const config = family(size);
    const flops = cost(buildModel(config, schema)).totalFlops;
    return { size, config, flops, difference: flops / target - 1 };
  };
  let below = member(1);
  if (below.flops >= target) return near(below, below, target, within);

  let above = below;
  for (let size = 2; above.flops < target; size *= 2) {
    if (size > largest) {
      throw new Error(
        `Cannot match ${target} FLOPs per example: the member of size ${above.size} has ${above.flops}, and no larger ` +
          `one is tried than ${largest}. Does the family grow with its size?`,
      );
    }
    [below, above] = [above, growing(above, member(size))];
  }
  while (above.size - below.size > 1) {
    const middle = growing(below, member(Math.floor((below.size + above.size) / 2)));
    growing(middle, above);
    if (middle.flops < target) below = middle;
    else above = middle;
  }
  return near(below, above, target, within);
}

function near(below: FlopsMatch, above: FlopsMatch, target: number, within: number): FlopsMatch {
  const nearest = Math.abs(below.difference) < Math.abs(above.difference) ? below : above;
  if (Math.abs(nearest.difference) <= within) return nearest;
  const said = [...new Set([below, above])].map(({ size, flops }) => `${flops} at size ${size}`).join(" and ");
  throw new Error(
    `Cannot match ${target} FLOPs per example within ${100 * within} %: the nearest of the family are ${said}. ` +
      `Take a finer family, or allow more with "within".`,
  );
}

function growing(smaller: FlopsMatch, larger: FlopsMatch): FlopsMatch {
  if (larger.flops >= smaller.flops) return larger;
  throw new Error(
    `Cannot search the family: its FLOPs fall from ${smaller.flops} at size ${smaller.size} to ${larger.flops} at size ` +
      `${larger.size}, and must grow.`,
  );
}
