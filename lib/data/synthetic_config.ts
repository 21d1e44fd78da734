import { z } from "zod";
import { PRESET_NAMES } from "./teacher/mod.ts";

const whole = (least: number, most: number) => {
  const error = `a whole number from ${least} to ${most}`;
  return z.int({ error }).min(least, { error }).max(most, { error });
};
const presets = PRESET_NAMES.map((name) => JSON.stringify(name)).join(", ");
const rows = whole(1, 2 ** 31 - 1);

/** The schema of {@link SyntheticConfig}. Its messages say what is wanted. */
export const syntheticConfigSchema = z.strictObject({
  kind: z.literal("synthetic"),
  preset: z.enum(PRESET_NAMES, { error: `one of ${presets}` }),
  seed: whole(0, 2 ** 32 - 1).default(1),
  examples: whole(1, 2 ** 32),
  testExamples: whole(0, 2 ** 32).default(0),
  stream: whole(0, 999).default(1),
  testStream: whole(0, 999).default(99),
  rows: z.union([rows, z.array(rows)], { error: "a number of rows, or one for each field" }).optional(),
  periodExamples: whole(1, 2 ** 32).default(2 ** 15),
  windowExamples: whole(1, 2 ** 32).optional(),
  order: z.enum(["time", "shuffled"], { error: '"time" or "shuffled"' }).default("time"),
  worker: z.boolean({ error: "true or false" }).default(false),
  overrides: z.record(z.string(), z.unknown(), { error: "an object of settings of the teacher" }).default({}),
}).superRefine((config, context) => {
  if (config.testExamples > 0 && config.stream === config.testStream) {
    context.addIssue({ code: "custom", path: ["testStream"], message: 'another number than "stream"' });
  }
});

/**
 * Examples drawn from the synthetic teacher. Defaults:
 *
 * | key | default | meaning |
 * |---|---|---|
 * | `preset`, `seed` | , 1 | which teacher |
 * | `examples`, `testExamples` | , 0 | how many to learn from, and how many for the test stream |
 * | `stream`, `testStream` | 1, 99 | independent data of the same teacher have different numbers |
 * | `rows`, `periodExamples`, `windowExamples`, `order`, `worker` | | see `TeacherStreamOptions` |
 * | `overrides` | none | settings of `TeacherConfig` that differ from the preset; `shares` and `drift` may be given in part |
 */
export type SyntheticConfig = z.output<typeof syntheticConfigSchema>;
