import { z } from "zod";
import { describeIssues } from "./config_issues.ts";
import { logConfigSchema } from "./log_config.ts";
import { syntheticConfigSchema } from "./synthetic_config.ts";

const schema = z.discriminatedUnion("kind", [logConfigSchema, syntheticConfigSchema], {
  error: (issue) => issue.code === "invalid_union" ? '"log" or "synthetic"' : 'an object with the key "kind"',
});

/** A data set's configuration, checked and complete. */
export type DataConfig = z.output<typeof schema>;

/** A data set's configuration as one writes it: keys with a default may be left out. */
export type DataConfigInput = z.input<typeof schema>;

const KEYS = [
  ...Object.keys(logConfigSchema.shape),
  ...Object.keys(syntheticConfigSchema.shape),
  ...["column", "positive", "negative", "rows", "transform", "buckets", "texts", "numeric"],
];

/**
 * Checks a data set's configuration and fills in its defaults.
 *
 * @param value what a JSON file held, or an object written in code
 * @param source what the value is called in the message
 * @throws {TypeError} naming each key that is wrong, what came and what is wanted
 *
 * @example
 * ```ts
 * import { parseDataConfig } from "recscale/data";
 * import assert from "node:assert/strict";
 *
 * assert.throws(
 *   () => parseDataConfig({ kind: "synthetic", preset: "SCALE", example: 1000 }, "my.json"),
 *   { message: 'Cannot use my.json: key "examples": wanted a whole number from 1 to 4294967296, got nothing; ' +
 *       'key "example" is not known (did you mean "examples"?).' },
 * );
 * ```
 */
export function parseDataConfig(value: unknown, source = "the data set's configuration"): DataConfig {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new TypeError(describeIssues(source, result.error, value, KEYS));
}
