import { parseDataConfig } from "../../data/data_config.ts";
import type { DataConfig } from "../../data/data_config.ts";

/**
 * The synthetic streams of the study. All are SCALE: a long tail of ids, up to a million in a field.
 *
 * | stream | what it is | what it answers |
 * |---|---|---|
 * | tuning | another teacher | learning rates are chosen here, and nothing is reported from here |
 * | main | the teacher of the four schemes | the study |
 * | second, third | two more teachers | does the law depend on the teacher? |
 * | allFields | interactions among all fields, those with a long tail too | where no power law holds |
 * | capacity | latent vectors of 16 numbers instead of 4 | parameters should pay longer |
 * | mainEffects | no interactions | what of the law is the long tail of ids alone |
 * | noTail | no interactions, and at most 100 ids in a field | data should stop paying |
 */
export const STREAMS = {
  tuning: { seed: 2, overrides: {} },
  main: { seed: 3, overrides: {} },
  second: { seed: 4, overrides: {} },
  third: { seed: 5, overrides: {} },
  allFields: { seed: 3, overrides: { interactionMaxRows: null, highOrderMaxRows: 1000 } },
  capacity: { seed: 3, overrides: { latent: 16 } },
  mainEffects: { seed: 3, overrides: { shares: { pair: 0, cross: 0, local: 0, attn: 0, hier: 0 } } },
  noTail: {
    seed: 3,
    overrides: {
      cardinalities: [8, 10, 12, 16, 20, 24, 32, 40, 50, 64, 80, 100],
      shares: { pair: 0, cross: 0, local: 0, attn: 0, hier: 0 },
    },
  },
} as const;

/** See {@link STREAMS}. */
export type StreamName = keyof typeof STREAMS;

/** The data of one seed: independent examples of the same teacher. All seeds are scored on the same test stream. */
export function streamConfig(name: StreamName, seed: number, examples: number, testExamples: number): DataConfig {
  const { seed: teacher, overrides } = STREAMS[name];
  return parseDataConfig({
    kind: "synthetic",
    preset: "SCALE",
    seed: teacher,
    stream: seed,
    examples,
    testExamples,
    overrides,
  });
}
