import { teacherPreset } from "../../../lib/data/teacher/mod.ts";
import { buildModel } from "../../../lib/models/build_model.ts";
import { cost } from "../../../lib/models/cost.ts";
import type { Reading } from "../../../lib/experiments/scaling_study/readings.ts";
import { BASE, dlrmOf, type ScaledModel, scaledModels } from "../../../lib/experiments/scaling_study/schemes.ts";
import type { StreamName } from "../../../lib/experiments/scaling_study/streams.ts";
import { normal } from "../../../lib/data/counter_hash.ts";

export const EXAMPLES = 1 << 21, SEEDS = 4, FLOOR = 0.65;

export const SCALE_SCHEMA = {
  name: "SCALE",
  fields: teacherPreset("SCALE", 1).cardinalities.map((cardinality, f) => ({ name: `f${f}`, cardinality })),
  dense: ["x0", "x1", "x2", "x3"],
  time: "periods",
} as const;

/** What NE is made from. */
export type Formula = (cell: { stream: StreamName; model: ScaledModel; examples: number; scaled: number }) => number;

/** Readings of a whole study whose NE is a formula, with the noise of seeds that all models share and a little of their own. */
export function madeReadings(formula: Formula, { noise = 2e-3, own = 1e-4 } = {}): Reading[] {
  const made: Reading[] = [];
  const add = (stream: StreamName, model: ScaledModel, seed: number, most: number) => {
    const counted = cost(buildModel(dlrmOf(model), SCALE_SCHEMA));
    const scaled = model.scheme === "overarch" || model.scheme === "allMlp"
      ? counted.parameters.overarch
      : counted.parameters.embedding;
    for (let examples = 1 << 10; examples <= most; examples *= 2) {
      const shift = noise * normal(seed, 1) + own * normal(seed, made.length);
      made.push({
        stream,
        model,
        seed,
        examples,
        ne: formula({ stream, model, examples, scaled }) * (1 + shift),
        bayesNe: FLOOR,
        cost: counted,
        run: `${stream}/${model.scheme}/${model.size}/${seed}`,
      });
    }
  };
  for (let seed = 1; seed <= SEEDS; seed++) {
    for (const model of scaledModels("paper")) {
      add("main", model, seed, EXAMPLES);
      add("capacity", model, seed, EXAMPLES);
    }
    for (const size of [100, 10_000]) add("main", { scheme: "vertical", size, unhashed: true }, seed, EXAMPLES);
    for (const stream of ["noTail", "mainEffects", "second", "third"] as const) add(stream, BASE, seed, EXAMPLES);
    add("allFields", BASE, seed, 2 * EXAMPLES);
  }
  return made;
}
