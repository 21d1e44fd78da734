import { z } from "zod";
import type { TeacherConfig } from "./config.ts";

const share = z.number().min(0).max(1);
const walk = z.strictObject({ share, spacing: z.number().positive() });

const schema = z.strictObject({
  name: z.string().min(1),
  seed: z.int().min(0).max(2 ** 32 - 1),
  cardinalities: z.array(z.int().min(2).max(2 ** 31 - 1)).min(3).max(64),
  zipf: z.number().positive().max(5),
  dense: z.int().min(0).max(1024),
  latent: z.int().min(1).max(64),
  base: z.number().min(0.001).max(0.999),
  sigma: z.number().min(0).max(10),
  pairs: z.int().min(0),
  crosses: z.int().min(0),
  hierarchies: z.int().min(0),
  interactionMaxRows: z.int().min(2).nullable(),
  highOrderMaxRows: z.int().min(2),
  shares: z.strictObject({
    dense: z.number().min(0),
    main: z.number().min(0),
    pair: z.number().min(0),
    cross: z.number().min(0),
    local: z.number().min(0),
    attn: z.number().min(0),
    hier: z.number().min(0),
  }).refine((shares) => Object.values(shares).some((value) => value > 0), "at least one share must be positive"),
  drift: z.strictObject({
    churn: z.number().min(0),
    walk,
    concept: walk,
    covariate: z.number().min(0),
    label: z.strictObject({ amplitude: z.number(), period: z.number().positive() }),
  }),
});

/**
 * Checks that a value (from a JSON file, say) is a teacher's configuration.
 *
 * @throws {TypeError} naming each setting that is wrong, and its accepted range
 *
 * @example
 * ```ts
 * import { parseTeacherConfig, teacherPreset } from "recscale/data";
 * import assert from "node:assert/strict";
 *
 * const config = teacherPreset("HIER", 3);
 * assert.deepEqual(parseTeacherConfig(JSON.parse(JSON.stringify(config))), config);
 * assert.throws(() => parseTeacherConfig({ ...config, base: 2 }), /base/);
 * ```
 */
export function parseTeacherConfig(value: unknown): TeacherConfig {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new TypeError(`Cannot read the teacher's configuration:\n${z.prettifyError(result.error)}`);
}
